"""Files of questions that are put to several models in the background."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from store.comparison_records import Batch, BatchState
from store.database import Database
from store.errors import NotFound
from store.serialization import from_json, to_json
from store.tables import comparison_batches as batches
from store.tables import comparisons, votes

_UNFINISHED = [state for state in BatchState if state.unfinished]


class ComparisonBatches:
    """All batches of one data directory."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, batch: Batch) -> Batch:
        with self._db.begin() as connection:
            connection.execute(insert(batches).values(_row(batch)))
        return batch

    def change(self, batch_id: str, alter: Callable[[Batch], Batch]) -> Batch:
        """Put what `alter` makes of a batch in its place, in one step. Raises NotFound."""
        with self._db.begin() as connection:
            changed = alter(_get(connection, batch_id))
            connection.execute(
                update(batches).where(batches.c.id == batch_id).values(_row(changed))
            )
        return changed

    def get(self, batch_id: str) -> Batch:
        """Raises NotFound."""
        with self._db.read() as connection:
            return _get(connection, batch_id)

    def list(self) -> Sequence[Batch]:
        """All batches, newest first."""
        query = select(batches.c.record).order_by(batches.c.created_at.desc(), batches.c.id)
        with self._db.read() as connection:
            return [from_json(Batch, record) for record in connection.scalars(query)]

    def next_unfinished(self) -> Batch | None:
        """The oldest batch that is at work or waits."""
        query = (
            select(batches.c.record)
            .where(batches.c.state.in_(_UNFINISHED))
            .order_by(batches.c.created_at, batches.c.id)
            .limit(1)
        )
        with self._db.read() as connection:
            record = connection.scalar(query)
        return from_json(Batch, record) if record else None

    def begun(self, batch_id: str) -> int:
        """How many of its questions were put to the models, the one at work among them."""
        query = select(func.count()).where(comparisons.c.batch_id == batch_id)
        with self._db.read() as connection:
            return connection.scalar(query) or 0

    def remove(self, batch_id: str) -> None:
        """Delete a batch with its comparisons and the votes on them."""
        its = select(comparisons.c.id).where(comparisons.c.batch_id == batch_id)
        with self._db.begin() as connection:
            connection.execute(delete(votes).where(votes.c.comparison_id.in_(its)))
            connection.execute(delete(comparisons).where(comparisons.c.batch_id == batch_id))
            connection.execute(delete(batches).where(batches.c.id == batch_id))


def _get(connection: Connection, batch_id: str) -> Batch:
    record = connection.scalar(select(batches.c.record).where(batches.c.id == batch_id))
    if record is None:
        raise NotFound("There is no such file of questions; it may have been deleted.")
    return from_json(Batch, record)


def _row(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "name": batch.name,
        "state": batch.state,
        "created_at": batch.created_at,
        "record": to_json(batch),
    }
