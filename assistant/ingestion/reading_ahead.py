"""Reads files in a thread, page by page: the one that is worked on, and the next in the queue while
that one is embedded."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import JobCancelled
from assistant.ingestion.progress import Progress
from assistant.ingestion.reader_process import PdfReader
from assistant.ingestion.reading import MEDIA, FileInfo, read_file
from assistant.settings import Settings
from store.errors import NotFound
from store.records import Job, JobKind, JobState, Media, Page
from store.store import Store

TICK = 0.1  # seconds between two looks at whether the job was cancelled


@dataclass
class Reading:
    """A file that is being read: what is known of it, and its pages as they come."""

    job: Job
    waits: bool  # whether its job waits for its turn
    _info: FileInfo | None = None
    _pages: list[Page] = field(default_factory=list)
    _told: tuple[int, int] = (0, 0)
    _news: threading.Condition = field(default_factory=threading.Condition)
    dropped: threading.Event = field(default_factory=threading.Event)
    ended: Future[object] = field(default_factory=Future)

    @property
    def cancelled(self) -> bool:
        """Whether it was given up before its end."""
        return self.ended.done() and (
            self.ended.cancelled() or isinstance(self.ended.exception(), JobCancelled)
        )

    def info(self, progress: Progress) -> FileInfo:
        """What the file says about itself, waited for. Raises what `read_file` raises."""
        self._wait_for(1, progress)
        assert self._info is not None, "a file that was read told of itself"
        return self._info

    def pages(self, progress: Progress) -> Iterator[Page]:
        """Every page in turn, waited for if need be. Raises what `read_file` raises."""
        given = 0
        while True:
            self._wait_for(given + 1, progress)
            if given == len(self._pages):
                return
            yield self._pages[given]
            given += 1

    def tell(self, done: int, total: int) -> None:
        """So many pages are read."""
        self._told = (done, total)

    def add(self, info: FileInfo, page: Page) -> None:
        """One more page came."""
        with self._news:
            self._info = info
            self._pages.append(page)
            self._news.notify_all()

    def _wait_for(self, pages: int, progress: Progress) -> None:
        """Return when so many pages came, or all there are."""
        progress.check()
        with progress.quietly().stage("read"):
            while not self.ended.done():
                progress.check()
                progress.report("read", *self._told)
                with self._news:
                    if self._news.wait_for(lambda: len(self._pages) >= pages, TICK):
                        return
        self.ended.result()


class ReadAhead:
    """At most one file at a time, in a thread; a PDF in a process that the thread waits for."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reading")
        self._reader = PdfReader(settings)
        self._next: Reading | None = None

    def begin(self) -> None:
        """Read the next file that waits, if it is a PDF that was never begun before; a file that
        ended a process, or needs a password, is left to its turn."""
        job = self._store.jobs.next_queued()
        if self._next or job is None or job.kind is not JobKind.INGEST or job.attempts:
            return
        if MEDIA.get(Path(job.name).suffix.lower()) is Media.PDF:
            self._next = self._begun(job, None, waits=True)

    @contextmanager
    def reading(self, job: Job, password: str | None = None) -> Iterator[Reading]:
        """The reading of a job's file, begun ahead or now, and stopped when it is left. Another
        file that was begun ahead is dropped."""
        ahead, self._next = self._next, None
        if ahead and (ahead.job.id != job.id or password or ahead.cancelled):
            self._drop(ahead)
            ahead = None
        reading = ahead or self._begun(job, password, waits=False)
        reading.waits = False
        try:
            yield reading
        finally:
            self._drop(reading)

    def copy(self, job: Job) -> Path:
        """Where a copy goes that opens without a password, or was repaired."""
        return self._store.files.incoming / f"{job.id}.unlocked"

    def close(self) -> None:
        """Stop reading; no process is left when this returns."""
        if self._next:
            self._drop(self._next)
        self._thread.shutdown(cancel_futures=True)
        self._reader.close()

    def _begun(self, job: Job, password: str | None, *, waits: bool) -> Reading:
        reading = Reading(job, waits)
        reading.ended = self._thread.submit(self._read, reading, password)
        return reading

    def _drop(self, reading: Reading) -> None:
        reading.dropped.set()
        copy = self.copy(reading.job)
        reading.ended.add_done_callback(lambda _: copy.unlink(missing_ok=True))

    def _read(self, reading: Reading, password: str | None) -> object:
        job, files = reading.job, self._store.files
        # whoever reads a document again has given its password before
        again = job.kind is JobKind.REINGEST
        return read_file(
            files.readable(job.sha256) if again else files.path(job.sha256),
            name=job.name,
            settings=self._settings,
            password=password,
            on_progress=reading.tell,
            on_page=reading.add,
            cancelled=lambda: reading.dropped.is_set() or (reading.waits and self._gone(job)),
            unlocked=None if again else self.copy(job),
            reader=self._reader,
        )

    def _gone(self, job: Job) -> bool:
        """Whether the job was cancelled or dismissed while it waited."""
        try:
            return self._store.jobs.get(job.id).state not in (JobState.QUEUED, JobState.RUNNING)
        except NotFound:
            return True
