"""The queue: what becomes of files that are added, sent twice, cancelled or fail."""

import logging
import os
import sys
import threading
from collections.abc import Sequence

import pytest

from assistant.errors import BadInput
from assistant.models.embedding import Matrix
from store.errors import NotFound
from store.records import JobState
from tests.crash_runs import faults
from tests.ingestion.small import (
    LONG,
    TEXT,
    UNAVAILABLE,
    FailingEmbeddings,
    HeldEmbeddings,
    done,
    in_files,
    opened,
)
from tests.small_library import WordEmbeddings


def test_added_file_becomes_a_document(small):
    job = small.library.add("ferries.md", TEXT)
    [ended] = small.jobs.wait([job.id], timeout=60)
    assert ended.state is JobState.READY
    assert ended.attempts == 1
    assert ended.finished_at and ended.started_at and ended.finished_at >= ended.started_at
    assert set(ended.stage_seconds) == {"read", "chunk", "embed", "store"}
    document = small.library.document(job.document_id)
    assert (document.name, document.title, document.chunks) == ("ferries.md", "Ferries", 1)
    assert list(faults(small.store)) == []


def test_files_are_taken_in_one_after_the_other_in_the_order_given(settings):
    with opened(settings, work=False) as small:
        jobs = [small.library.add(f"{n}.txt", b"Text %d." % n) for n in range(5)]
        small.jobs.start()
        assert done(small, *jobs) == [JobState.READY] * 5
        started = sorted(small.jobs.list(), key=lambda job: str(job.started_at))
        assert [job.id for job in started] == [job.id for job in jobs]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only whole processes are nice")
def test_who_asks_comes_before_files_that_are_taken_in(settings):
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    seen: list[int] = []

    class Watching(WordEmbeddings):
        def encode(self, texts: Sequence[str]) -> Matrix:
            seen.append(niceness())
            return super().encode(texts)

    with opened(settings, Watching()) as small:
        assert done(small, small.library.add("ferries.md", TEXT)) == [JobState.READY]
    assert len(seen) == 1 and seen[0] > niceness()


# The same file again


def test_same_bytes_under_another_name_cost_nothing(settings):
    embeddings = WordEmbeddings()
    with opened(settings, embeddings) as small:
        first = small.library.add("one.md", TEXT)
        done(small, first)
        embedded = len(embeddings.encoded)
        second = small.library.add("two.md", TEXT)
        assert second.state is JobState.DUPLICATE
        assert second.reason == "two.md is already in the library as one.md."
        assert second.document_id == first.document_id
        assert len(embeddings.encoded) == embedded
        assert len(small.library.documents()) == 1


def test_same_bytes_queued_twice_end_as_one_document(settings):
    with opened(settings, work=False) as small:
        first, second = small.library.add("one.md", TEXT), small.library.add("two.md", TEXT)
        assert second.state is JobState.QUEUED
        small.jobs.start()
        assert done(small, first, second) == [JobState.READY, JobState.DUPLICATE]
        assert small.jobs.get(second.id).document_id == first.document_id
        assert [d.name for d in small.library.documents()] == ["one.md"]
        assert list(faults(small.store)) == []


def test_same_bytes_in_two_knowledge_bases_are_two_documents(small):
    jobs = [small.library.add("one.md", TEXT, kb=kb) for kb in ("library", "archive")]
    assert done(small, *jobs) == [JobState.READY] * 2
    small.library.remove(jobs[0].document_id)
    assert [d.kb for d in small.library.documents()] == ["archive"]
    assert small.library.file(jobs[1].document_id).read_bytes() == TEXT
    assert list(faults(small.store)) == []


def test_file_sent_again_after_it_was_removed_is_taken_in_anew(small):
    first = small.library.add("one.md", TEXT)
    done(small, first)
    small.library.remove(first.document_id)
    assert done(small, small.library.add("one.md", TEXT)) == [JobState.READY]
    assert list(faults(small.store)) == []


# Cancelling, retrying, dismissing


def test_queued_job_is_cancelled_at_once_and_can_be_retried(settings):
    with opened(settings, work=False) as small:
        job = small.library.add("one.md", TEXT)
        small.jobs.cancel(job.id)
        assert small.jobs.get(job.id).state is JobState.CANCELLED
        small.jobs.start()
        assert small.library.documents() == []
    with opened(settings) as small:
        assert small.jobs.retry(job.id).state is JobState.QUEUED
        assert done(small, job) == [JobState.READY]


def test_running_job_stops_at_its_next_step_and_leaves_nothing(settings):
    held = HeldEmbeddings()
    with opened(settings, held) as small:
        job = small.library.add("one.md", LONG)
        assert held.begun.wait(30)
        small.jobs.cancel(job.id)
        assert small.jobs.get(job.id).cancel_requested
        held.go.set()
        assert done(small, job) == [JobState.CANCELLED]
        assert small.library.documents() == []
        assert list(faults(small.store)) == []
        small.jobs.retry(job.id)
        assert done(small, job) == [JobState.READY]


