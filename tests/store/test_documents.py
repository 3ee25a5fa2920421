"""Documents are whole or absent, and every change of them is numbered."""

import dataclasses

import pytest
import sqlalchemy as sa

from store.changes import ADD, REMOVE, REPLACE, Changes
from store.documents import Documents
from store.embedding_cache import EmbeddingCache
from store.errors import NotFound
from store.records import Block, BlockKind, Box, PageSource, Word, embedded_sha256, embedded_text
from store.tables import chunks, pages
from tests.documents import MODEL, parts

SHORT = "The ferry leaves at nine."
LONG = " ".join(f"Sentence number {n} speaks of harbour {n}." for n in range(30))


@pytest.fixture
def documents(database):
    return Documents(database)


@pytest.fixture
def changes(database):
    return Changes(database)


@pytest.fixture
def cache(database):
    return EmbeddingCache(database)


def cached(cache: EmbeddingCache, made) -> int:
    """How many of a document's chunks have a cached vector."""
    keys = [embedded_sha256(chunk) for chunk in made.chunks]
    return len(cache.get(MODEL.name, keys))


def keep_vectors(cache: EmbeddingCache, made) -> None:
    texts = [embedded_text(chunk) for chunk in made.chunks]
    keys = [embedded_sha256(chunk) for chunk in made.chunks]
    cache.keep(MODEL.name, dict(zip(keys, MODEL.encode(texts), strict=True)))


def rows(database, table) -> int:
    with database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table))


def test_document_comes_back_as_it_was_given(documents):
    made = parts(SHORT, LONG)
    page = dataclasses.replace(
        made.pages[0],
        label="iv",
        width=595.5,
        height=842.0,
        source=PageSource.OCR,
        confidence=0.75,
        blocks=(Block(0, 9, BlockKind.TABLE_ROW, "a\tb"), Block(10, 25, BlockKind.HEADING, "", 2)),
        words=(Word(0, 3, Box(0.25, 0.5, 0.75, 1.0)),),
        note="a note",
    )
    document = dataclasses.replace(
        made.document, pages_by_ocr=(1,), pages_without_text=(2,), metadata={"author": "Ada"}
    )
    documents.add(document, [page, made.pages[1]], made.chunks)
    assert documents.get(document.id) == document
    stored = documents.page(document.id, 1)
    box = stored.words[0].box
    assert dataclasses.replace(stored, words=page.words) == page
    assert box == pytest.approx((0.25, 0.5, 0.75, 1.0), abs=2e-5)
    assert documents.chunks(document.id) == made.chunks
    assert len(made.chunks) > 3


def test_document_that_cannot_be_written_leaves_no_rows(documents, database, changes):
    made = parts(SHORT)
    with pytest.raises(sa.exc.IntegrityError):
        documents.add(made.document, [*made.pages, *made.pages], made.chunks)
    assert rows(database, pages) == rows(database, chunks) == changes.last() == 0


def test_same_bytes_are_found_only_in_their_knowledge_base(documents):
    made = parts(SHORT)
    documents.add(*made)
    assert documents.find("library", made.document.sha256) == made.document
    assert documents.find("archive", made.document.sha256) is None
    documents.add(*parts(SHORT, kb="archive"))
    assert len(documents.all()) == 2
    assert documents.uses(made.document.sha256)
    assert not documents.uses("0" * 64)


def test_chunks_of_invisible_documents_are_not_found(documents, database):
    made = parts(SHORT)
    documents.add(*made)
    ids = [chunk.id for chunk in made.chunks]
    assert set(documents.chunks_by_id(ids)) == set(ids)
    with database.begin() as connection:
        connection.execute(sa.text("DELETE FROM documents"))
    assert documents.chunks_by_id(ids) == {}


def test_lookups_take_more_ids_than_one_query_holds(documents):
    made = parts(SHORT)
    documents.add(*made)
    ids = [f"unknown-{n}" for n in range(2000)] + [made.chunks[0].id]
    assert list(documents.chunks_by_id(ids)) == [made.chunks[0].id]
    assert list(documents.by_id([*ids, made.document.id])) == [made.document.id]


