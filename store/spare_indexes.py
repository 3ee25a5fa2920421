"""Vectors of a knowledge base beside those it searches in, made by another embedding model: built
to be tried, or kept to go back to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from store.collection_names import collection_name
from store.database import Database
from store.errors import NotFound
from store.serialization import from_json, to_json
from store.tables import spare_indexes


@dataclass(frozen=True)
class JudgedQuestion:
    """A question and where its answer stands: a document by its name, and as far as it is known a
    page (from 1) and words of the answer."""

    question: str
    document: str
    page: int | None = None
    answer: str = ""


@dataclass(frozen=True)
class IndexComparison:
    """How well two indexes find what answers questions: `figures` by name as (before, after),
    shares from 0 to 1; `better` and `worse` count the questions whose nDCG@10 differs.

    `before` and `after` name the embedding models, `source` where the questions are from.
    """

    before: str
    after: str
    source: str
    questions: int
    better: int
    worse: int
    figures: Mapping[str, tuple[float, float]]
    at: datetime


@dataclass(frozen=True)
class SpareIndex:
    """An index beside the one that `kb` searches in. `questions` are those it is to be compared on,
    none for those that were held back from the training of its model."""

    kb: str
    collection: str
    embedding: str
    dimension: int
    created_at: datetime
    questions: tuple[JudgedQuestion, ...] = ()
    questions_from: str = ""
    comparison: IndexComparison | None = None


class SpareIndexes:
    """The spare indexes of one data directory. Knows nothing of the vectors in them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self, kb: str | None = None) -> list[SpareIndex]:
        """Those of one knowledge base or of all, oldest first."""
        query = select(spare_indexes.c.record).order_by(
            spare_indexes.c.created_at, spare_indexes.c.collection
        )
        if kb is not None:
            query = query.where(spare_indexes.c.kb == kb)
        with self._db.read() as connection:
            return [from_json(SpareIndex, record) for record in connection.scalars(query)]

    def find(self, collection: str) -> SpareIndex | None:
        with self._db.read() as connection:
            return _find(connection, collection)

    def add(self, kb: str, embedding: str, dimension: int) -> SpareIndex:
        """The spare index by that model, made now if there is none."""
        collection = collection_name(kb, embedding, dimension)
        with self._db.begin() as connection:
            if known := _find(connection, collection):
                return known
            made = SpareIndex(kb, collection, embedding, dimension, datetime.now(UTC))
            insert_spare(connection, made)
        return made

    def change(self, collection: str, **values: Any) -> SpareIndex:
        """Set some fields. Raises NotFound."""
        with self._db.begin() as connection:
            known = _find(connection, collection)
            if known is None:
                raise NotFound("This index is no longer kept.")
            changed = replace(known, **values)
            connection.execute(
                update(spare_indexes)
                .where(spare_indexes.c.collection == collection)
                .values(record=to_json(changed))
            )
        return changed

    def remove(self, collection: str) -> None:
        """Forget it; none there is fine."""
        with self._db.begin() as connection:
            take_spare(connection, collection)


def take_spare(connection: Connection, collection: str) -> SpareIndex | None:
    """Remove the spare index, in a transaction that does more; what it was, None if there was
    none."""
    known = _find(connection, collection)
    connection.execute(delete(spare_indexes).where(spare_indexes.c.collection == collection))
    return known


def insert_spare(connection: Connection, made: SpareIndex) -> None:
    """Put a spare index there, in a transaction that does more."""
    connection.execute(
        insert(spare_indexes).values(
            collection=made.collection,
            kb=made.kb,
            embedding=made.embedding,
            created_at=made.created_at,
            record=to_json(made),
        )
    )


def _find(connection: Connection, collection: str) -> SpareIndex | None:
    query = select(spare_indexes.c.record).where(spare_indexes.c.collection == collection)
    record = connection.scalar(query)
    return None if record is None else from_json(SpareIndex, record)
