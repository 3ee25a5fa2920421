"""Records of comparisons: questions put to several models at once, what people thought of the
answers, and files of questions worked off in the background."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.answer_records import AnswerSentence, Citation, MessageState, SchemaFit


@dataclass(frozen=True)
class Contestant:
    """What answers in a column: a model by name, given evidence from the library or none."""

    model: str
    retrieval: bool


@dataclass(frozen=True)
class Column:
    """One answer of a comparison.

    `title` is what the model was called then. `milliseconds` has "retrieval", "first_token",
    "writing" (first to last token) and "total", counted from the question; `tokens` has "prompt"
    and "answer", `counted` by the model or else estimated. `cost` is an estimate in the currency
    of the model's prices, None without prices. `fit` is None unless the model has a JSON schema.
    """

    contestant: Contestant
    title: str
    state: MessageState = MessageState.RUNNING
    text: str = ""
    refused: bool = False
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    trace_id: str | None = None
    error: str = ""
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)
    counted: bool = False
    cost: float | None = None
    fit: SchemaFit | None = None


@dataclass(frozen=True)
class Comparison:
    """One question to several contestants; columns stand in the order they are shown in.

    `finished_at` is None while a column is being written. A `blind` one hides who wrote what until
    it is `revealed`. `passages` is evidence that a person wrote instead of the library's, and
    `correction` the answer a person would have wanted. `position` is its place in its batch.
    """

    id: str
    question: str
    kb: str
    created_at: datetime
    columns: tuple[Column, ...]
    blind: bool = False
    revealed: bool = False
    kb_version: int = 0
    passages: tuple[str, ...] = ()
    correction: str = ""
    finished_at: datetime | None = None
    batch_id: str | None = None
    position: int = 0

    @property
    def hidden(self) -> bool:
        """Whether nobody may see yet who wrote what."""
        return self.blind and not self.revealed


class Outcome(StrEnum):
    """What a person thought of the answers together."""

    BEST = "best"
    EQUAL = "equal"
    NONE = "none"


@dataclass(frozen=True)
class Vote:
    """A person's choice among the contestants of a comparison.

    `best` is the index of the best one when the outcome says so. `blind` tells whether the names
    were hidden until then.
    """

    id: str
    comparison_id: str
    created_at: datetime
    contestants: tuple[Contestant, ...]
    outcome: Outcome
    best: int | None = None
    blind: bool = False


class BatchState(StrEnum):
    """Where a file of questions stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def unfinished(self) -> bool:
        return self in (BatchState.QUEUED, BatchState.RUNNING)


@dataclass(frozen=True)
class Batch:
    """A file of questions, each asked of the same contestants; `error` is one sentence when it
    failed. `name` is that of the file."""

    id: str
    name: str
    kb: str
    created_at: datetime
    contestants: tuple[Contestant, ...]
    questions: tuple[str, ...]
    blind: bool = False
    state: BatchState = BatchState.QUEUED
    error: str = ""
