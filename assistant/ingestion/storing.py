"""Stores the vectors of a document while the next ones are made."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import numpy as np

from assistant.models.embedding import Matrix
from store.knowledge_bases import KnowledgeBase
from store.records import Chunk
from store.store import Store


class Storing:
    """A thread that adds vectors of one document; it has ended when the block is left."""

    AT_ONCE = 512  # vectors; fewer cost Chroma more

    def __init__(self, store: Store, kb: KnowledgeBase, document_id: str) -> None:
        self._store, self._kb, self._document_id = store, kb, document_id
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="storing")
        self._ids: list[str] = []
        self._vectors: list[Matrix] = []
        self._added: list[Future[None]] = []

    def __enter__(self) -> "Storing":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.shutdown(cancel_futures=True)

    def add(self, chunks: Sequence[Chunk], vectors: Matrix) -> None:
        """Store vectors, one for each chunk, as soon as there are enough of them."""
        self._ids += [chunk.id for chunk in chunks]
        self._vectors.append(vectors)
        if len(self._ids) >= self.AT_ONCE:
            self._begin()

    def wait(self) -> None:
        """Return when all are there; raises what adding some raised."""
        if self._ids:
            self._begin()
        for one in self._added:
            one.result()

    def _begin(self) -> None:
        add, vectors = self._store.vectors.add, np.concatenate(self._vectors)
        self._added.append(
            self._thread.submit(add, self._kb.collection, self._ids, vectors, self._document_id)
        )
        self._ids, self._vectors = [], []
