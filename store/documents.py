"""Documents with their pages and chunks.

A document's row, pages and chunks are written in one transaction, so it is whole or absent. The
same transaction numbers the change; the keyword index and the vectors follow that number.
"""

import dataclasses
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, exists, func, insert, select, update

from store.changes import ADD, REMOVE, REPLACE, log_change
from store.database import Database
from store.document_rows import (
    CHUNK,
    DOCUMENT,
    blocks_of,
    chunk_of,
    chunk_row,
    document_of,
    document_row,
    page_of,
    page_row,
)
from store.errors import NotFound
from store.examples import Source, erase_made_from
from store.records import Block, Chunk, Document, Page, embedded_sha256
from store.tables import changes, chunks, documents, embeddings, pages

SLICE = 500  # values in one IN (...), well under SQLite's limit
others = chunks.alias("others")


class Documents:
    """What the records hold of the documents."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(
        self, document: Document, its_pages: Sequence[Page], its_chunks: Sequence[Chunk]
    ) -> None:
        """Make a whole document visible."""
        with self._db.begin() as connection:
            _insert(connection, document, its_pages, its_chunks)
            log_change(connection, document, ADD)

    def replace(
        self, document: Document, its_pages: Sequence[Page], its_chunks: Sequence[Chunk]
    ) -> None:
        """Put a new reading in the place of the document with the same id, in one step; its name
        and the day it was added stay. Raises NotFound when it was removed meanwhile."""
        with self._db.begin() as connection:
            older = _get(connection, document.id)
            document = dataclasses.replace(document, name=older.name, added_at=older.added_at)
            _erase(connection, older, but_for=[embedded_sha256(c) for c in its_chunks])
            _insert(connection, document, its_pages, its_chunks)
            log_change(connection, document, REPLACE)

    def remove(self, document_id: str) -> Document:
        """Erase a document with its pages, chunks and cached vectors, and the examples made from
        it. Raises NotFound."""
        with self._db.begin() as connection:
            document = _get(connection, document_id)
            _erase(connection, document)
            erase_made_from(connection, Source.DOCUMENT, document_id)
            log_change(connection, document, REMOVE)
        return document

    def rename(self, document_id: str, name: str) -> None:
        """Give a document another file name. Raises NotFound."""
        with self._db.begin() as connection:
            _get(connection, document_id)
            connection.execute(
                update(documents).where(documents.c.id == document_id).values(name=name)
            )

    def get(self, document_id: str) -> Document:
        """Raises NotFound."""
        with self._db.read() as connection:
            return _get(connection, document_id)

    def find(self, kb: str, sha256: str) -> Document | None:
        """The document of these very bytes, if the knowledge base has it."""
        query = select(*DOCUMENT).where(documents.c.kb == kb, documents.c.sha256 == sha256)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return document_of(row) if row else None

    def all(self, kb: str | None = None) -> list[Document]:
        """Documents of one knowledge base or of all, newest first."""
        query = select(*DOCUMENT).order_by(documents.c.added_at.desc(), documents.c.name)
        if kb is not None:
            query = query.where(documents.c.kb == kb)
        with self._db.read() as connection:
            return [document_of(row) for row in connection.execute(query)]

    def sha256s(self) -> set[str]:
        """The SHA-256 of every document's file."""
        with self._db.read() as connection:
            return set(connection.scalars(select(documents.c.sha256)))

    def uses(self, sha256: str) -> bool:
        """Whether any knowledge base has the document of these bytes."""
        query = select(exists().where(documents.c.sha256 == sha256))
        with self._db.read() as connection:
            return bool(connection.scalar(query))

    def by_id(self, ids: Collection[str]) -> dict[str, Document]:
        """The documents with these ids; unknown ones are left out."""
        found: dict[str, Document] = {}
        with self._db.read() as connection:
            for part in slices(ids):
                query = select(*DOCUMENT).where(documents.c.id.in_(part))
                found.update({row.id: document_of(row) for row in connection.execute(query)})
        return found

    def page(self, document_id: str, number: int) -> Page:
        """One page as read. Raises NotFound."""
        query = select(pages).where(pages.c.document_id == document_id, pages.c.number == number)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound(f"The document has no page {number}.")
        return page_of(row)

    def blocks(self, document_id: str, number: int) -> tuple[Block, ...]:
        """The blocks of one page; none if there is no such page."""
        query = select(pages.c.blocks).where(
            pages.c.document_id == document_id, pages.c.number == number
        )
        with self._db.read() as connection:
            return blocks_of(connection.scalar(query) or [])

    def chunks(self, document_id: str) -> list[Chunk]:
        """All chunks of a document in reading order."""
        query = (
            select(*CHUNK).where(chunks.c.document_id == document_id).order_by(chunks.c.position)
        )
        with self._db.read() as connection:
            return [chunk_of(row) for row in connection.execute(query)]

    def chunks_by_id(self, ids: Collection[str]) -> dict[str, Chunk]:
        """The chunks with these ids whose document is visible; others are left out."""
        found: dict[str, Chunk] = {}
        with self._db.read() as connection:
            for part in slices(ids):
                query = (
                    select(*CHUNK)
                    .join(documents, documents.c.id == chunks.c.document_id)
                    .where(chunks.c.id.in_(part))
                )
                found.update({row.id: chunk_of(row) for row in connection.execute(query)})
        return found

    def chunks_with_vectors(
        self, ids: Collection[str], model: str
    ) -> tuple[dict[str, Chunk], dict[str, NDArray[np.float32]]]:
        """The same, and the vectors that are cached for them by an embedding model."""
        found: dict[str, Chunk] = {}
        vectors: dict[str, NDArray[np.float32]] = {}
        cached = (embeddings.c.sha256 == chunks.c.embedded_sha256) & (embeddings.c.model == model)
        both = select(*CHUNK, embeddings.c.vector).join(
            documents, documents.c.id == chunks.c.document_id
        )
        with self._db.read() as connection:
            for part in slices(ids):
                query = both.join(embeddings, cached, isouter=True).where(chunks.c.id.in_(part))
                for *values, vector in connection.execute(query):
                    chunk = chunk_of(values)
                    found[chunk.id] = chunk
                    if vector is not None:
                        vectors[chunk.id] = np.frombuffer(vector, dtype=np.float32)
        return found, vectors

    def of_chunks(self, ids: Collection[str]) -> dict[str, str]:
        """The id of the document of each of these chunks; unknown ones are left out."""
        found: dict[str, str] = {}
        with self._db.read() as connection:
            for part in slices(ids):
                query = select(chunks.c.id, chunks.c.document_id).where(chunks.c.id.in_(part))
                found.update((row[0], row[1]) for row in connection.execute(query))
        return found

    def around(self, chunk: Chunk, reach: int) -> list[Chunk]:
        """Up to `reach` chunks before a chunk and behind it in its document, in reading order."""
        near = chunks.c.position.between(chunk.position - reach, chunk.position + reach)
        query = (
            select(*CHUNK)
            .where(chunks.c.document_id == chunk.document_id, near, chunks.c.id != chunk.id)
            .order_by(chunks.c.position)
        )
        with self._db.read() as connection:
            return [chunk_of(row) for row in connection.execute(query)]

    def chunk_ids(self, kb: str, document_id: str | None = None) -> set[str]:
        """The ids of every chunk of a knowledge base, or of one document of it."""
        query = (
            select(chunks.c.id)
            .join(documents, documents.c.id == chunks.c.document_id)
            .where(documents.c.kb == kb)
        )
        if document_id is not None:
            query = query.where(documents.c.id == document_id)
        with self._db.read() as connection:
            return set(connection.scalars(query))

    def chunk_count(self, kb: str | None = None) -> int:
        """How many chunks a knowledge base has, or all have."""
        query = select(func.coalesce(func.sum(documents.c.chunks), 0))
        if kb is not None:
            query = query.where(documents.c.kb == kb)
        with self._db.read() as connection:
            return connection.scalar(query) or 0

    def version(self, kb: str) -> int:
        """The number of the last change of a knowledge base; 0 when it never changed."""
        query = select(func.max(changes.c.number)).where(changes.c.kb == kb)
        with self._db.read() as connection:
            return connection.scalar(query) or 0


