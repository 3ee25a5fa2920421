"""The queue: what becomes of files that are added, sent twice, cancelled, locked or cut off."""

import logging

import pytest

from assistant.errors import BadInput
from assistant.ingestion.runner import ATTEMPTS
from store.errors import NotFound
from store.records import JobKind, JobState
from tests.crash_runs import faults
from tests.documents import base
from tests.ingestion.drawing import PROSE, draw, encrypted, write
from tests.ingestion.small import (
    LONG,
    TEXT,
    UNAVAILABLE,
    FailingEmbeddings,
    HeldEmbeddings,
    MissingEmbeddings,
    done,
    opened,
)
from tests.small_library import WordEmbeddings


@pytest.fixture
def small(settings):
    with opened(settings) as made:
        yield made


def page(canvas) -> None:
    write(canvas, [PROSE])


@pytest.fixture
def locked(tmp_path):
    """A PDF that needs the password "sesame"."""
    plain = draw(tmp_path / "plain.pdf", page)
    return encrypted(plain, tmp_path / "locked.pdf", "sesame")


def in_files(settings, word: bytes) -> list[str]:
    """The names of the files of the home that hold a word."""
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    return [path.name for path in files if word in path.read_bytes()]


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


# Reading again


def test_reading_again_keeps_id_and_name_and_embeds_nothing(small):
    job = small.library.add("one.md", LONG)
    done(small, job)
    before, chunks = small.library.document(job.document_id), small.library.chunks(job.document_id)
    embedded = len(small.embeddings.encoded)
    for _ in range(2):
        assert done(small, small.library.reingest(before.id)) == [JobState.READY]
    assert small.library.document(before.id) == before
    assert len(small.embeddings.encoded) == embedded > 50
    again = small.library.chunks(before.id)
    assert [c.text for c in again] == [c.text for c in chunks]
    assert {c.id for c in again}.isdisjoint(c.id for c in chunks)
    assert list(faults(small.store)) == []


def test_document_renamed_meanwhile_keeps_its_new_name(settings):
    with opened(settings) as small:
        job = small.library.add("one.md", TEXT)
        done(small, job)
    with opened(settings, work=False) as small:
        again = small.library.reingest(job.document_id)
        small.library.rename(job.document_id, "renamed.md")
        small.jobs.start()
        assert done(small, again) == [JobState.READY]
        assert small.library.document(job.document_id).name == "renamed.md"


def test_old_reading_serves_until_the_new_one_is_whole(settings):
    with opened(settings) as small:
        job = small.library.add("one.md", LONG)
        done(small, job)
        chunks = small.library.chunks(job.document_id)
        with small.store.database.begin() as connection:
            connection.exec_driver_sql("DELETE FROM embeddings")
    failing = FailingEmbeddings(UNAVAILABLE)
    with opened(settings, failing) as small:
        again = small.library.reingest(job.document_id)
        assert done(small, again) == [JobState.FAILED]
        assert small.library.chunks(job.document_id) == chunks
        assert list(faults(small.store)) == []
        failing.error = None
        small.jobs.retry(again.id)
        assert done(small, again) == [JobState.READY]
        assert small.library.chunks(job.document_id) != chunks
        assert list(faults(small.store)) == []


def test_document_removed_before_it_is_read_again_stays_removed(settings):
    with opened(settings) as small:
        job = small.library.add("one.md", TEXT)
        done(small, job)
    with opened(settings, work=False) as small:
        small.library.reingest(job.document_id)
        small.library.remove(job.document_id)
        small.jobs.start()
        assert small.jobs.list() == []
        assert small.library.documents() == []
        assert list(faults(small.store)) == []


def test_document_removed_while_it_is_read_again_stays_removed(settings):
    held = HeldEmbeddings()
    held.go.set()
    with opened(settings, held) as small:
        job = small.library.add("one.md", LONG)
        done(small, job)
        with small.store.database.begin() as connection:
            connection.exec_driver_sql("DELETE FROM embeddings")
        held.begun.clear()
        held.go.clear()
        small.library.reingest(job.document_id)
        assert held.begun.wait(30)
        small.library.remove(job.document_id)
        held.go.set()
        assert done(small, small.library.add("other.txt", b"Other.")) == [JobState.READY]
        assert [d.name for d in small.library.documents()] == ["other.txt"]
        assert [j.name for j in small.jobs.list()] == ["other.txt"]
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


# Passwords


