"""Files are read while others, and their own first pages, are embedded."""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from assistant.errors import JobCancelled
from assistant.ingestion.progress import Progress
from assistant.ingestion.reading_ahead import ReadAhead
from assistant.models.embedding import Matrix
from store.records import Job, JobState
from tests.crash_runs import faults
from tests.ingestion.drawing import draw, write
from tests.ingestion.reader_processes import readers
from tests.ingestion.small import HeldEmbeddings, done, opened
from tests.small_library import SmallLibrary, WordEmbeddings

SAMPLES = Path(__file__).parents[2] / "samples"
FIRST, SECOND = "service-guide.pdf", "employee-handbook.pdf"
PATIENCE = 60  # seconds


def added(small: SmallLibrary, name: str) -> Job:
    return small.library.add(name, SAMPLES / name)


def progress(*, cancelled: bool = False) -> Progress:
    return Progress(lambda stage, done, total: None, lambda: cancelled)


def no_reader_left(patience: float = PATIENCE) -> bool:
    """Whether every process that reads a file is gone, soon."""
    end = time.monotonic() + patience
    while True:
        if not readers():
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)


@pytest.fixture
def small(settings) -> Iterator[SmallLibrary]:
    """A library in which nothing is worked on."""
    with opened(settings, work=False) as one:
        yield one


@pytest.fixture
def ahead(small: SmallLibrary, settings) -> Iterator[ReadAhead]:
    one = ReadAhead(small.store, settings)
    yield one
    one.close()
    assert no_reader_left()
    assert list(small.store.files.incoming.iterdir()) == []


def test_file_that_waits_is_read(small: SmallLibrary, ahead: ReadAhead):
    job = added(small, FIRST)
    ahead.begin()
    with ahead.reading(job) as reading:
        pages = list(reading.pages(progress()))
        assert reading.info(progress()).pages == len(pages) > 1
        assert list(reading.pages(progress())) == pages
    assert small.store.jobs.get(job.id).attempts == 0


def test_another_file_comes_first_and_drops_it(small: SmallLibrary, ahead: ReadAhead):
    added(small, FIRST)
    ahead.begin()
    with ahead.reading(added(small, SECOND)) as reading:
        assert reading.info(progress()).title == "Employee Handbook"
    assert no_reader_left()


def test_cancelled_file_is_read_no_further_and_again_when_it_is_retried(
    small: SmallLibrary, ahead: ReadAhead
):
    job = added(small, FIRST)
    ahead.begin()
    small.jobs.cancel(job.id)
    assert no_reader_left()
    small.jobs.retry(job.id)
    with ahead.reading(job) as reading:
        assert reading.info(progress()).pages > 1


def test_cancel_ends_the_waiting(small: SmallLibrary, ahead: ReadAhead):
    job = added(small, FIRST)
    ahead.begin()
    with pytest.raises(JobCancelled), ahead.reading(job) as reading:
        reading.info(progress(cancelled=True))
    assert no_reader_left()


def test_first_pages_are_embedded_while_the_others_are_read(settings, tmp_path):
    pages = ([f"Boat {n} lies at berth {berth}." for berth in range(40)] for n in range(500))
    draw(tmp_path / "long.pdf", *(partial(write, lines=lines) for lines in pages))
    reading: list[bool] = []

    class Watching(WordEmbeddings):
        def encode(self, texts: Sequence[str]) -> Matrix:
            reading.append(not no_reader_left(0))
            return super().encode(texts)

    with opened(settings, Watching()) as small:
        job = small.library.add("long.pdf", tmp_path / "long.pdf")
        assert done(small, job) == [JobState.READY]
        assert list(faults(small.store)) == []
    assert reading[0]


def test_text_and_what_was_begun_before_are_left_to_their_turn(
    small: SmallLibrary, ahead: ReadAhead
):
    small.library.add("notes.txt", b"Ferries leave at nine.")
    ahead.begin()
    assert no_reader_left()


def test_files_are_taken_in_as_before(settings):
    held = HeldEmbeddings()
    with opened(settings, held) as small:
        jobs = [added(small, name) for name in (FIRST, SECOND)]
        assert held.begun.wait(PATIENCE)
        assert small.jobs.get(jobs[1].id).state is JobState.QUEUED
        held.go.set()
        assert done(small, *jobs) == [JobState.READY] * 2
        assert list(faults(small.store)) == []
    assert no_reader_left()
