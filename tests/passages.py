"""Makes passages, hits and evidence of plain text for tests."""

from datetime import UTC, datetime

from assistant.retrieval.evidence import Evidence
from assistant.retrieval.hits import Hit
from assistant.retrieval.selection import Passage
from assistant.sentences import sentence_spans
from store.records import Chunk, Document, Media


def hit(text: str, *, position: int = 0, document: str = "guide.txt", heading: str = "") -> Hit:
    """A chunk of a document that holds just this text."""
    chunk = Chunk(
        id=f"{document}-{position:05d}",
        document_id=document,
        position=position,
        page=1,
        label=None,
        heading=heading,
        start=0,
        end=len(text),
        text=text,
        context=heading,
    )
    source = Document(
        id=document,
        kb="library",
        name=document,
        title=document.partition(".")[0],
        sha256="0" * 64,
        media=Media.TEXT,
        size=len(text),
        pages=1,
        chunks=1,
        added_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Hit(chunk, source, {"fused": 1 / 61}, {"fused": 1})


def evidence(text: str, score: float = 0.9) -> tuple[Evidence, ...]:
    """Every sentence of the text as evidence with the same score."""
    return tuple(Evidence(a, b, text[a:b], score) for a, b in sentence_spans(text))


def passage(text: str, *, marker: int = 1, score: float = 0.9, heading: str = "") -> Passage:
    """A passage of this text."""
    found = hit(text, position=marker, heading=heading)
    return Passage(marker, found, evidence(text, score))
