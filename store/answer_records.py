"""Records of questions and answers: conversations, citations, feedback and traces.

Knows nothing of how they are stored. Spans and boxes are those of `store.records`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from store.records import Box


class Verdict(StrEnum):
    """How well the cited passages support one sentence of an answer."""

    SUPPORTED = "supported"
    WEAK = "weak"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True)
class Citation:
    """One numbered source of an answer: the passage, and the words in it that were quoted.

    `marker` is its number in the answer, counted in the order of the text; two quotes of one
    passage have two numbers.
    `quote` stands verbatim in the document; `boxes` are its line boxes on `page` (1-based, None
    for documents without pages). `start`/`end` are its span in the stored page's text, and
    `stored_page` is that page (1 for documents without pages).
    """

    marker: int
    document_id: str
    document: str
    page: int | None
    label: str | None
    heading: str
    chunk_id: str
    passage: str
    quote: str
    stored_page: int
    start: int
    end: int
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class AnswerSentence:
    """A sentence of an answer, the markers it carries, its verdict and the reason for it.

    In an answer in JSON it is one of its values, and `path` tells where it stands (a JSON pointer,
    such as "/items/0/name"); "" in any other.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    reason: str = ""
    path: str = ""


@dataclass(frozen=True)
class SchemaFit:
    """Whether an answer fits the JSON schema of its model; `reason` is a sentence when not."""

    fits: bool
    reason: str = ""


class MessageState(StrEnum):
    """Where an assistant message stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class Message:
    """One turn of a conversation. `role` is "user" or "assistant".

    For an assistant message `model` and `retrieval` say what made it, `trace_id` names its trace,
    and `error` is one sentence when FAILED. `fit` is None unless its model has a JSON schema.
    """

    id: str
    conversation_id: str
    role: str
    text: str
    created_at: datetime
    state: MessageState = MessageState.DONE
    model: str = ""
    retrieval: bool = True
    refused: bool = False
    rewritten: str = ""
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    trace_id: str | None = None
    error: str = ""
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    fit: SchemaFit | None = None


@dataclass(frozen=True)
class Conversation:
    """A named series of messages. `choices` are what its next answer is made with, and the question
    that waits for its files."""

    id: str
    title: str
    kb: str
    created_at: datetime
    updated_at: datetime
    choices: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Feedback:
    """A thumb on one answer, with the person's reason."""

    message_id: str
    helpful: bool
    reason: str
    created_at: datetime


class Fate(StrEnum):
    """What became of one retrieved candidate, in one word."""

    KEPT = "kept"
    BELOW_THRESHOLD = "below-threshold"
    DUPLICATE = "duplicate"
    OVER_BUDGET = "over-budget"
    NO_PERMISSION = "no-permission"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class Candidate:
    """A chunk that retrieval looked at: scores and 1-based ranks per stage, and its fate.

    Keys of `scores` and `ranks` are stage names: "dense" (cosine similarity), "keyword" (BM25
    as a share of the most there can be), "title" (whether the question names the document, 0-1),
    "fused" (all joined), "reranked" (with how well it fits by a model that reads it), "answers"
    (whether it answers, 0-1, by the same), "evidence" (best sentence, 0-1), "worth" (what the order
    of passages rests on).
    """

    chunk_id: str
    document_id: str
    document: str
    page: int | None
    label: str | None
    heading: str
    text: str
    scores: Mapping[str, float]
    ranks: Mapping[str, int]
    fate: Fate
    reason: str = ""
    marker: int | None = None


@dataclass(frozen=True)
class Span:
    """One timed stage of an answer; `start_ms` counts from the moment the question arrived."""

    name: str
    start_ms: float
    duration_ms: float
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """Why an answer came out as it did: everything from the question to the verdicts."""

    id: str
    created_at: datetime
    kb: str
    kb_version: int
    question: str
    rewritten: str
    model: str
    adapter: str | None
    answer: str
    refused: bool
    state: MessageState
    conversation_id: str | None
    message_id: str | None
    spans: tuple[Span, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    prompt: tuple[Mapping[str, str], ...] = ()
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    tokens: Mapping[str, int] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    error: str = ""
    fit: SchemaFit | None = None
