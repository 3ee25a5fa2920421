"""Versions of sets of examples: the copies they hold, in the transaction of who calls.

Knows nothing of the sets themselves; `examples.py` is the other side.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select, update

from store.errors import NotFound
from store.serialization import from_json, to_json
from store.tables import example_versions as versions
from store.tables import version_rows
from store.training_records import Example, ExampleVersion
from store.training_runs import drop_samples


def turns_sha256(examples: Iterable[Example]) -> str:
    """What tells two lists of examples apart: the SHA-256 of their turns as canonical JSON."""
    turns = [[asdict(turn) for turn in example.turns] for example in examples]
    canonical = json.dumps(turns, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def freeze(connection: Connection, set_id: str, examples: Sequence[Example]) -> ExampleVersion:
    """The last version when it has exactly these examples, else a new one."""
    sha256 = turns_sha256(examples)
    earlier = all_of(connection, set_id)
    if earlier and earlier[-1].sha256 == sha256 and not earlier[-1].deleted:
        return earlier[-1]
    number = earlier[-1].number + 1 if earlier else 1
    made = ExampleVersion(set_id, number, sha256, len(examples), datetime.now(UTC))
    connection.execute(insert(versions).values(set_id=set_id, number=number, record=to_json(made)))
    for position, example in enumerate(examples):
        connection.execute(
            insert(version_rows).values(
                set_id=set_id,
                number=number,
                position=position,
                example_id=example.id,
                record=to_json(example),
            )
        )
    return made


def all_of(connection: Connection, set_id: str) -> Sequence[ExampleVersion]:
    """Oldest first."""
    query = select(versions.c.record).where(versions.c.set_id == set_id).order_by(versions.c.number)
    return [from_json(ExampleVersion, record) for record in connection.scalars(query)]


def get(connection: Connection, set_id: str, number: int) -> ExampleVersion:
    """Raises NotFound."""
    record = connection.scalar(select(versions.c.record).where(*_is(set_id, number)))
    if record is None:
        raise NotFound(f"Version {number} of this set of examples no longer exists.")
    return from_json(ExampleVersion, record)


def rows(connection: Connection, set_id: str, number: int) -> Sequence[Example]:
    """What is left of a version's examples, in order. Raises NotFound."""
    get(connection, set_id, number)
    query = (
        select(version_rows.c.record)
        .where(version_rows.c.set_id == set_id, version_rows.c.number == number)
        .order_by(version_rows.c.position)
    )
    return [from_json(Example, record) for record in connection.scalars(query)]


def holds(connection: Connection, example_id: str) -> bool:
    """Whether a version has this example."""
    frozen = exists().where(version_rows.c.example_id == example_id)
    return bool(connection.scalar(select(frozen)))


def erase(connection: Connection, ids: Iterable[str]) -> None:
    """Delete examples from every version, and what runs of them answered to these."""
    erased: dict[tuple[str, int], list[Example]] = {}
    for example_id in ids:
        its = version_rows.c.example_id == example_id
        for row in connection.execute(select(version_rows).where(its)).all():
            example = from_json(Example, row.record)
            erased.setdefault((row.set_id, row.number), []).append(example)
        connection.execute(delete(version_rows).where(its))
    for (set_id, number), examples in erased.items():
        version = get(connection, set_id, number)
        changed = replace(version, deleted=version.deleted + len(examples))
        connection.execute(
            update(versions).where(*_is(set_id, number)).values(record=to_json(changed))
        )
        texts = {turn.content for example in examples for turn in example.turns}
        drop_samples(connection, set_id, number, texts)


def remove_all(connection: Connection, set_id: str) -> None:
    """Delete the versions of a set."""
    connection.execute(delete(version_rows).where(version_rows.c.set_id == set_id))
    connection.execute(delete(versions).where(versions.c.set_id == set_id))


def _is(set_id: str, number: int) -> tuple[Any, ...]:
    return versions.c.set_id == set_id, versions.c.number == number
