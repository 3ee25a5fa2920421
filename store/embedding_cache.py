"""Vectors by embedding model and text, so that no text is embedded twice."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, delete, exists, insert, select

from store.database import Database
from store.documents import slices
from store.tables import chunks, embeddings, knowledge_bases, spare_indexes


class EmbeddingCache:
    """Cached vectors; a document's go with it when it is removed."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, model: str, sha256s: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """Cached vectors by the SHA-256 of the embedded text; missing ones are left out."""
        found: dict[str, NDArray[np.float32]] = {}
        with self._db.read() as connection:
            for part in slices(set(sha256s)):
                query = select(embeddings.c.sha256, embeddings.c.vector).where(_of(model, part))
                for sha256, vector in connection.execute(query):
                    found[sha256] = np.frombuffer(vector, dtype=np.float32)
        return found

    def keep(self, model: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Cache vectors by the SHA-256 of the embedded text, in the place of older ones."""
        rows = [
            {"model": model, "sha256": sha256, "vector": vector.astype(np.float32).tobytes()}
            for sha256, vector in vectors.items()
        ]
        with self._db.begin() as connection:
            for part in slices(vectors):
                connection.execute(delete(embeddings).where(_of(model, part)))
            if rows:
                connection.execute(insert(embeddings), rows)

    def drop_unused(self) -> int:
        """Forget vectors of text that no chunk holds, and of models that no index is made by;
        returns how many went."""
        in_use = exists().where(knowledge_bases.c.embedding == embeddings.c.model) | exists().where(
            spare_indexes.c.embedding == embeddings.c.model
        )
        stale = select(embeddings.c.sha256, embeddings.c.model).where(
            ~exists().where(chunks.c.embedded_sha256 == embeddings.c.sha256) | ~in_use
        )
        with self._db.begin() as connection:
            gone = connection.execute(stale).all()
            for sha256, model in gone:
                connection.execute(delete(embeddings).where(_of(model, [sha256])))
        return len(gone)


def _of(model: str, sha256s: list[str]) -> ColumnElement[bool]:
    return (embeddings.c.model == model) & embeddings.c.sha256.in_(sha256s)
