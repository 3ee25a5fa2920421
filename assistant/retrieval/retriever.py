"""Finds chunks for a query: dense and keyword search, joined by their scores."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.library import Library
from assistant.models.embedding import Matrix, SentenceEmbeddings
from assistant.models.embedding_models import EmbeddingModels
from assistant.retrieval.fusion import combine
from assistant.retrieval.named_documents import named
from assistant.timeline import Timeline
from store.documents import embedded_sha256
from store.records import Chunk, Document
from store.store import Store

METHODS = DENSE, KEYWORD, TITLE = "dense", "keyword", "title"
# What a title is worth that the question names, beside scores from 0 to 1; 0.1 to 0.3 do as well.
NAMED = 0.15


@dataclass(frozen=True)
class Hit:
    """A chunk with its document, and its score and 1-based rank at every stage that had it."""

    chunk: Chunk
    document: Document
    scores: dict[str, float]
    ranks: dict[str, int]

    @property
    def page(self) -> int | None:
        """The 1-based page, None for documents without pages."""
        return self.chunk.page if self.document.paged else None


def readable(hits: Sequence[Hit]) -> list[Hit]:
    """The hits that a model may read: all but the quarantined ones."""
    return [hit for hit in hits if not hit.chunk.quarantined]


class Retriever:
    """Hybrid search over one store."""

    def __init__(
        self, store: Store, library: Library, embeddings: EmbeddingModels, *, candidates: int
    ) -> None:
        self._store = store
        self._library = library
        self._models = embeddings
        # evidence is weighed by the model that is set, whichever finds it: the weights were fitted
        # to that one's similarities
        self.embeddings: SentenceEmbeddings = embeddings.usual
        self._candidates = candidates

    def search(
        self,
        query: str,
        *,
        kb: str,
        k: int | None = None,
        spelt: str | None = None,
        documents: Collection[str] | None = None,
        quarantined: bool = False,
        methods: Collection[str] = METHODS,
        timeline: Timeline | None = None,
    ) -> list[Hit]:
        """The best `k` chunks (all candidates when None), best first.

        `spelt` is the query for keyword search when its spelling was corrected; `documents`
        limits the search to some documents; quarantined chunks are left out unless asked for;
        `methods` are those whose scores are joined. Raises EmbeddingMismatch.
        """
        timeline = timeline or Timeline()
        base = self._library.base_for_reading(kb)
        if base is None:
            return []
        depth = max(self._candidates, k or 0)
        model = self._models.of(base)
        with timeline.span("embed query") as span:
            span["model"] = model.name
            vector = model.encode([query])[0]
        with timeline.span("dense search") as span:
            dense = self._store.vectors.search(base.collection, vector, depth, documents=documents)
            span["candidates"] = len(dense)
        with timeline.span("keyword search") as span:
            keyword = self._store.keywords.search(kb, spelt or query, depth, documents=documents)
            span["candidates"] = len(keyword)
        with timeline.span("fusion") as span:
            found = {DENSE: dense, KEYWORD: keyword}
            found = {name: hits for name, hits in found.items() if name in methods}
            asked = (spelt or query) if TITLE in methods else ""
            hits = self._fuse(found, asked, model.name, vector)
            span["candidates"] = len(hits)
        return (hits if quarantined else readable(hits))[:k]

    def _fuse(
        self, found: dict[str, list[tuple[str, float]]], asked: str, model: str, vector: Matrix
    ) -> list[Hit]:
        """Hits by all their scores together; those of documents that `asked` names come earlier."""
        scores: dict[str, dict[str, float]] = {}
        ranks: dict[str, dict[str, int]] = {}
        for method, pairs in found.items():
            _note(method, pairs, scores, ranks)
        chunks = self._store.documents.chunks_by_id(scores)
        documents = self._store.documents.by_id({c.document_id for c in chunks.values()})
        self._complete(scores, chunks, model, vector)
        dense, keyword = (
            {i: its[method] for i, its in scores.items() if method in found and method in its}
            for method in (DENSE, KEYWORD)
        )
        titles = named(asked, {document.id: document.title for document in documents.values()})
        for chunk_id, chunk in chunks.items():
            if title := titles.get(chunk.document_id):
                scores[chunk_id][TITLE] = title
        joined = {
            i: s + NAMED * scores[i].get(TITLE, 0) for i, s in combine(dense, keyword).items()
        }
        fused = sorted(joined.items(), key=lambda pair: -pair[1])
        _note("fused", fused, scores, ranks)
        return [
            Hit(chunks[i], documents[chunks[i].document_id], scores[i], ranks[i])
            for i, _ in fused
            if i in chunks and chunks[i].document_id in documents
        ]

    def _complete(
        self,
        scores: dict[str, dict[str, float]],
        chunks: dict[str, Chunk],
        model: str,
        vector: Matrix,
    ) -> None:
        """Add the similarity of chunks that only keyword search found."""
        keys = {
            chunk_id: embedded_sha256(chunk)
            for chunk_id, chunk in chunks.items()
            if "dense" not in scores[chunk_id]
        }
        known = self._store.embedding_cache.get(model, keys.values())
        for chunk_id, key in keys.items():
            if key in known:
                scores[chunk_id]["dense"] = float(known[key] @ vector)


def _note(
    stage: str,
    pairs: Sequence[tuple[str, float]],
    scores: dict[str, dict[str, float]],
    ranks: dict[str, dict[str, int]],
) -> None:
    """Write down what a stage gave each chunk."""
    for rank, (chunk_id, score) in enumerate(pairs, start=1):
        scores.setdefault(chunk_id, {})[stage] = score
        ranks.setdefault(chunk_id, {})[stage] = rank


class LibraryRetriever(BaseRetriever):
    """The same search as a LangChain retriever, for use in anybody's chain."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    kb: str
    k: int = 5

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        hits = self.retriever.search(query, kb=self.kb, k=self.k)
        return [LangChainDocument(hit.chunk.text, metadata=_metadata(hit)) for hit in hits]


def _metadata(hit: Hit) -> dict[str, Any]:
    return {
        "source": hit.document.name,
        "page": hit.page,
        "page_label": hit.chunk.label,
        "heading": hit.chunk.heading,
        "chunk": hit.chunk.id,
        "score": hit.scores["fused"],
    }
