"""Records of fine-tuning: examples, the frozen versions of their sets, and runs.

Knows nothing of how they are stored, and nothing of any training library.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Origin(StrEnum):
    """Where an example comes from."""

    IMPORTED = "imported"  # a line of a file
    ANSWER = "answer"  # an answer with a thumb up
    CORRECTION = "correction"  # an answer a person wrote instead
    DOCUMENT = "document"  # proposed from a passage of a document


class ExampleState(StrEnum):
    WAITING = "waiting"  # in the queue until a person has looked at it
    READY = "ready"  # counts: the next version of its set has it
    DROPPED = "dropped"  # a person did not want it; kept so that it is not proposed again


@dataclass(frozen=True)
class Turn:
    """One message of an example; `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True)
class Example:
    """A conversation a model shall learn from: the last turn is what it should have said.

    `line` is its place in the imported file `file`, from 1. `documents` are the ids of those whose
    text stands in it; `message_id` and `comparison_id` are what it was made from. `note` is one
    sentence for whoever reviews it.
    """

    id: str
    set_id: str
    origin: Origin
    state: ExampleState
    turns: tuple[Turn, ...]
    created_at: datetime
    file: str = ""
    line: int | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    comparison_id: str | None = None
    documents: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class ExampleSet:
    """A named set of examples. `schema` is the JSON schema its answers are to fit, None for any
    text."""

    id: str
    name: str
    created_at: datetime
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ExampleVersion:
    """The examples of a set that were ready at a moment, unchangeable.

    `sha256` is that of their turns as canonical JSON; `number` counts from 1 within the set.
    `deleted` counts examples that were erased since, with what they were made from.
    """

    set_id: str
    number: int
    sha256: str
    count: int
    created_at: datetime
    deleted: int = 0


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def unfinished(self) -> bool:
        return self in (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)


class Wish(StrEnum):
    """What a person wants of a run that is under way; its process looks for it."""

    NONE = ""
    PAUSE = "pause"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Warning:
    """Something a person should know of a run: `kind` for programs, `text` in words."""

    step: int
    kind: str
    text: str


@dataclass(frozen=True)
class Guard:
    """One check of a finished run against its base; a red one asks for a reason to publish.

    `before` and `after` are the figures of base and tuned model (None where there is none),
    `limit` says in words what would have been in order.
    """

    name: str
    title: str
    before: float | None
    after: float | None
    limit: str
    red: bool
    text: str


@dataclass(frozen=True)
class Sample:
    """What the base and the tuned model say to the same question, beside what was wanted."""

    question: str
    wanted: str
    before: str
    after: str


@dataclass(frozen=True)
class Report:
    """How the tuned model does against its base: `figures` by name as (base, tuned), shares from 0
    to 1 unless the name says otherwise."""

    figures: Mapping[str, tuple[float | None, float | None]]
    guards: tuple[Guard, ...] = ()
    samples: tuple[Sample, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def red(self) -> bool:
        return any(guard.red for guard in self.guards)


@dataclass(frozen=True)
class TrainingRun:
    """One fine-tuning, which has a process of its own while it is RUNNING.

    `base` names a model of the catalogue and `source` its folder then; `recipe` is a
    training.recipe.Recipe as JSON, `schema` the JSON schema of the examples then. An embedding
    model is tuned for the knowledge base `kb`, from no set of examples. `stage` is
    preparing, training, testing or saving; `step` of `steps` counts optimizer steps. `result`
    names the adapter (its id) or the model that came of it. `reason` is one sentence when it
    failed, `summary` one when it is done.
    """

    id: str
    name: str
    base: str
    source: str
    recipe: Mapping[str, Any]
    created_at: datetime
    set_id: str = ""
    version: int = 0
    sha256: str = ""
    state: RunState = RunState.QUEUED
    wish: Wish = Wish.NONE
    stage: str = ""
    step: int = 0
    steps: int = 0
    best_step: int | None = None
    attempts: int = 0
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    finished_at: datetime | None = None
    seconds: float = 0.0
    warnings: tuple[Warning, ...] = ()
    report: Report | None = None
    result: str = ""
    summary: str = ""
    reason: str = ""
    schema: Mapping[str, Any] | None = None
    kb: str = ""


@dataclass(frozen=True)
class Progress:
    """What a run measured at a step. `loss` is the mean since the row before, `validation_loss`
    only where it was validated; `samples` are (question, answer) at a validation."""

    run_id: str
    step: int
    at: datetime
    epoch: float
    loss: float | None = None
    validation_loss: float | None = None
    learning_rate: float | None = None
    tokens_per_second: float | None = None
    seconds: float = 0.0  # of training so far, pauses left out
    samples: tuple[tuple[str, str], ...] = field(default=())
