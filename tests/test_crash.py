"""Killing the process loses nothing and leaves nothing over.

A handful of kills here; `python -m tests.crash_runs 100` makes a hundred.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from assistant.settings import Settings
from store.records import JobState
from store.store import Store
from tests.crash_runs import Promises, crash, faults
from tests.documents import MODEL, add, base, keep_file, parts
from tests.ingestion.small import opened

ROOT = Path(__file__).parents[1]
KILLS = int(os.environ.get("CRASH_KILLS", "5"))


def test_killed_library_is_whole_and_its_work_is_finished(tmp_path):
    promises = Promises()
    for seed in range(KILLS):
        assert crash(tmp_path / "home", seed, promises, longest=1.5) == []
    assert promises.present or promises.either


HARM = {
    "vectors are not those": lambda store, made: store.vectors.add(
        base(store).collection, ["stray"], np.ones((1, MODEL.dimension), np.float32), "gone"
    ),
    "keyword index does not hold": lambda store, made: store.keywords.apply(
        store.keywords.change, removed=[made.document.id]
    ),
    "stray rows in chunks": lambda store, made: execute(store, "DELETE FROM documents"),
    "0 of 1 chunks": lambda store, made: execute(store, "DELETE FROM chunks"),
    "a chunk that its page does not hold": lambda store, made: execute(
        store, "UPDATE pages SET text = 'Something else.'"
    ),
    "no file": lambda store, made: store.files.remove(made.document.sha256),
    "files are not those": lambda store, made: keep_file(store.files, b"stray"),
    "left in incoming": lambda store, made: (store.files.incoming / "half").write_text("half"),
    "a stray collection": lambda store, made: store.vectors.add(
        "stray-collection", ["a"], np.ones((1, 3), np.float32), "d"
    ),
}


def execute(store: Store, statement: str) -> None:
    with store.database.begin() as connection:
        connection.execute(sa.text(statement))


@pytest.mark.parametrize("fault", HARM)
def test_look_after_a_kill_sees_every_kind_of_fault(settings, fault):
    store = Store(settings.home, role="the tests")
    made = add(store, parts("The ferry leaves at nine."))
    assert list(faults(store)) == []
    HARM[fault](store, made)
    assert fault in "\n".join(faults(store))
    store.close()


def command(home: Path) -> list[str]:
    files = [str(ROOT / "samples" / name) for name in ("faq.md", "annual-report.pdf")]
    return [sys.executable, "-m", "assistant", "add", *files, "--home", str(home), "--json"]


def running_jobs(home: Path) -> int:
    """How many jobs are being worked on, as another process sees it."""
    file = home / "records.sqlite3"
    if not file.exists():
        return 0
    engine = sa.create_engine(f"sqlite:///file:{file}?mode=ro&uri=true")
    try:
        with engine.connect() as connection:
            query = sa.text("SELECT count(*) FROM jobs WHERE state = 'running'")
            return connection.scalar(query) or 0
    except sa.exc.OperationalError:  # the tables are not there yet
        return 0
    finally:
        engine.dispose()


def children(process_id: int) -> list[str]:
    return Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()


def test_command_killed_while_it_reads_is_finished_by_the_next_start(settings: Settings):
    home = settings.home
    with subprocess.Popen(command(home), cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while not running_jobs(home) and process.poll() is None:
            time.sleep(0.02)
        readers = children(process.pid)
        process.send_signal(signal.SIGKILL)
    with opened(settings, work=False) as small:  # another model, so that no job is worked on
        assert [job for job in small.jobs.list() if job.state is not JobState.READY]
        assert list(faults(small.store)) == []
    done = subprocess.run(command(home), cwd=ROOT, capture_output=True, text=True, check=True)
    assert '"failed"' not in done.stdout
    store = Store(home, role="the tests")
    assert {d.name for d in store.documents.all()} == {"faq.md", "annual-report.pdf"}
    assert {job.state for job in store.jobs.list()} <= {JobState.READY, JobState.DUPLICATE}
    assert list(faults(store)) == []
    store.close()
    assert not any(Path(f"/proc/{reader}").exists() for reader in readers)
