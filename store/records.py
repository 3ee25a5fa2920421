"""Records of documents and the jobs that take them in; knows nothing of how they are stored.

Character spans are half-open `[start, end)` offsets into `Page.text`. Boxes are fractions of the
page as it is displayed (after /Rotate), origin at the top left: `0 <= left < right <= 1`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


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
    words: Sequence[Word] = ()
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


def embedded_text(chunk: Chunk) -> str:
    """The text of a chunk as it is embedded: its context in front."""
    return f"{chunk.context}\n{chunk.text}" if chunk.context else chunk.text


def embedded_sha256(chunk: Chunk) -> str:
    """The SHA-256 under which the vector of a chunk is cached."""
    return hashlib.sha256(embedded_text(chunk).encode()).hexdigest()


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
    """What a job does: take in a new file, read a document's file again, make all vectors again,
    fill a spare index, switch to one."""

    INGEST = "ingest"
    REINGEST = "reingest"
    REBUILD = "rebuild"
    INDEX = "index"
    SWITCH = "switch"

    @property
    def on_file(self) -> bool:
        """Whether it needs a file, rather than a whole knowledge base."""
        return self in (JobKind.INGEST, JobKind.REINGEST)


@dataclass(frozen=True)
class Job:
    """One durable piece of background work on a file, or on the vectors of a knowledge base.

    `stage` is "read", "chunk", "embed", "store" or "compare"; `done` of `total` counts its pages,
    chunks or questions. `target` names the collection of a spare index that it is about.
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
    target: str = ""
