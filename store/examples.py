"""Sets of examples to learn from, and their versions.

A version holds copies of its examples, so that changing or removing one later leaves it as it was.
Only erasing reaches into versions: it follows `example_sources` from a deleted conversation or
document to everything that was made from it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from store import example_versions as versions
from store.database import Database
from store.errors import NameTaken, NotFound
from store.serialization import from_json, to_json
from store.tables import example_sets, example_sources, examples, version_rows
from store.training_records import Example, ExampleSet, ExampleState, ExampleVersion


class Source(StrEnum):
    """What an example can be made from."""

    CONVERSATION = "conversation"
    COMPARISON = "comparison"
    DOCUMENT = "document"


class Examples:
    """All examples of one data directory. Several processes may use it at once."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # sets

    def sets(self) -> Sequence[ExampleSet]:
        """In the order in which they were made."""
        query = select(example_sets.c.record).order_by(example_sets.c.created_at, example_sets.c.id)
        with self._db.read() as connection:
            return [from_json(ExampleSet, record) for record in connection.scalars(query)]

    def make_set(self, name: str, schema: Mapping[str, Any] | None = None) -> ExampleSet:
        """A new, empty set. Raises NameTaken."""
        made = ExampleSet(uuid.uuid4().hex[:12], name, datetime.now(UTC), schema)
        with self._db.begin() as connection:
            _keep_set(connection, made)
        return made

    def set(self, set_id: str) -> ExampleSet:
        """Raises NotFound."""
        with self._db.read() as connection:
            return _get_set(connection, set_id)

    def rename_set(self, set_id: str, name: str) -> ExampleSet:
        """Raises NotFound or NameTaken."""
        with self._db.begin() as connection:
            return _keep_set(connection, replace(_get_set(connection, set_id), name=name))

    def set_schema(self, set_id: str, schema: Mapping[str, Any] | None) -> ExampleSet:
        """Raises NotFound."""
        with self._db.begin() as connection:
            return _keep_set(connection, replace(_get_set(connection, set_id), schema=schema))

    def remove_set(self, set_id: str) -> None:
        """Erase a set with its examples and versions."""
        with self._db.begin() as connection:
            in_set = select(examples.c.id).where(examples.c.set_id == set_id)
            frozen = select(version_rows.c.example_id).where(version_rows.c.set_id == set_id)
            _erase(connection, connection.scalars(in_set.union(frozen)).all())
            versions.remove_all(connection, set_id)
            connection.execute(delete(example_sets).where(example_sets.c.id == set_id))

    # examples

    def add(self, added: Iterable[Example]) -> None:
        """Put examples at the end of their sets. Raises NotFound."""
        added = tuple(added)
        with self._db.begin() as connection:
            for set_id in {example.set_id for example in added}:
                _get_set(connection, set_id)
            for example in added:
                connection.execute(insert(examples).values(_row(example)))
                _note_sources(connection, example)

    def list(self, set_id: str, *, state: ExampleState | None = None) -> Sequence[Example]:
        """The examples of a set, or those in one state, in the order in which they were added."""
        query = _records().where(examples.c.set_id == set_id)
        return self._all(query if state is None else query.where(examples.c.state == state))

    def get(self, example_id: str) -> Example:
        """Raises NotFound."""
        with self._db.read() as connection:
            return _get(connection, example_id)

    def change(self, example: Example) -> None:
        """Overwrite the example of that id; versions keep it as it was. Raises NotFound."""
        with self._db.begin() as connection:
            _get(connection, example.id)
            _change(connection, example)

    def set_state(self, ids: Iterable[str], state: ExampleState) -> None:
        """Those that are gone are left out."""
        with self._db.begin() as connection:
            for example_id in ids:
                if example := _find(connection, example_id):
                    _change(connection, replace(example, state=state))

    def remove(self, ids: Iterable[str]) -> None:
        """Take examples out of their sets; the versions that have them keep them."""
        with self._db.begin() as connection:
            for example_id in ids:
                connection.execute(delete(examples).where(examples.c.id == example_id))
                if not versions.holds(connection, example_id):
                    _forget_sources(connection, example_id)

    def erase(self, ids: Iterable[str]) -> None:
        """Take examples out of their sets and out of every version, which then counts them as
        deleted."""
        with self._db.begin() as connection:
            _erase(connection, ids)

    def counts(self, set_id: str) -> Mapping[ExampleState, int]:
        """How many examples of a set are in each state."""
        query = (
            select(examples.c.state, func.count())
            .where(examples.c.set_id == set_id)
            .group_by(examples.c.state)
        )
        with self._db.read() as connection:
            found = {state: count for state, count in connection.execute(query)}
        return {state: found.get(state, 0) for state in ExampleState}

    def from_conversation(self, conversation_id: str) -> Sequence[Example]:
        """The examples made from it, oldest first; the next two likewise."""
        return self._made_from(Source.CONVERSATION, conversation_id)

    def from_document(self, document_id: str) -> Sequence[Example]:
        return self._made_from(Source.DOCUMENT, document_id)

    def from_comparison(self, comparison_id: str) -> Sequence[Example]:
        return self._made_from(Source.COMPARISON, comparison_id)

    # versions

    def freeze(self, set_id: str) -> ExampleVersion:
        """The version of what is ready now: the last one when nothing changed since, else a new
        one. Raises NotFound."""
        ready = (examples.c.set_id == set_id, examples.c.state == ExampleState.READY)
        with self._db.begin() as connection:
            _get_set(connection, set_id)
            records = connection.scalars(_records().where(*ready)).all()
            return versions.freeze(connection, set_id, [from_json(Example, r) for r in records])

    def versions(self, set_id: str) -> Sequence[ExampleVersion]:
        """Oldest first."""
        with self._db.read() as connection:
            return versions.all_of(connection, set_id)

    def version(self, set_id: str, number: int) -> ExampleVersion:
        """Raises NotFound."""
        with self._db.read() as connection:
            return versions.get(connection, set_id, number)

    def rows(self, set_id: str, number: int) -> Sequence[Example]:
        """The examples of a version as they were, but for those erased since. Raises NotFound."""
        with self._db.read() as connection:
            return versions.rows(connection, set_id, number)

    def _made_from(self, kind: Source, source_id: str) -> Sequence[Example]:
        made = select(example_sources.c.example_id).where(*_made_from(kind, source_id))
        return self._all(_records().where(examples.c.id.in_(made)))

    def _all(self, query: Select[Any]) -> Sequence[Example]:
        with self._db.read() as connection:
            return [from_json(Example, record) for record in connection.scalars(query)]


