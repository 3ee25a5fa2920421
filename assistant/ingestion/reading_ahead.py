"""Reads the file that is next in the queue while the one before it is embedded."""

import threading
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Unfinished
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import JobCancelled
from assistant.ingestion.progress import Progress
from assistant.ingestion.reading import MEDIA, FileInfo, read_file
from assistant.settings import Settings
from store.errors import NotFound
from store.records import Job, JobKind, JobState, Media, Page
from store.store import Store

TICK = 0.1  # seconds between two looks at whether the job was cancelled
Read = tuple[FileInfo, list[Page]]


@dataclass
class _Reading:
    """A file that is being read, how many of its pages are, and whether to stop."""

    job: Job
    pages: Future[Read] = field(default_factory=Future)
    done: tuple[int, int] = (0, 0)
    dropped: threading.Event = field(default_factory=threading.Event)


class ReadAhead:
    """At most one PDF at a time, in its process and a thread that waits for it."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reading ahead")
        self._current: _Reading | None = None

    def begin(self) -> None:
        """Read the next file that waits, if it is a PDF that was never begun before; a file that
        ended a process, or needs a password, is left to its turn."""
        job = self._store.jobs.next_queued()
        if self._current or job is None or job.kind is not JobKind.INGEST or job.attempts:
            return
        if MEDIA.get(Path(job.name).suffix.lower()) is Media.PDF:
            reading = self._current = _Reading(job)
            reading.pages = self._thread.submit(self._read, reading)

    def take(self, job: Job, progress: Progress) -> Read | None:
        """What was read of a job's file, waited for if need be; None if that was not begun, and
        another file that was is dropped. Raises what `read_file` raises."""
        reading, self._current = self._current, None
        if reading is None:
            return None
        try:
            read = self._waited_for(reading, progress) if reading.job.id == job.id else None
        except BaseException:
            self._drop(reading)
            raise
        if read is None:
            self._drop(reading)
        return read

    def copy(self, job: Job) -> Path:
        """Where a copy goes that opens without a password, or was repaired."""
        return self._store.files.incoming / f"{job.id}.unlocked"

    def close(self) -> None:
        """Stop reading; no process is left when this returns."""
        if self._current:
            self._drop(self._current)
        self._thread.shutdown(cancel_futures=True)

    def _drop(self, reading: _Reading) -> None:
        reading.dropped.set()
        copy = self.copy(reading.job)
        reading.pages.add_done_callback(lambda _: copy.unlink(missing_ok=True))

    def _read(self, reading: _Reading) -> Read:
        def tell(done: int, total: int) -> None:
            reading.done = (done, total)

        job = reading.job
        return read_file(
            self._store.files.path(job.sha256),
            name=job.name,
            settings=self._settings,
            on_progress=tell,
            cancelled=lambda: reading.dropped.is_set() or self._gone(job),
            unlocked=self.copy(job),
        )

    def _waited_for(self, reading: _Reading, progress: Progress) -> Read | None:
        while True:
            progress.check()
            progress.report("read", *reading.done)
            try:
                return reading.pages.result(TICK)
            except Unfinished:
                continue
            except (JobCancelled, CancelledError):  # before, and it was tried again since
                return None

    def _gone(self, job: Job) -> bool:
        """Whether the job was cancelled or dismissed while it waited."""
        try:
            return self._store.jobs.get(job.id).state not in (JobState.QUEUED, JobState.RUNNING)
        except NotFound:
            return True