def test_locked_file_waits_for_its_password_over_a_restart(settings, locked):
    with opened(settings) as small:
        job = small.library.add("locked.pdf", locked)
        assert done(small, job) == [JobState.NEEDS_PASSWORD]
    with opened(settings) as small:
        assert small.jobs.get(job.id).state is JobState.NEEDS_PASSWORD
        assert "protected by a password" in small.jobs.get(job.id).reason
        small.jobs.unlock(job.id, "wrong word")
        assert done(small, job) == [JobState.NEEDS_PASSWORD]
        assert "wrong" in small.jobs.get(job.id).reason
        small.jobs.unlock(job.id, "sesame")
        assert done(small, job) == [JobState.READY]
        with pytest.raises(BadInput, match="not waiting for a password"):
            small.jobs.unlock(job.id, "sesame")
        picture = small.library.page_picture(job.document_id, 1)
        assert picture.startswith(b"\x89PNG")
        assert done(small, small.library.reingest(job.document_id)) == [JobState.READY]
        assert list(faults_but_for_copies(small)) == []
    assert in_files(settings, b"sesame") == in_files(settings, b"wrong word") == []


def faults_but_for_copies(small):
    """The faults of a store, where copies without a password may lie beside their files."""
    copies = list(small.store.files.folder.glob("??/*.unlocked"))
    assert len(copies) == 1
    hidden = [copy.rename(small.store.files.folder.parent / copy.name) for copy in copies]
    yield from faults(small.store)
    for was, copy in zip(hidden, copies, strict=True):
        was.rename(copy)


def test_password_given_at_once_is_used(small, locked):
    job = small.library.add("locked.pdf", locked, password="sesame")
    assert done(small, job) == [JobState.READY]
    small.library.remove(job.document_id)
    assert [p for p in small.store.files.folder.rglob("*") if p.is_file()] == []


def test_password_is_forgotten_with_a_cancelled_job(settings, locked):
    with opened(settings, work=False) as small:
        job = small.library.add("locked.pdf", locked, password="sesame")
        small.jobs.cancel(job.id)
        small.jobs.retry(job.id)
        small.jobs.start()
        assert done(small, job) == [JobState.NEEDS_PASSWORD]


# Cut off


def test_job_cut_off_by_closing_is_taken_up_at_the_next_start(settings):
    held = HeldEmbeddings()
    small_held = opened(settings, held)
    with small_held as small:
        job = small.library.add("one.md", LONG)
        assert held.begun.wait(30)
        small.jobs._runner._stopping.set()  # as close does, which would wait for the model
        held.go.set()
    with opened(settings, work=False) as small:
        left = small.jobs.get(job.id)
        assert (left.state, left.attempts, left.stage) == (JobState.QUEUED, 0, "")
        assert list(faults(small.store)) == []
        small.jobs.start()
        assert done(small, job) == [JobState.READY]


def left_running(settings, **values) -> str:
    """A job that a killed process was working on."""
    with opened(settings, work=False) as small:
        job = small.library.add("one.md", TEXT)
        small.store.jobs.change(job.id, state=JobState.RUNNING, stage="embed", done=3, **values)
        return job.id


def test_job_left_running_is_finished_at_the_next_start(settings):
    job_id = left_running(settings, attempts=ATTEMPTS - 1)
    with opened(settings) as small:
        [job] = small.jobs.wait([job_id], timeout=60)
        assert (job.state, job.attempts) == (JobState.READY, ATTEMPTS)


def test_job_that_ends_every_process_is_given_up_until_somebody_retries_it(settings):
    job_id = left_running(settings, attempts=ATTEMPTS)
    with opened(settings) as small:
        [job] = small.jobs.wait([job_id], timeout=60)
        assert job.state is JobState.FAILED
        assert f"stopped {ATTEMPTS} times" in job.reason
        small.jobs.retry(job_id)
        [job] = small.jobs.wait([job_id], timeout=60)
        assert job.state is JobState.READY


def test_cancelling_holds_though_the_process_was_killed(settings):
    job_id = left_running(settings, attempts=1, cancel_requested=True)
    with opened(settings) as small:
        [job] = small.jobs.wait([job_id], timeout=60)
        assert job.state is JobState.CANCELLED
        assert small.library.documents() == []


def test_job_that_was_killed_after_its_last_step_is_ready(settings):
    with opened(settings) as small:
        job = small.library.add("one.md", TEXT)
        done(small, job)
        small.store.jobs.change(job.id, state=JobState.RUNNING)
        document = small.library.document(job.document_id)
    with opened(settings) as small:
        assert done(small, job) == [JobState.READY]
        assert small.library.document(job.document_id) == document


def test_document_removed_before_its_job_ended_does_not_come_back(settings):
    with opened(settings) as small:
        job = small.library.add("one.md", TEXT)
        done(small, job)
        small.store.jobs.change(job.id, state=JobState.RUNNING)  # as killed just before the end
        small.library.remove(job.document_id)
    with opened(settings) as small:
        other = small.library.add("other.txt", b"Other.")
        assert done(small, other) == [JobState.READY]
        assert [d.name for d in small.library.documents()] == ["other.txt"]
        assert [j.name for j in small.jobs.list()] == ["other.txt"]
        assert list(faults(small.store)) == []