def erase_made_from(connection: Connection, kind: Source, source_id: str) -> None:
    """Erase the examples made from something, in the transaction that deletes it."""
    made = select(example_sources.c.example_id).where(*_made_from(kind, source_id))
    _erase(connection, connection.scalars(made).all())


def _made_from(kind: Source, source_id: str) -> tuple[Any, ...]:
    return example_sources.c.kind == kind, example_sources.c.source_id == source_id


def _records() -> Select[Any]:
    return select(examples.c.record).order_by(examples.c.position)


def _erase(connection: Connection, ids: Iterable[str]) -> None:
    ids = tuple(ids)
    versions.erase(connection, ids)
    for example_id in ids:
        connection.execute(delete(examples).where(examples.c.id == example_id))
        _forget_sources(connection, example_id)


def _get_set(connection: Connection, set_id: str) -> ExampleSet:
    record = connection.scalar(select(example_sets.c.record).where(example_sets.c.id == set_id))
    if record is None:
        raise NotFound("This set of examples no longer exists.")
    return from_json(ExampleSet, record)


def _keep_set(connection: Connection, kept: ExampleSet) -> ExampleSet:
    same = (example_sets.c.name == kept.name, example_sets.c.id != kept.id)
    if connection.scalar(select(example_sets.c.id).where(*same)):
        raise NameTaken(f"There is a set of examples {kept.name!r} already; choose another name.")
    connection.execute(delete(example_sets).where(example_sets.c.id == kept.id))
    connection.execute(
        insert(example_sets).values(
            id=kept.id, name=kept.name, created_at=kept.created_at, record=to_json(kept)
        )
    )
    return kept


def _find(connection: Connection, example_id: str) -> Example | None:
    record = connection.scalar(select(examples.c.record).where(examples.c.id == example_id))
    return from_json(Example, record) if record else None


def _get(connection: Connection, example_id: str) -> Example:
    example = _find(connection, example_id)
    if example is None:
        raise NotFound("This example no longer exists.")
    return example


def _change(connection: Connection, example: Example) -> None:
    connection.execute(update(examples).where(examples.c.id == example.id).values(_row(example)))
    _note_sources(connection, example)


def _note_sources(connection: Connection, example: Example) -> None:
    """Add what an example is made from to what versions of it were made from."""
    named = [
        (Source.CONVERSATION, example.conversation_id),
        (Source.COMPARISON, example.comparison_id),
        *((Source.DOCUMENT, document_id) for document_id in example.documents),
    ]
    known = select(example_sources.c.kind, example_sources.c.source_id).where(
        example_sources.c.example_id == example.id
    )
    noted = {(kind, source_id) for kind, source_id in connection.execute(known)}
    for kind, source_id in dict.fromkeys(named):
        if source_id and (kind, source_id) not in noted:
            connection.execute(
                insert(example_sources).values(
                    example_id=example.id, kind=kind, source_id=source_id
                )
            )


def _forget_sources(connection: Connection, example_id: str) -> None:
    connection.execute(delete(example_sources).where(example_sources.c.example_id == example_id))


def _row(example: Example) -> dict[str, Any]:
    return {
        "id": example.id,
        "set_id": example.set_id,
        "state": example.state,
        "record": to_json(example),
    }
