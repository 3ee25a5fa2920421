"""Traces: for every answer, why it came out as it did."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from store.answer_records import Trace
from store.database import Database
from store.errors import NotFound
from store.serialization import from_json, to_json
from store.tables import traces


class Traces:
    """All traces of one data directory."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, trace: Trace) -> None:
        """Keep a trace; one with the same id is replaced."""
        with self._db.begin() as connection:
            connection.execute(delete(traces).where(traces.c.id == trace.id))
            connection.execute(
                insert(traces).values(
                    id=trace.id,
                    created_at=trace.created_at,
                    question=trace.question,
                    model=trace.model,
                    refused=trace.refused,
                    message_id=trace.message_id,
                    record=to_json(trace),
                )
            )

    def get(self, trace_id: str) -> Trace:
        """Raises NotFound."""
        with self._db.read() as connection:
            value = connection.scalar(select(traces.c.record).where(traces.c.id == trace_id))
        if value is None:
            raise NotFound("There is no trace with this address; it may have been deleted.")
        return from_json(Trace, value)

    def list(
        self,
        *,
        search: str = "",
        model: str | None = None,
        refused: bool | None = None,
        since: datetime | None = None,
        limit: int = 200,
    ) -> Sequence[Trace]:
        """Traces that fit every given filter, newest first."""
        query = select(traces.c.record).order_by(traces.c.created_at.desc()).limit(limit)
        if words := search.strip():
            query = query.where(traces.c.question.icontains(words, autoescape=True))
        if model is not None:
            query = query.where(traces.c.model == model)
        if refused is not None:
            query = query.where(traces.c.refused == refused)
        if since is not None:
            query = query.where(traces.c.created_at >= since)
        with self._db.read() as connection:
            return [from_json(Trace, value) for value in connection.scalars(query)]

    @staticmethod
    def to_json(trace: Trace) -> str:
        """The whole trace as JSON text."""
        return json.dumps(to_json(trace), indent=2, ensure_ascii=False)