def test_removing_erases_pages_chunks_and_cached_vectors(documents, database, cache):
    made = parts(LONG)
    keep_vectors(cache, made)
    documents.add(*made)
    assert documents.remove(made.document.id) == made.document
    assert rows(database, pages) == rows(database, chunks) == 0
    assert cached(cache, made) == 0
    with pytest.raises(NotFound):
        documents.remove(made.document.id)


def test_cached_vectors_that_another_document_needs_stay(documents, cache):
    one, two = parts(LONG), parts(LONG, kb="archive")
    keep_vectors(cache, one)
    documents.add(*one)
    documents.add(*two)
    documents.remove(one.document.id)
    assert cached(cache, two) == len(two.chunks)
    documents.remove(two.document.id)
    assert cached(cache, two) == 0


def test_replacing_keeps_id_name_and_day_and_the_vectors_of_unchanged_text(documents, cache):
    made = parts(LONG, name="before.txt")
    keep_vectors(cache, made)
    documents.add(*made)
    again = parts(LONG, name="before.txt", document_id=made.document.id, ids="again")
    renamed = dataclasses.replace(again.document, name="after.txt")
    documents.replace(renamed, again.pages, again.chunks)
    kept = documents.get(made.document.id)
    assert (kept.name, kept.added_at) == (made.document.name, made.document.added_at)
    assert documents.chunks(kept.id) == again.chunks
    assert again.chunks[0].id != made.chunks[0].id
    assert cached(cache, again) == len(again.chunks)


def test_replacing_forgets_the_vectors_of_text_that_is_gone(documents, cache):
    made = parts(LONG)
    keep_vectors(cache, made)
    documents.add(*made)
    again = parts(SHORT, document_id=made.document.id, ids="again")
    documents.replace(again.document, again.pages, again.chunks)
    assert cached(cache, made) == 0


def test_document_removed_meanwhile_cannot_be_replaced(documents, database):
    made = parts(SHORT)
    with pytest.raises(NotFound):
        documents.replace(*made)
    assert rows(database, chunks) == 0


def test_changes_are_numbered_and_versions_are_per_knowledge_base(documents, changes):
    one, two = parts(SHORT), parts(SHORT, kb="archive")
    documents.add(*one)
    documents.add(*two)
    documents.replace(*parts(LONG, document_id=one.document.id, ids="again"))
    documents.remove(two.document.id)
    assert [(c.number, c.kb, c.kind) for c in changes.after(0)] == [
        (1, "library", ADD),
        (2, "archive", ADD),
        (3, "library", REPLACE),
        (4, "archive", REMOVE),
    ]
    assert [c.number for c in changes.after(2)] == [3, 4]
    assert documents.version("library") == 3
    assert documents.version("archive") == 4
    assert documents.version("other") == 0
    assert changes.last() == changes.last(erasing=True) == 4
    documents.add(*two)
    assert (changes.last(), changes.last(erasing=True)) == (5, 4)


def test_marks_are_kept_by_name(changes):
    assert changes.mark("a") == 0
    changes.set_mark("a", 3)
    changes.set_mark("a", 7)
    changes.set_mark("b", 1)
    assert (changes.mark("a"), changes.mark("b")) == (7, 1)


def test_counts_are_per_knowledge_base(documents):
    one, two = parts(LONG), parts(SHORT, kb="archive")
    documents.add(*one)
    documents.add(*two)
    assert documents.chunk_count() == len(one.chunks) + len(two.chunks)
    assert documents.chunk_count("archive") == len(two.chunks)
    assert documents.chunk_count("other") == 0
    assert documents.chunk_ids("library") == {c.id for c in one.chunks}
    assert documents.chunk_ids("library", two.document.id) == set()


def test_renaming_changes_the_name_only(documents):
    made = parts(SHORT)
    documents.add(*made)
    documents.rename(made.document.id, "new.txt")
    assert documents.get(made.document.id) == dataclasses.replace(made.document, name="new.txt")
    with pytest.raises(NotFound):
        documents.rename("unknown", "new.txt")
