"""A library of any size, to measure how searches grow with it.

A chunk is a sentence of the samples among common English words, drawn as often as Zipf's law has
them: the few words of the samples alone would not make a library, each would stand in every tenth
chunk. A chunk's vector is that of its sentence plus noise, so that no model has to read a million
chunks. A document of one number is always the same.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path

import chromadb
import numpy as np
from langchain_core.documents import Document as LangChainDocument

from assistant.library import SAMPLES
from assistant.models.embedding import Matrix, SentenceEmbeddings, built_in_folder
from assistant.sentences import sentences
from store.keywords import Entry
from store.records import Chunk, Document, Media, Page, embedded_sha256
from store.store import VECTORS_MARK, Store

KB = "library"
CHUNKS = 50  # of one document
WORDS = 120  # of one chunk, beside the sentence
NOISE = 0.5  # length of the noise on a vector of length 1
AT_ONCE = 100  # documents that the keyword index, or Chroma, takes in with one commit
COLLECTION = "documents"
DONE = "done"  # the file that is written last
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """One document with its only page, its chunks and their vectors."""

    document: Document
    page: Page
    chunks: list[Chunk]
    vectors: Matrix


class SyntheticLibrary:
    """Makes the documents of a library with so many chunks, one after the other."""

    def __init__(self, size: int, embeddings: SentenceEmbeddings) -> None:
        """`embeddings` read the sentences of the samples, and nothing else."""
        self.size = size
        self.embeddings = embeddings
        texts = [path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("sources/*.txt"))]
        self._sentences = sorted({s for text in texts for s in sentences(text) if len(s) > 20})
        self._words = _english()
        shares = 1 / np.arange(1, len(self._words) + 1)
        self._up_to = np.cumsum(shares / shares.sum())

    @cached_property
    def ids(self) -> list[str]:
        """The ids of all documents."""
        return [f"d{number:07d}" for number in range(-(-self.size // CHUNKS))]

    @cached_property
    def allowed(self) -> set[str]:
        """The ids of the documents that a filter admits: every other one."""
        return set(self.ids[::2])

    @cached_property
    def _meanings(self) -> Matrix:
        return self.embeddings.encode(self._sentences)

    def documents(self, first: int = 0) -> Iterator[Made]:
        for number, document_id in enumerate(self.ids[first:], start=first):
            yield self._made(number, document_id)

    def _made(self, number: int, document_id: str) -> Made:
        chance = np.random.default_rng([0, number])
        count = min(CHUNKS, self.size - number * CHUNKS)
        about = chance.integers(len(self._sentences), size=count)
        texts = []
        for one in about:
            others = self._draw(chance, WORDS)
            texts.append(" ".join([*others[::2], self._sentences[one], *others[1::2]]))
        title = " ".join(self._draw(chance, 3))
        return _whole(document_id, f"{title} {number}", texts, self._vectors(about, chance))

    def _draw(self, chance: np.random.Generator, count: int) -> list[str]:
        return [self._words[n] for n in np.searchsorted(self._up_to, chance.random(count))]

    def _vectors(self, about: np.ndarray, chance: np.random.Generator) -> Matrix:
        meant = self._meanings[about]
        noise = chance.normal(0, NOISE / meant.shape[1] ** 0.5, meant.shape)
        moved = (meant + noise).astype(np.float32)
        return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def _english() -> list[str]:
    """Common words, most common first: the vocabulary of the embedding model has this order."""
    lines = (built_in_folder() / "vocab.txt").read_text(encoding="utf-8").split()
    return [word for word in lines if len(word) > 1 and word.isascii() and word.isalpha()]


def _whole(document_id: str, title: str, texts: list[str], vectors: Matrix) -> Made:
    page = Page(1, "\n\n".join(texts))
    chunks, start = [], 0
    for position, text in enumerate(texts):
        end = start + len(text)
        chunk_id = f"{document_id}-{position:05d}"
        chunks.append(
            Chunk(chunk_id, document_id, position, 1, None, "", start, end, text, title)
        )  # fmt: skip
        start = end + 2
    document = Document(
        id=document_id,
        kb=KB,
        name=f"{document_id}.txt",
        title=title,
        sha256=hashlib.sha256(page.text.encode()).hexdigest(),
        media=Media.TEXT,
        size=len(page.text),
        pages=1,
        chunks=len(chunks),
        added_at=_MOMENT + timedelta(seconds=int(document_id[1:])),
    )
    return Made(document, page, chunks, vectors)


def fill_openbook(home: Path, library: SyntheticLibrary) -> None:
    """Put all of it into a data directory, unless that was done before.

    Through the parts of the store, each as when a document is taken in, but with one commit of the
    keyword index for many documents. What was interrupted goes on where it was.
    """
    if (home / DONE).exists():
        return
    with closing(Store(home, role="a benchmark")) as store:
        model = library.embeddings
        base = store.knowledge_bases.get(KB)
        base = base or store.knowledge_bases.create(KB, model.name, model.dimension)
        there = len(store.documents.all(KB))
        entries: list[Entry] = []
        for number, made in enumerate(library.documents(there), start=there + 1):
            keys = map(embedded_sha256, made.chunks)
            store.embedding_cache.keep(model.name, dict(zip(keys, made.vectors, strict=True)))
            ids = [chunk.id for chunk in made.chunks]
            store.vectors.add(base.collection, ids, made.vectors, made.document.id)
            store.documents.add(made.document, [made.page], made.chunks)
            entries += ((KB, made.document.title, chunk) for chunk in made.chunks)
            if number % AT_ONCE == 0 or number == len(library.ids):
                store.keywords.apply(store.changes.last(), added=entries)
                store.changes.set_mark(VECTORS_MARK, store.changes.last())
                entries.clear()
    (home / DONE).touch()


def fill_chroma(folder: Path, library: SyntheticLibrary) -> None:
    """Put the same chunks and vectors into a Chroma of default settings with their texts, unless
    that was done before; a flag tells what the filter admits."""
    if (folder / DONE).exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    collection = chromadb.PersistentClient(str(folder)).create_collection(COLLECTION)
    documents = library.documents()
    while some := list(islice(documents, AT_ONCE)):
        chunks = [chunk for made in some for chunk in langchain_documents(made, library)]
        collection.add(
            ids=[str(chunk.id) for chunk in chunks],
            embeddings=np.concatenate([made.vectors for made in some]),
            documents=[chunk.page_content for chunk in chunks],
            metadatas=[chunk.metadata for chunk in chunks],
        )
    (folder / DONE).touch()


def langchain_documents(made: Made, library: SyntheticLibrary) -> list[LangChainDocument]:
    """The chunks of a document as LangChain has them."""
    allowed = made.document.id in library.allowed
    return [
        LangChainDocument(
            chunk.text, id=chunk.id, metadata={"document": chunk.document_id, "allowed": allowed}
        )
        for chunk in made.chunks
    ]
