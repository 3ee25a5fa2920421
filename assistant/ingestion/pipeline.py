"""Takes one file from its bytes to a searchable document: read, chunk, embed, store.

Pages are chunked and embedded as they come, while the next ones are read, and their vectors are
stored while the next ones are made. The document's row is written last. Until then nothing can find
it, and a run that is cut off is undone with `discard` and started again; vectors already computed
are in the embedding cache.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath

import numpy as np

from assistant.errors import UnreadableFile
from assistant.ingestion.chunking import chunk_pages
from assistant.ingestion.progress import Progress
from assistant.ingestion.reading import FileInfo
from assistant.ingestion.reading_ahead import ReadAhead
from assistant.ingestion.screening import screen
from assistant.ingestion.storing import Storing
from assistant.models.embedding import Matrix, SentenceEmbeddings
from assistant.models.embedding_models import EmbeddingModels
from assistant.sentences import words
from assistant.settings import Settings
from store.knowledge_bases import KnowledgeBase
from store.records import (
    Chunk,
    Document,
    Job,
    JobKind,
    Page,
    PageSource,
    embedded_sha256,
    embedded_text,
)
from store.spare_indexes import IndexComparison
from store.store import Store

# how well the first finds what answers questions and how well the second; None without questions
Compare = Callable[
    [KnowledgeBase, KnowledgeBase, Callable[[int, int], None]], IndexComparison | None
]
EMBEDDED_AT_ONCE = 64
ID_LENGTH = 12
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Pipeline:
    """What a run needs: the store, the embedding models, the settings, what reads files, and what
    compares a spare index with the one searched in, if they are to be compared."""

    store: Store
    embeddings: EmbeddingModels
    settings: Settings
    ahead: ReadAhead
    compare: Compare | None = None

    def run(self, job: Job, kb: KnowledgeBase, progress: Progress, *, password: str | None) -> None:
        """Store the document. Raises UnreadableFile, PasswordNeeded, EmbeddingMismatch or
        JobCancelled, and NotFound when a document to be read again was removed meanwhile."""
        model = self.embeddings.of(kb)
        with Storing(self.store, kb, job.document_id) as storing:
            info, pages, chunks, stored = self._read(job, model, storing, progress, password)
            if not chunks:
                raise UnreadableFile(
                    f"{job.name}: no text was found in it, so there is nothing to search."
                )
            self.ahead.begin()
            with progress.stage("embed"):
                for start in range(stored, len(chunks), Storing.AT_ONCE):
                    some = chunks[start : start + Storing.AT_ONCE]
                    storing.add(some, self._embed(model, some, progress, start, len(chunks)))
            progress.check()
            with progress.stage("store"):
                storing.wait()
                document = _document(job, info, pages, chunks, self.store)
                keep = self.store.replace if job.kind is JobKind.REINGEST else self.store.add
                keep(document, pages, chunks)

    def rebuild(self, kb: KnowledgeBase, progress: Progress) -> None:
        """Make the vectors that a knowledge base lacks. When they are of a model that is not at
        hand, all are made by the one that is set, beside the old ones, which serve until the
        switch."""
        usual = self.embeddings.usual
        lost = self.embeddings.mismatch(kb) or kb.embedding == usual.name
        target = kb.made_by(usual.name, usual.dimension) if lost else kb
        self._fill(target, progress)
        with progress.stage("store"):
            self.store.switch_vectors(kb, target)

    def index(self, kb: KnowledgeBase, target: KnowledgeBase, progress: Progress) -> None:
        """Make the vectors that a spare index lacks, and compare it with the one searched in."""
        self._fill(target, progress)
        self.store.drop_strays(target)
        if self.compare:
            with progress.stage("compare"):
                found = self.compare(kb, target, progress.telling("compare"))
                self.store.spare_indexes.change(target.collection, comparison=found)

    def switch(self, kb: KnowledgeBase, target: KnowledgeBase, progress: Progress) -> None:
        """Make the vectors that a spare index lacks, then search in it from now on; the one
        searched in so far is kept."""
        self._fill(target, progress)
        with progress.stage("store"):
            self.store.switch_vectors(kb, target, keep=True)

    def discard(self, job: Job, kb: KnowledgeBase) -> None:
        """Undo what a cut-off run left behind."""
        if job.kind.on_file:
            self.store.drop_stray_vectors(kb, job.document_id)
            return
        self.store.drop_stray_collections()
        for index in self.store.indexes(kb):
            if index.collection == job.target:
                self.store.drop_strays(index)

    def _fill(self, target: KnowledgeBase, progress: Progress) -> None:
        """Make the vectors that an index lacks. Raises ModelUnavailable or JobCancelled."""
        model = self.embeddings.named(target.embedding)
        present = self.store.vectors.ids(target.collection)
        documents = self.store.documents.all(target.name)
        done, total = 0, sum(document.chunks for document in documents)
        with progress.stage("embed"):
            for document in documents:
                progress.check()
                progress.report("embed", done, total)
                chunks = self.store.documents.chunks(document.id)
                missing = [chunk for chunk in chunks if chunk.id not in present]
                if missing:
                    vectors = self._embed(model, missing, progress, done, total)
                    ids = [chunk.id for chunk in missing]
                    self.store.vectors.add(target.collection, ids, vectors, document.id)
                done += len(chunks)

    def _embed(
        self,
        model: SentenceEmbeddings,
        chunks: list[Chunk],
        progress: Progress,
        before: int = 0,
        total: int = 0,
    ) -> Matrix:
        """Vectors of the chunks, shape (chunks, dimension), from the cache where it has them.

        Reported as going on after `before` of `total` chunks, or alone without a `total`.
        """
        keys = [embedded_sha256(chunk) for chunk in chunks]
        cached = self.store.embedding_cache.get(model.name, keys)
        known = {key: vector for key, vector in cached.items() if len(vector) == model.dimension}
        texts = {k: embedded_text(c) for k, c in zip(keys, chunks, strict=True) if k not in known}
        # alike lengths together: with some models a batch costs as much as its longest text
        todo = sorted(texts, key=lambda key: len(texts[key]))
        done = before + len(chunks) - len(todo) if total else 0
        for start in range(0, len(todo), EMBEDDED_AT_ONCE):
            progress.check()
            progress.report("embed", done + start, total or len(todo))
            batch = todo[start : start + EMBEDDED_AT_ONCE]
            vectors = model.encode([texts[key] for key in batch])
            made = dict(zip(batch, vectors, strict=True))
            self.store.embedding_cache.keep(model.name, made)
            known.update(made)
        return np.stack([known[key] for key in keys])

    def _read(
        self,
        job: Job,
        model: SentenceEmbeddings,
        storing: Storing,
        progress: Progress,
        password: str | None,
    ) -> tuple[FileInfo, list[Page], list[Chunk], int]:
        """What the file says about itself, under the title it gets, its pages, its chunks, and of
        how many of these the vectors are made once the last page is read."""
        quietly = progress.quietly()
        chunks: list[Chunk] = []
        embedded = 0
        progress.report("read", 0, 0)
        with self.ahead.reading(job, password) as reading, quietly.stage("chunk"):
            info = reading.info(progress)
            info = replace(info, title=full_title(info.title, job.name))
            for chunk in self._chunks(job, info.title, reading.pages(progress)):
                chunks.append(replace(chunk, quarantined=screen(embedded_text(chunk))))
                if len(chunks) - embedded == EMBEDDED_AT_ONCE and not reading.ended.done():
                    with quietly.stage("embed"):
                        batch = chunks[embedded:]
                        storing.add(batch, self._embed(model, batch, quietly))
                    embedded = len(chunks)
            copy = self.ahead.copy(job)
            if copy.exists():
                self.store.files.keep_unlocked(copy, job.sha256)
            return info, list(reading.pages(progress)), chunks, embedded

    def _chunks(self, job: Job, title: str, pages: Iterator[Page]) -> Iterator[Chunk]:
        return chunk_pages(
            job.document_id,
            title,
            pages,
            words=self.settings.chunk_words,
            overlap=self.settings.chunk_overlap,
            ids=job.id[:ID_LENGTH] if job.kind is JobKind.REINGEST else job.document_id,
        )


def full_title(title: str, name: str) -> str:
    """A title that tells documents apart: with the words of the file's name that it lacks.

    Ten filings of one company, or two plans of one insurer, often carry the same title.
    """
    named = re.sub(r"[\W_]+", " ", PurePath(name).stem).strip()
    if not title:
        return named
    missing = set(words(named)) - set(words(title))
    telling = any(word.isalpha() or _YEAR.match(word) for word in missing)
    return f"{title} – {named}" if telling else title


def _document(
    job: Job, info: FileInfo, pages: list[Page], chunks: list[Chunk], store: Store
) -> Document:
    return Document(
        id=job.document_id,
        kb=job.kb,
        name=job.name,
        title=info.title,
        sha256=job.sha256,
        media=info.media,
        size=store.files.path(job.sha256).stat().st_size,
        pages=len(pages),
        chunks=len(chunks),
        added_at=datetime.now(UTC),
        pages_without_text=tuple(p.number for p in pages if not p.text.strip()),
        pages_by_ocr=tuple(p.number for p in pages if p.source is PageSource.OCR),
        quarantined=sum(bool(chunk.quarantined) for chunk in chunks),
        metadata=info.metadata,
    )
