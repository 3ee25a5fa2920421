"""The real app as a process of its own on a home of its own; knows nothing of the browser."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
CLEAN_EXITS = (0, -signal.SIGTERM)  # uvicorn closes everything, then ends by the signal it got


class Server:
    """Openbook on `home`, to be started, stopped and killed any number of times."""

    def __init__(self, home: Path, *, script: Sequence[Mapping[str, Any]] = ()) -> None:
        """`script` is what the scripted model replies; without one there is no such model."""
        self.home = home
        self.log = home.with_name(f"{home.name}.log")
        self.address = f"http://127.0.0.1:{free_port()}"
        others = {name: value for name, value in os.environ.items() if "OPENBOOK_" not in name}
        self.environment = others | {"OPENBOOK_HOME": str(home), "HF_HUB_OFFLINE": "1"}
        if script:
            file = home.with_name(f"{home.name}-script.json")
            file.write_text(json.dumps(script), encoding="utf-8")
            self.environment["OPENBOOK_SCRIPT"] = str(file)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, until: Callable[[], bool] | None = None) -> "Server":
        """Start the process and return once the workspace is open, or once `until` holds."""
        port = self.address.rpartition(":")[2]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", port],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            wait_until(until or self._answers, "the server did not start")
        except BaseException:
            self.kill_group()
            raise
        return self

    def health(self) -> dict[str, Any]:
        """What /healthz says; raises OSError while there is no answer."""
        with urllib.request.urlopen(f"{self.address}/healthz", timeout=30) as answer:
            return dict(json.load(answer))

    def wait_until_ready(self) -> None:
        """Return once every file is taken in and the embedding model is loaded."""

        def ready() -> bool:
            state = self.health()
            return bool(state["embedding_loaded"] and not state["unfinished_jobs"])

        wait_until(ready, "the files were not taken in")

    def stop(self) -> int:
        """End it as a service manager would; returns the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=30)

    def kill(self) -> None:
        """End the app's process alone, at once, as when it runs out of memory."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def kill_group(self) -> None:
        """End whatever is left of it and of what it started."""
        if self._process is None:
            return
        if self._group_lives():
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def faults(self) -> list[str]:
        """What a person would call a crash, in the log."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return [line for line in text.splitlines() if line.startswith(("Traceback", "ERROR"))]

    def owned(self) -> bool:
        """Whether a process still holds the home, or has left itself down as its owner."""
        try:
            with FileLock(self.home / "owner.lock", timeout=0):
                pass
        except Timeout:
            return True
        return (self.home / "owner.json").exists()

    def leaves_nothing_running(self) -> bool:
        """Whether every process it started is gone, or goes within seconds."""
        try:
            wait_until(lambda: not self._group_lives(), "a process was left", patience=10)
        except TimeoutError:
            return False
        return True

    def listens(self) -> bool:
        """Whether a browser can connect."""
        host, _, port = self.address.rpartition("/")[2].partition(":")
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            return False
        return True

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"the server ended: {self.log.read_text(errors='replace')[-2000:]}")
        try:
            return bool(self.health())
        except OSError:
            return False

    def _group_lives(self) -> bool:
        assert self._process is not None
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _parent, group = stat.read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(group) == self._process.pid and state != "Z":
                return True
        return False


@contextmanager
def running(server: Server, until: Callable[[], bool] | None = None) -> Iterator[Server]:
    """The server, started (see `Server.start`); at the end it must close cleanly and leave nothing
    behind."""
    try:
        yield server.start(until)
        assert server.stop() in CLEAN_EXITS
        assert not server.owned()
        assert server.leaves_nothing_running()
        assert server.faults() == []
    finally:
        server.kill_group()


def wait_until(holds: Callable[[], bool], why: str, *, patience: float = PATIENCE) -> None:
    """Return once it holds. Raises TimeoutError with `why`."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(why)
        time.sleep(0.1)


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