def test_cancelling_what_is_done_changes_nothing(small):
    job = small.library.add("one.md", TEXT)
    done(small, job)
    small.jobs.cancel(job.id)
    assert small.jobs.get(job.id).state is JobState.READY
    with pytest.raises(NotFound):
        small.jobs.cancel("unknown")


def test_only_failed_and_cancelled_jobs_are_retried(small):
    job = small.library.add("one.md", TEXT)
    done(small, job)
    with pytest.raises(BadInput, match=r"one\.md is ready"):
        small.jobs.retry(job.id)


def test_dismissed_job_takes_its_file_along(settings):
    with opened(settings, work=False) as small:
        job = small.library.add("one.md", TEXT)
        small.jobs.dismiss(job.id)
        assert small.jobs.list() == []
        assert not small.store.files.has(job.sha256)
        with pytest.raises(NotFound):
            small.jobs.dismiss(job.id)


def test_dismissing_a_duplicate_leaves_the_document_its_file(small):
    job = small.library.add("one.md", TEXT)
    done(small, job)
    small.jobs.dismiss(small.library.add("two.md", TEXT).id)
    small.jobs.dismiss(job.id)
    assert small.library.file(job.document_id).read_bytes() == TEXT


# Failing


def test_known_failure_is_the_reason_and_the_queue_goes_on(settings):
    failing = FailingEmbeddings(UNAVAILABLE)
    with opened(settings, failing) as small:
        job = small.library.add("one.md", TEXT)
        assert done(small, job) == [JobState.FAILED]
        assert small.jobs.get(job.id).reason == "The embedding model is not there."
        assert list(faults(small.store)) == []
        failing.error = None
        assert done(small, small.library.add("two.md", b"Two.")) == [JobState.READY]
        small.jobs.retry(job.id)
        assert done(small, job) == [JobState.READY]
        assert small.jobs.get(job.id).reason == ""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ZeroDivisionError(), "one.md could not be worked on because of a fault in Openbook"),
        (
            OSError(28, "No space left on device"),
            "could not be worked on (No space left on device)",
        ),
    ],
)
def test_unforeseen_failure_is_logged_and_the_queue_goes_on(settings, caplog, error, reason):
    failing = FailingEmbeddings(error)
    with opened(settings, failing) as small, caplog.at_level(logging.CRITICAL):
        job = small.library.add("one.md", TEXT)
        assert done(small, job) == [JobState.FAILED]
        assert reason in small.jobs.get(job.id).reason
        failing.error = None
        assert done(small, small.library.add("two.md", b"Two.")) == [JobState.READY]


@pytest.mark.parametrize("content", [b"!!! ??? ***", b"   \n\n "])
def test_file_without_words_fails_with_a_sentence(small, content):
    job = small.library.add("empty.txt", content)
    assert done(small, job) == [JobState.FAILED]
    assert "empty.txt" in small.jobs.get(job.id).reason


# Waiting and estimating


def test_waiting_ends_when_its_time_is_over(settings):
    with opened(settings, work=False) as small:
        job = small.library.add("one.md", TEXT)
        [still] = small.jobs.wait([job.id], timeout=0.01)
        assert still.state is JobState.QUEUED


def test_time_left_is_estimated_from_the_running_stage(settings):
    held = HeldEmbeddings()
    with opened(settings, held) as small:
        job = small.library.add("one.md", LONG)
        assert held.begun.wait(30)
        small.store.jobs.change(job.id, done=10, total=40)
        left = small.jobs.seconds_left(small.jobs.get(job.id))
        assert left is not None and left > 0
        small.store.jobs.change(job.id, done=0, total=40)
        assert small.jobs.seconds_left(small.jobs.get(job.id)) is None
        held.go.set()
        done(small, job)
        assert small.jobs.seconds_left(small.jobs.get(job.id)) is None


# Erasing


def test_removed_document_leaves_no_word_and_no_name_in_any_file(settings):
    with opened(settings) as small:
        other = small.library.add("other.txt", b"Something else.")
        job = small.library.add("Xylorimba.txt", b"The Quetzalcoatlus flew over Xochimilco.")
        duplicate = small.library.add("Xylocopa.txt", b"The Quetzalcoatlus flew over Xochimilco.")
        done(small, other, job, duplicate)
        small.library.reingest(job.document_id)
        small.library.remove(job.document_id)
        small.store.tidy()
    for word in (b"uetzalcoatl", b"ochimilc", b"Xylorimb", b"Xylocop"):
        assert in_files(settings, word) == []
    assert in_files(settings, b"other.txt") != []
