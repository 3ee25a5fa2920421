"""Sets, runs and results for the tests of the fine-tuning page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.library import SAMPLES
from assistant.models.built_in import MINI, WEIGHTS
from assistant.training.example_files import as_examples, read_examples
from assistant.training.recipe import Recipe
from store.serialization import to_json
from store.training_records import (
    ExampleSet,
    Guard,
    Report,
    RunState,
    Sample,
    TrainingRun,
)

PAGE = "pages/improve/fine_tuning.py"


@pytest.fixture
def page(app: Callable[..., Any]) -> Callable[..., Any]:
    """Opens the page, which must not fail; keywords are the query of its address."""

    def visit(**query: str) -> Any:
        session = app(PAGE, **query)
        assert not session.exception
        return session

    return visit


@pytest.fixture
def sample_set(opened) -> ExampleSet:
    """A set of the first 60 support-voice examples."""
    made = opened.store.examples.make_set("desk")
    lines = (SAMPLES / "support-voice.jsonl").read_bytes().splitlines(keepends=True)[:60]
    file = read_examples("desk.jsonl", b"".join(lines))
    opened.store.examples.add(as_examples(file, made.id))
    return made


@pytest.fixture
def keep_run(opened, sample_set) -> Callable[..., TrainingRun]:
    """Keeps a run on the sample set that ended in this state; keywords are further fields."""

    def keep(state: RunState, **fields: Any) -> TrainingRun:
        version = opened.store.examples.freeze(sample_set.id)
        run = TrainingRun(
            id="run1",
            name="voice",
            base=MINI,
            source=str(WEIGHTS / MINI),
            recipe=to_json(Recipe()),
            created_at=datetime.now(UTC),
            finished_at=datetime.now(UTC),
            set_id=sample_set.id,
            version=version.number,
            sha256=version.sha256,
            state=state,
        )
        return opened.store.training_runs.add(replace(run, **fields))

    return keep


@pytest.fixture
def tuned(opened, keep_run) -> Callable[..., TrainingRun]:
    """Keeps a finished run with these checks, and the candidate it made."""

    def keep(*guards: Guard) -> TrainingRun:
        folder = str(WEIGHTS / "adapters" / "support-voice")
        made = opened.store.adapters.add(MINI, "voice", folder, run_id="run1")
        opened.models.refresh()
        sample = Sample("What is kept?", "Wanted this.", "Base said <b>.", "Tuned said *that*.")
        report = Report({"style": (0.0, 1.0), "speed": (240.0, 231.0)}, guards, (sample,))
        return keep_run(RunState.DONE, report=report, result=made.id, summary="Kept step 4.")

    return keep


def open_tab(session: Any, set_id: str, view: str) -> Any:
    session.session_state[f"view_of_{set_id}"] = view
    session.run()
    assert not session.exception
    return session
