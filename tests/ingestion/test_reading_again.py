"""Reading a document again: the old reading serves until the new one is whole."""

from store.records import JobState
from tests.crash_runs import faults
from tests.ingestion.small import (
    LONG,
    TEXT,
    UNAVAILABLE,
    FailingEmbeddings,
    HeldEmbeddings,
    done,
    opened,
)


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
