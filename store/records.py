"""The records Openbook keeps, as frozen dataclasses; knows nothing of how they are stored.

Character spans are half-open `[start, end)` offsets into `Page.text`. Boxes are fractions of the
page as it is displayed (after /Rotate), origin at the top left: `0 <= left < right <= 1`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Box(NamedTuple):
    """A rectangle on a page, in fractions of its width and height from the top left."""

    left: float
    top: float
    right: float
    bottom: float


class Word(NamedTuple):
    """One word of a page: its span in `Page.text` and where it stands in the picture."""

    start: int
    end: int
    box: Box


class BlockKind(StrEnum):
    """What a run of text is, as far as its layout tells."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list-item"
    TABLE_ROW = "table-row"


class Block(NamedTuple):
    """A run of `Page.text` that belongs together: a paragraph, a heading, one row of a table.

    `header` is the header row of the table a TABLE_ROW belongs to (cells joined by tabs, perhaps
    from an earlier page), else "". `level` is 1-6 for a HEADING, else 0.
    """

    start: int
    end: int
    kind: BlockKind
    header: str = ""
    level: int = 0


class PageSource(StrEnum):
    """Where the text of a page came from."""

    TEXT = "text"
    OCR = "ocr"
    NONE = "none"


@dataclass(frozen=True)
class Page:
    """One page as read. `number` is 1-based; `label` is the printed one ("iv"), None if not given.

    `text` is in reading order without running headers and footers: blocks are separated by a
    newline, cells of a table row by a tab, and words broken at a line end are joined again.
    `width` and `height` are in points as displayed. `confidence` (0-1) is set for OCR only.
    """

    number: int
    text: str
    label: str | None = None
    width: float = 0.0
    height: float = 0.0
    source: PageSource = PageSource.TEXT
    confidence: float | None = None
    blocks: tuple[Block, ...] = ()
    words: tuple[Word, ...] = ()
    note: str = ""


class Media(StrEnum):
    """Kinds of files Openbook reads."""

    PDF = "pdf"
    TEXT = "text"
    MARKDOWN = "markdown"


@dataclass(frozen=True)
class Document:
    """A searchable document. Its row exists only when all of it is stored.

    `quarantined` of its chunks are held back from every model.
    """

    id: str
    kb: str
    name: str
    title: str
    sha256: str
    media: Media
    size: int
    pages: int
    chunks: int
    added_at: datetime
    pages_without_text: tuple[int, ...] = ()
    pages_by_ocr: tuple[int, ...] = ()
    quarantined: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def paged(self) -> bool:
        """Whether page numbers mean anything to a reader: text files have none."""
        return self.media is Media.PDF


@dataclass(frozen=True)
class Chunk:
    """A run of one page's text that is embedded and searched as one.

    `text == page.text[start:end]` always. `context` (document title, section heading, table
    header) is put in front of the text when it is embedded, and is never part of a quote.
    `quarantined` says in a sentence why no model may read it, "" when it may.
    """

    id: str
    document_id: str
    position: int
    page: int
    label: str | None
    heading: str
    start: int
    end: int
    text: str
    context: str
    quarantined: str = ""


class JobState(StrEnum):
    """Where a job stands; QUEUED and RUNNING are the unfinished ones."""

    QUEUED = "queued"
    RUNNING = "running"
    NEEDS_PASSWORD = "needs-password"
    READY = "ready"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def unfinished(self) -> bool:
        return self in (JobState.QUEUED, JobState.RUNNING)


class JobKind(StrEnum):
    """What a job does: take in a new file, read a document's file again, make all vectors again."""

    INGEST = "ingest"
    REINGEST = "reingest"
    REBUILD = "rebuild"


@dataclass(frozen=True)
class Job:
    """One durable piece of background work on a file or, to rebuild, on a knowledge base.

    `stage` is "read", "chunk", "embed" or "store"; `done` of `total` counts its pages or chunks.
    `reason` is one sentence for the person when it failed, waits for a password, or is a duplicate.
    """

    id: str
    kb: str
    name: str
    sha256: str
    document_id: str
    state: JobState
    stage: str
    done: int
    total: int
    attempts: int
    reason: str
    created_at: datetime
    started_at: datetime | None = None
    stage_started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    finished_at: datetime | None = None
    cancel_requested: bool = False
    kind: JobKind = JobKind.INGEST
    stage_seconds: Mapping[str, float] = field(default_factory=dict)


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
    """A sentence of an answer, the markers it carries, its verdict and the reason for it."""

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
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

    For an assistant message `trace_id` names its trace, and `error` is one sentence when FAILED.
    """

    id: str
    conversation_id: str
    role: str
    text: str
    created_at: datetime
    state: MessageState = MessageState.DONE
    model: str = ""
    refused: bool = False
    rewritten: str = ""
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    trace_id: str | None = None
    error: str = ""
    milliseconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Conversation:
    """A named series of messages."""

    id: str
    title: str
    kb: str
    created_at: datetime
    updated_at: datetime


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

    Keys of `scores` and `ranks` are stage names: "dense" (cosine similarity), "keyword" (BM25),
    "fused" (reciprocal rank fusion), "evidence" (best sentence, 0-1).
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
