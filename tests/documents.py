"""Makes documents, pages and chunks of plain text for tests."""

import dataclasses
import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from assistant.ingestion.chunking import chunk_pages
from store.files import Files
from store.knowledge_bases import KnowledgeBase
from store.records import Chunk, Document, Job, JobState, Media, Page
from store.store import Store
from tests.small_library import WordEmbeddings

MODEL = WordEmbeddings()


class Parts(NamedTuple):
    """A document with its pages and chunks, as the store takes them."""

    document: Document
    pages: list[Page]
    chunks: list[Chunk]


def parts(
    *texts: str,
    name: str = "guide.txt",
    kb: str = "library",
    document_id: str | None = None,
    ids: str | None = None,
) -> Parts:
    """A document with one page for each text."""
    sha256 = hashlib.sha256("".join(texts).encode()).hexdigest()
    document_id = document_id or f"{kb}-{sha256[:8]}"
    pages = [Page(number, text) for number, text in enumerate(texts, start=1)]
    title = name.partition(".")[0]
    chunks = list(chunk_pages(document_id, title, pages, words=20, overlap=0, ids=ids))
    document = Document(
        id=document_id,
        kb=kb,
        name=name,
        title=title,
        sha256=sha256,
        media=Media.TEXT,
        size=sum(map(len, texts)),
        pages=len(pages),
        chunks=len(chunks),
        added_at=datetime.now(UTC),
    )
    return Parts(document, pages, chunks)


def base(store: Store, name: str = "library") -> KnowledgeBase:
    """A knowledge base of the small model."""
    return store.knowledge_bases.create(name, MODEL.name, MODEL.dimension)


def keep_file(files: Files, content: bytes) -> str:
    """Keep a file; its SHA-256."""
    received = files.receive(content, limit=1_000_000)
    files.keep(received)
    return received.sha256


def add_vectors(store: Store, made: Parts) -> None:
    """Put the vectors of a document's chunks, and cache them."""
    kb = base(store, made.document.kb)
    vectors = MODEL.encode([chunk.text for chunk in made.chunks])
    store.vectors.add(kb.collection, [c.id for c in made.chunks], vectors, made.document.id)


def add(store: Store, made: Parts) -> Parts:
    """Make a document searchable, with its vectors and its file."""
    keep_file(store.files, "".join(page.text for page in made.pages).encode())
    add_vectors(store, made)
    store.add(*made)
    return made


def found(store: Store, query: str, kb: str = "library") -> set[str]:
    """The ids of the documents that keyword search finds."""
    hits = [chunk_id for chunk_id, _ in store.keywords.search(kb, query, 50)]
    return {chunk.document_id for chunk in store.documents.chunks_by_id(hits).values()}


def similar(store: Store, query: str, kb: str = "library") -> set[str]:
    """The ids of the chunks whose vectors are nearest."""
    vector = np.asarray(MODEL.encode([query])[0])
    return {i for i, _ in store.vectors.search(base(store, kb).collection, vector, 5)}


def job(job_id: str, **values: Any) -> Job:
    """A queued job on a file of its own."""
    made = Job(
        id=job_id,
        kb="library",
        name=f"{job_id}.txt",
        sha256=f"sha-{job_id}",
        document_id=f"doc-{job_id}",
        state=JobState.QUEUED,
        stage="",
        done=0,
        total=0,
        attempts=0,
        reason="",
        created_at=datetime.now(UTC),
    )
    return dataclasses.replace(made, **values)
