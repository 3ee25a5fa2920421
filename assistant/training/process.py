"""The process of a run: it outlives whoever starts it, and is found again by the lock it holds.

The number of a process may be another's tomorrow; a lock is let go by the system in the moment its
process ends, however that ends.
"""

import contextlib
import fcntl
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

log = logging.getLogger(__name__)

LOCK, LOG = "lock", "log.txt"
CHECKPOINTS, CACHE = "checkpoints", "cache"
PATIENCE = 2.0  # seconds
NICENESS = 10  # chat goes first
_ROOT = Path(__file__).resolve().parents[2]
_FIRST_TO_GO = 500  # of 1000: when memory is short the system ends training, not the app


def run_folder(home: Path, run_id: str) -> Path:
    """Where a run keeps its checkpoints and its log."""
    return home / "training" / run_id


def start(home: Path, run_id: str, *, threads: int) -> None:
    """Start the process of a run; it is at work, or has failed, when this returns."""
    folder = run_folder(home, run_id)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOG).open("ab") as output:
        status = subprocess.run(
            [sys.executable, "-m", "assistant.training.worker", str(home), run_id],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            cwd=_ROOT, env=_environment(folder, threads), start_new_session=True, check=False,
        ).returncode  # fmt: skip
    if status:
        log.error("the process of run %s did not begin (status %d)", run_id, status)


def alive(folder: Path) -> bool:
    """Whether a process works on the run of this folder."""
    claimed = claim(folder, patience=0)
    if claimed is None:
        return True
    os.close(claimed)
    return False


def pid(folder: Path) -> int | None:
    """The number of the process that works on the run of this folder."""
    if not alive(folder):
        return None
    return int((folder / LOCK).read_text() or 0) or None


def kill(folder: Path) -> None:
    """End the process of a run at once."""
    if number := pid(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def drop_checkpoints(folder: Path) -> None:
    """Delete what a run could go on from."""
    for name in (CHECKPOINTS, CACHE):
        shutil.rmtree(folder / name, ignore_errors=True)


# What follows is for the process itself.


def claim(folder: Path, *, patience: float = PATIENCE) -> int | None:
    """Hold the lock of a run until the process ends: its open file; None when another holds it for
    so many seconds, and does not only look whether it is held."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + patience
    while not _locked(opened):
        if time.monotonic() >= until:
            os.close(opened)
            return None
        time.sleep(0.01)
    os.ftruncate(opened, 0)  # the number of a process that is gone
    return opened


def detach(claimed: int) -> None:
    """Go on as a child of the system that holds what was claimed; who waits for this process sees
    it end well. Nothing may have started a thread yet."""
    if os.fork():
        os._exit(0)
    os.pwrite(claimed, f"{os.getpid():<20}".encode(), 0)


def step_back() -> None:
    """Leave processor and memory to whatever else wants them."""
    os.nice(NICENESS)
    # Linux shares processors out to sessions first, and this one has a session of its own
    for file, value in (("autogroup", NICENESS), ("oom_score_adj", _FIRST_TO_GO)):
        with contextlib.suppress(OSError):  # where the system has no such thing
            Path("/proc/self", file).write_text(str(value))


def _locked(opened: int) -> bool:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _environment(folder: Path, threads: int) -> dict[str, str]:
    return {
        **os.environ,
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        # Threads that wait by spinning stand in each other's way as soon as another program wants
        # a core: with one beside it, training came to a stop. Spinning this long and then sleeping
        # costs nothing on idle cores, and there it goes on at a third of its speed.
        "GOMP_SPINCOUNT": "10000",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_DATASETS_CACHE": str(folder / CACHE),  # it may hold text of examples
        "TQDM_DISABLE": "1",
    }
