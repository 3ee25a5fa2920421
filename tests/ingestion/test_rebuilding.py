"""Rebuilding the vectors of a knowledge base, with the same model or another."""

import pytest

from store.records import Job, JobKind, JobState
from tests.browser.server import wait_until
from tests.crash_runs import faults
from tests.documents import base
from tests.ingestion.small import (
    LONG,
    TEXT,
    UNAVAILABLE,
    HeldEmbeddings,
    MissingEmbeddings,
    done,
    opened,
)
from tests.small_library import WordEmbeddings


def rebuilt(small, kb: str) -> JobState:
    return done(small, small.library.rebuild(kb))[0]


def rebuilds(small) -> list[Job]:
    return [job for job in small.jobs.list() if job.kind is JobKind.REBUILD]


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
        wait_until(lambda: bool(rebuilds(small)), "no rebuild was queued")
        [job] = rebuilds(small)
        assert done(small, job) == [JobState.READY]
        assert embeddings.encoded == []
        assert list(faults(small.store)) == []


def test_lost_vectors_are_not_made_by_another_model_unasked(settings):
    with opened(settings) as small:
        done(small, small.library.add("one.md", TEXT))
        kb = base(small.store)
        small.store.vectors.remove_collection(kb.collection)
    with opened(settings, WordEmbeddings(32)) as small:
        [document] = small.library.documents()
        done(small, small.jobs.read_again(document))  # comes after what a start queues
        assert rebuilds(small) == []
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
