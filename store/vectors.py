"""Vectors in Chroma: ids, vectors and the document they belong to; never text.

The only file that imports chromadb. Chroma's text fields survive deletion in its files, so text
stays in the records, from which every vector can be made again.
"""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError
from numpy.typing import NDArray

from store import chroma_files

log = logging.getLogger(__name__)

Matrix = NDArray[np.float32]
DocumentsOf = Callable[[Collection[str]], Mapping[str, str]]  # chunk ids to those of documents
INDEX = {"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200}}
PROBE = 10
AHEAD, FAR = 3, 30  # hits fetched for one wanted, first and then, to be sorted out by document


class Vectors:
    """All collections of one data directory, one per knowledge base and embedding model."""

    def __init__(self, folder: Path, documents_of: DocumentsOf) -> None:
        """Open or create; files that Chroma cannot open are thrown away."""
        chroma_files.prepare(folder)
        self._folder = folder
        self._documents_of = documents_of
        self._opened: dict[str, chromadb.Collection] = {}
        self._writing = threading.Lock()
        self._searched: set[str] = set()
        self._wipe()
        settings = ChromaSettings(anonymized_telemetry=False)
        self._client = chromadb.PersistentClient(path=str(folder), settings=settings)
        self._batch = self._client.get_max_batch_size()

    def close(self) -> None:
        self._client.close()  # type: ignore[attr-defined]
        self._wipe()

    def add(self, collection: str, ids: Sequence[str], vectors: Matrix, document_id: str) -> None:
        """Put the vectors of one document's chunks; an id already there is overwritten."""
        target = self._client.get_or_create_collection(
            collection,
            configuration=INDEX,  # type: ignore[arg-type]
            embedding_function=None,
        )
        with self._writing:
            for start in range(0, len(ids), self._batch):
                part = slice(start, start + self._batch)
                target.upsert(
                    ids=list(ids[part]),
                    embeddings=vectors[part],
                    metadatas=[{"document": document_id}] * len(ids[part]),
                )
            chroma_files.wipe_unwritten(self._folder)

    def search(
        self, collection: str, vector: Matrix, k: int, *, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `k` nearest ids with their cosine similarity, best first.

        `documents` limits the search to some documents' chunks.
        """
        if k < 1 or (documents is not None and not documents):
            return []
        target = self._opened.get(collection) or self._find(collection)
        try:
            hits = self._searched_in(target, vector, k, documents) if target else []
        except NotFoundError:  # removed and made again since it was opened
            self._opened.pop(collection, None)
            target = self._find(collection)
            hits = self._searched_in(target, vector, k, documents) if target else []
        if target and collection not in self._searched:
            self._searched.add(collection)
            self._wipe()
        return hits

    def _searched_in(
        self,
        target: chromadb.Collection,
        vector: Matrix,
        k: int,
        documents: Collection[str] | None,
    ) -> list[tuple[str, float]]:
        if documents is None:
            return _nearest(target, vector, k)
        return self._nearest_of(frozenset(documents), target, vector, k)

    def _nearest_of(
        self, documents: Collection[str], target: chromadb.Collection, vector: Matrix, k: int
    ) -> list[tuple[str, float]]:
        """The nearest of some documents.

        Chroma's own filter takes the longer the more chunks it admits, so hits are fetched and
        sorted out here while that promises enough of them. Whose they are is read from the records:
        Chroma takes as long to say so as to search.
        """
        for ahead in (AHEAD, FAR):
            found = _nearest(target, vector, ahead * k)
            documents_of = self._documents_of([i for i, _ in found])
            hits = [(i, score) for i, score in found if documents_of.get(i) in documents]
            if len(hits) >= k or len(found) < ahead * k:
                return hits[:k]
            if len(hits) * FAR < k * AHEAD:
                break
        return _nearest(target, vector, k, {"document": {"$in": list(documents)}})

    def keep_only(self, collection: str, document_id: str, ids: Collection[str]) -> None:
        """Delete a document's vectors but for those with these ids."""
        if target := self._find(collection):
            found = target.get(where={"document": document_id}, include=[])["ids"]
            self._delete(target, set(found).difference(ids))

    def remove(self, collection: str, ids: Collection[str]) -> None:
        """Delete vectors; none there is fine."""
        if target := self._find(collection):
            self._delete(target, ids)

    def collections(self) -> set[str]:
        """The names of all collections."""
        return {collection.name for collection in self._client.list_collections()}

    def remove_collection(self, collection: str) -> None:
        """Drop a whole collection; absent is fine."""
        if self._find(collection):
            self._opened.pop(collection, None)
            with self._writing:
                self._client.delete_collection(collection)
                chroma_files.remove_strays(self._folder)

    def ids(self, collection: str) -> set[str]:
        """Every id in the collection."""
        target = self._find(collection)
        return set(target.get(include=[])["ids"]) if target else set()

    def count(self, collection: str) -> int:
        target = self._find(collection)
        return target.count() if target else 0

    def answers(self, collection: str, dimension: int) -> bool:
        """Whether a search finds as much as the collection says it holds."""
        try:
            found = self.search(collection, np.full(dimension, dimension**-0.5, np.float32), PROBE)
            return len(found) == min(PROBE, self.count(collection))
        except ChromaError as error:
            log.warning("the vectors of %s cannot be searched: %s", collection, error)
            return False

    def _find(self, name: str) -> chromadb.Collection | None:
        try:
            found = self._client.get_collection(name, embedding_function=None)
        except NotFoundError:
            return None
        self._opened[name] = found
        return found

    def _delete(self, target: chromadb.Collection, ids: Collection[str]) -> None:
        everything = list(ids)
        with self._writing:
            for start in range(0, len(everything), self._batch):
                target.delete(ids=everything[start : start + self._batch])

    def _wipe(self) -> None:
        with self._writing:
            chroma_files.wipe_unwritten(self._folder)


def _nearest(
    target: chromadb.Collection, vector: Matrix, k: int, where: dict[str, Any] | None = None
) -> list[tuple[str, float]]:
    found = target.query(
        query_embeddings=vector[None, :], n_results=k, where=where, include=["distances"]
    )
    distances = (found["distances"] or [[]])[0]
    return [(i, 1.0 - d) for i, d in zip(found["ids"][0], distances, strict=True)]