# Rebuilding


def rebuilt(small, kb: str) -> JobState:
    return done(small, small.library.rebuild(kb))[0]


def test_other_model_is_refused_until_the_vectors_are_rebuilt(settings):
    with opened(settings) as small:
        done(small, small.library.add("one.md", TEXT), small.library.add("two.md", LONG))
        old = base(small.store)
    with opened(settings, WordEmbeddings(32)) as small:
        assert "'words-64', but 'words-32' is set" in small.library.mismatch()
        assert rebuilt(small, "library") is JobState.READY
        new = base(small.store)
        assert (new.embedding, new.dimension) == ("words-32", 32)
        assert small.library.mismatch() == ""
        assert small.store.vectors.collections() == {new.collection}
        assert old.collection != new.collection
        small.store.tidy()
        with small.store.database.read() as connection:
            models = connection.exec_driver_sql("SELECT DISTINCT model FROM embeddings").all()
        assert models == [("words-32",)]
        assert list(faults(small.store)) == []


def test_file_queued_for_another_model_is_not_mixed_in(settings):
    with opened(settings, work=False) as small:
        job = small.library.add("one.md", TEXT)
    with opened(settings, WordEmbeddings(32)) as small:
        assert done(small, job) == [JobState.FAILED]
        assert "rebuild it" in small.jobs.get(job.id).reason
        assert rebuilt(small, "library") is JobState.READY
        small.jobs.retry(job.id)
        assert done(small, job) == [JobState.READY]


def test_model_of_the_same_name_with_another_dimension_is_not_mixed_in(settings):
    with opened(settings) as small:
        done(small, small.library.add("one.md", TEXT))
    other = WordEmbeddings(32)
    other.name = "words-64"
    with opened(settings, other) as small:
        with pytest.raises(Exception, match="vectors of 64 numbers, but .* now makes 32"):
            small.library.add("two.md", LONG)
        assert rebuilt(small, "library") is JobState.READY
        assert done(small, small.library.add("two.md", LONG)) == [JobState.READY]
        assert list(faults(small.store)) == []


def test_cancelled_rebuild_leaves_the_old_vectors_serving(settings):
    with opened(settings) as small:
        done(small, small.library.add("one.md", LONG))
        old = base(small.store)
    held = HeldEmbeddings()
    held.name, held._numbers = "words-32", 32
    with opened(settings, held) as small:
        job = small.library.rebuild()
        assert held.begun.wait(30)
        small.jobs.cancel(job.id)
        held.go.set()
        assert done(small, job) == [JobState.CANCELLED]
        assert base(small.store) == old
        assert small.store.vectors.collections() == {old.collection}
        assert list(faults(small.store)) == []


def test_lost_vectors_are_made_again_from_the_cache_at_the_next_start(settings):
    with opened(settings) as small:
        done(small, small.library.add("one.md", LONG))
        kb = base(small.store)
        small.store.vectors.remove(
            kb.collection, list(small.store.documents.chunk_ids(kb.name))[3:]
        )
    embeddings = WordEmbeddings()
    with opened(settings, embeddings) as small:
        [job] = [j for j in small.jobs.list() if j.kind is JobKind.REBUILD]
        assert done(small, job) == [JobState.READY]
        assert embeddings.encoded == []
        assert list(faults(small.store)) == []


def test_lost_vectors_are_not_made_by_another_model_unasked(settings):
    with opened(settings) as small:
        done(small, small.library.add("one.md", TEXT))
        kb = base(small.store)
        small.store.vectors.remove_collection(kb.collection)
    with opened(settings, WordEmbeddings(32)) as small:
        assert not [job for job in small.jobs.list() if job.kind is JobKind.REBUILD]
        assert small.store.lacking_vectors() == [kb]


def test_rebuild_with_a_missing_model_fails_with_a_sentence(settings):
    with opened(settings) as small:
        done(small, small.library.add("one.md", TEXT))
    with opened(settings, MissingEmbeddings(32)) as small:
        job = small.library.rebuild()
        assert done(small, job) == [JobState.FAILED]
        assert small.jobs.get(job.id).reason == str(UNAVAILABLE)
        assert list(faults(small.store)) == []


def test_removing_documents_during_a_rebuild_leaves_no_vectors(settings):
    with opened(settings) as small:
        done(small, *(small.library.add(f"{n}.md", b"Text %d. " % n + LONG) for n in range(3)))
    held = HeldEmbeddings()
    held.name, held._numbers = "words-32", 32
    with opened(settings, held) as small:
        job = small.library.rebuild()
        assert held.begun.wait(30)
        for document in small.library.documents()[:2]:
            small.library.remove(document.id)
        held.go.set()
        assert done(small, job) == [JobState.READY]
        assert len(small.library.documents()) == 1
        assert list(faults(small.store)) == []


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
