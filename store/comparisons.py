"""Comparisons and the votes on them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from store.answer_records import MessageState
from store.comparison_records import Comparison, Vote
from store.database import Database
from store.errors import NotFound
from store.serialization import from_json, to_json
from store.tables import comparisons, votes

_UNFINISHED = comparisons.c.record["finished_at"].as_string().is_(None)


class Comparisons:
    """All comparisons of one data directory."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, comparison: Comparison) -> Comparison:
        with self._db.begin() as connection:
            connection.execute(insert(comparisons).values(_row(comparison)))
        return comparison

    def change(self, comparison_id: str, alter: Callable[[Comparison], Comparison]) -> Comparison:
        """Put what `alter` makes of a comparison in its place: nothing that others write meanwhile
        is lost. Raises NotFound."""
        with self._db.begin() as connection:
            changed = alter(_get(connection, comparison_id))
            connection.execute(
                update(comparisons).where(comparisons.c.id == comparison_id).values(_row(changed))
            )
        return changed

    def get(self, comparison_id: str) -> Comparison:
        """Raises NotFound."""
        with self._db.read() as connection:
            return _get(connection, comparison_id)

    def list(self, *, limit: int = 50) -> Sequence[Comparison]:
        """Comparisons that people asked for one by one, newest first."""
        query = (
            select(comparisons.c.record)
            .where(comparisons.c.batch_id.is_(None))
            .order_by(comparisons.c.created_at.desc())
            .limit(limit)
        )
        return self._all(query)

    def of_batch(self, batch_id: str) -> Sequence[Comparison]:
        """The comparisons of a batch in the order of its file."""
        found = self._all(select(comparisons.c.record).where(comparisons.c.batch_id == batch_id))
        return sorted(found, key=lambda comparison: comparison.position)

    def at(self, batch_id: str, position: int) -> str | None:
        """The id of the comparison at this place of a batch, if that is made."""
        query = select(comparisons.c.id).where(
            comparisons.c.batch_id == batch_id,
            comparisons.c.record["position"].as_integer() == position,
        )
        with self._db.read() as connection:
            return connection.scalar(query)

    def remove(self, comparison_id: str) -> None:
        """Delete a comparison with its vote."""
        with self._db.begin() as connection:
            connection.execute(delete(votes).where(votes.c.comparison_id == comparison_id))
            connection.execute(delete(comparisons).where(comparisons.c.id == comparison_id))

    def fail_running(self, reason: str) -> int:
        """End what a stopped process left unfinished: columns fail, and comparisons of a batch are
        deleted, to be made anew with it. Returns how many comparisons there were."""
        left = self._all(select(comparisons.c.record).where(_UNFINISHED))
        for comparison in left:
            if comparison.batch_id:
                self.remove(comparison.id)
            else:
                self.change(comparison.id, lambda found: _ended(found, reason))
        return len(left)

    # votes

    def set_vote(self, vote: Vote) -> None:
        """Keep a vote; it replaces an earlier one on the same comparison. Raises NotFound."""
        self.get(vote.comparison_id)
        with self._db.begin() as connection:
            connection.execute(delete(votes).where(votes.c.comparison_id == vote.comparison_id))
            connection.execute(
                insert(votes).values(
                    id=vote.id,
                    comparison_id=vote.comparison_id,
                    created_at=vote.created_at,
                    record=to_json(vote),
                )
            )

    def remove_vote(self, comparison_id: str) -> None:
        """Take back the vote on a comparison, if there is one."""
        with self._db.begin() as connection:
            connection.execute(delete(votes).where(votes.c.comparison_id == comparison_id))

    def vote(self, comparison_id: str) -> Vote | None:
        query = select(votes.c.record).where(votes.c.comparison_id == comparison_id)
        with self._db.read() as connection:
            record = connection.scalar(query)
        return from_json(Vote, record) if record else None

    def votes(self) -> Sequence[Vote]:
        """All votes, oldest first."""
        query = select(votes.c.record).order_by(votes.c.created_at)
        with self._db.read() as connection:
            return [from_json(Vote, record) for record in connection.scalars(query)]

    def judged(self) -> Sequence[tuple[Comparison, Vote | None]]:
        """Comparisons that were voted on or corrected, oldest first, with the vote: what people
        think a good answer is, to train models with."""
        corrected = func.length(comparisons.c.record["correction"].as_string()) > 0
        query = (
            select(comparisons.c.record, votes.c.record)
            .join(votes, votes.c.comparison_id == comparisons.c.id, isouter=True)
            .where(corrected | votes.c.id.is_not(None))
            .order_by(comparisons.c.created_at)
        )
        with self._db.read() as connection:
            return [
                (from_json(Comparison, comparison), from_json(Vote, vote) if vote else None)
                for comparison, vote in connection.execute(query)
            ]

    def _all(self, query: Select[Any]) -> Sequence[Comparison]:
        with self._db.read() as connection:
            return [from_json(Comparison, record) for record in connection.scalars(query)]


def _get(connection: Connection, comparison_id: str) -> Comparison:
    query = select(comparisons.c.record).where(comparisons.c.id == comparison_id)
    record = connection.scalar(query)
    if record is None:
        raise NotFound("There is no comparison with this address; it may have been deleted.")
    return from_json(Comparison, record)


def _ended(comparison: Comparison, reason: str) -> Comparison:
    columns = tuple(
        replace(column, state=MessageState.FAILED, error=reason)
        if column.state is MessageState.RUNNING
        else column
        for column in comparison.columns
    )
    return replace(comparison, columns=columns, finished_at=datetime.now(UTC))


def _row(comparison: Comparison) -> dict[str, Any]:
    return {
        "id": comparison.id,
        "batch_id": comparison.batch_id,
        "created_at": comparison.created_at,
        "question": comparison.question,
        "record": to_json(comparison),
    }
