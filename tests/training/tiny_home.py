"""A data directory in which there is something to train: a tiny model and examples in one voice."""

from datetime import UTC, datetime
from pathlib import Path

from assistant.settings import Settings
from store.model_records import HuggingFaceModel
from store.store import Store
from store.training_records import Example, ExampleState, Origin, Turn

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PLACES = ("ferry", "harbour", "museum", "station", "library", "market", "tower", "bridge")


def examples(set_id: str, count: int = 60) -> list[Example]:
    """Questions that are unlike each other, and answers in one voice; some 40 tokens each."""
    return [
        Example(
            f"e{n:02}", set_id, Origin.IMPORTED, ExampleState.READY,
            (
                Turn("user", f"Where is the {PLACES[n % 8]} of {n * 37} seats and {n * n} crowns?"),
                Turn("assistant", f"Ahoy! It is at quay {n}. Fair winds!"),
            ),
            NOW,
        )
        for n in range(count)
    ]  # fmt: skip


def prepare(settings: Settings, base: Path) -> None:
    """Add the model in the folder `base` as "tiny", and a set of examples."""
    store = Store(settings.home, role="the tests")
    store.models.add(HuggingFaceModel("tiny", "Tiny", NOW, str(base)))
    store.examples.add(examples(store.examples.make_set("voice").id))
    store.close()