def _insert(
    connection: Connection,
    document: Document,
    its_pages: Sequence[Page],
    its_chunks: Sequence[Chunk],
) -> None:
    connection.execute(insert(pages), [page_row(document.id, p) for p in its_pages])
    connection.execute(insert(chunks), [chunk_row(c) for c in its_chunks])
    connection.execute(insert(documents), [document_row(document)])


def _erase(connection: Connection, document: Document, but_for: Collection[str] = ()) -> None:
    """Delete a document; of the vectors cached for it, those of the texts `but_for` stay."""
    mine = chunks.c.document_id == document.id
    elsewhere = others.c.document_id != document.id
    shared = exists().where(others.c.embedded_sha256 == chunks.c.embedded_sha256, elsewhere)
    own = set(connection.scalars(select(chunks.c.embedded_sha256).where(mine, ~shared)))
    for part in slices(own.difference(but_for)):
        connection.execute(delete(embeddings).where(embeddings.c.sha256.in_(part)))
    for table in (pages, chunks):
        connection.execute(delete(table).where(table.c.document_id == document.id))
    connection.execute(delete(documents).where(documents.c.id == document.id))


def _get(connection: Connection, document_id: str) -> Document:
    row = connection.execute(select(*DOCUMENT).where(documents.c.id == document_id)).first()
    if row is None:
        raise NotFound("This document is no longer in the library.")
    return document_of(row)


def slices(values: Iterable[str]) -> Iterable[list[str]]:
    """The values in lists short enough for one IN (...)."""
    everything = list(values)
    for start in range(0, len(everything), SLICE):
        yield everything[start : start + SLICE]
