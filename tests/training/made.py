"""Makes examples of plain text for tests."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from store.training_records import Example, ExampleState, Origin, Turn

_NUMBERS = count(1)


def example(question: str, answer: str, *, system: str = "", **values: Any) -> Example:
    """An example that is ready, with an id of its own."""
    turns = (Turn("system", system),) if system else ()
    made = {
        "id": f"example-{next(_NUMBERS)}",
        "set_id": "set",
        "origin": Origin.IMPORTED,
        "state": ExampleState.READY,
        "turns": (*turns, Turn("user", question), Turn("assistant", answer)),
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Example(**{**made, **values})
