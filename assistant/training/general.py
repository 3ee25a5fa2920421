"""The general examples in samples/general.jsonl: what a model should still do after it learned
something else. Some may be mixed in while it learns; the others tell what it forgot."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from store.training_records import Example, ExampleState, Origin, Turn

T = TypeVar("T")
GENERAL = Path(__file__).resolve().parents[2] / "samples" / "general.jsonl"
KEPT_ASIDE = 3  # every third is never mixed in, so that there is always something to measure on


@dataclass(frozen=True)
class General:
    """An example with the texts of which an answer should contain one; with none, declining is
    right."""

    example: Example
    gold: tuple[str, ...]


@cache
def general_examples(file: Path = GENERAL) -> tuple[General, ...]:
    """All of them; none where this copy of Openbook came without samples."""
    if not file.is_file():
        return ()
    lines = file.read_text(encoding="utf-8").splitlines()
    return tuple(_read(json.loads(line), number) for number, line in enumerate(lines, 1))


def mixable(general: Sequence[General]) -> list[Example]:
    """Those that may be learned from, against forgetting."""
    return [one.example for number, one in enumerate(general) if number % KEPT_ASIDE]


def measurable(
    general: Sequence[General], mixed: Collection[Example], most: int
) -> tuple[General, ...]:
    """At most so many of those that were not learned from, of every kind."""
    learned = {example.id for example in mixed}
    left = [one for one in general if one.example.id not in learned]
    return tuple(evenly(left, most))


def evenly(rows: Sequence[T], most: int) -> list[T]:
    """At most so many of the rows, from all parts of them alike."""
    many = min(most, len(rows))
    return [rows[place * len(rows) // many] for place in range(many)]


def _read(row: dict[str, Any], number: int) -> General:
    turns = tuple(Turn(turn["role"], turn["content"]) for turn in row["messages"])
    example = Example(
        id=f"general-{number:03}",
        set_id="general",
        origin=Origin.IMPORTED,
        state=ExampleState.READY,
        turns=turns,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        file=GENERAL.name,
        line=number,
    )
    return General(example, tuple(row["gold"]))
