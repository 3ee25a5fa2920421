"""The next PDF is read while the one before it is embedded."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from assistant.errors import JobCancelled
from assistant.ingestion.progress import Progress
from assistant.ingestion.reading_ahead import ReadAhead
from store.records import Job, JobState
from tests.crash_runs import faults
from tests.ingestion.small import HeldEmbeddings, done, opened
from tests.small_library import SmallLibrary

SAMPLES = Path(__file__).parents[2] / "samples"
FIRST, SECOND = "service-guide.pdf", "employee-handbook.pdf"
PATIENCE = 60  # seconds


def added(small: SmallLibrary, name: str) -> Job:
    return small.library.add(name, SAMPLES / name)


def progress(*, cancelled: bool = False) -> Progress:
    return Progress(lambda stage, done, total: None, lambda: cancelled)


def no_reader_left() -> bool:
    """Whether every process that reads a file is gone, soon."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        children = psutil.Process().children(recursive=True)
        if not any("reading_worker" in " ".join(child.cmdline()) for child in children):
            return True
        time.sleep(0.05)
    return False


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
    read = ahead.take(job, progress())
    assert read is not None
    info, pages = read
    assert info.pages == len(pages) > 1
    assert ahead.take(job, progress()) is None


def test_another_file_comes_first_and_drops_it(small: SmallLibrary, ahead: ReadAhead):
    added(small, FIRST)
    ahead.begin()
    assert ahead.take(added(small, SECOND), progress()) is None
    assert no_reader_left()


def test_cancelled_file_is_read_no_further_and_again_when_it_is_retried(
    small: SmallLibrary, ahead: ReadAhead
):
    job = added(small, FIRST)
    small.jobs.cancel(job.id)
    ahead.begin()
    assert ahead.take(job, progress()) is None
    small.jobs.retry(job.id)
    ahead.begin()
    small.jobs.cancel(job.id)
    assert no_reader_left()


def test_cancel_ends_the_waiting(small: SmallLibrary, ahead: ReadAhead):
    job = added(small, FIRST)
    ahead.begin()
    with pytest.raises(JobCancelled):
        ahead.take(job, progress(cancelled=True))
    assert no_reader_left()


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
