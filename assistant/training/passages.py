"""Passages for examples: hits read and numbered as answering does it, and lines found in them."""

from collections.abc import Sequence

import numpy as np

from assistant.answering.condensing import evidence_lines
from assistant.answering.line import Line
from assistant.models.embedding import Matrix, SentenceEmbeddings
from assistant.retrieval.evidence import Evidence, Reading, read_evidence
from assistant.retrieval.hits import Hit
from assistant.retrieval.readable import readable
from assistant.retrieval.selection import READ, Passage, select_passages


class Finder:
    """Finds passages for many questions as answering does; a sentence that many of them find is
    embedded once."""

    def __init__(self, line: Line) -> None:
        self.store = line.store
        self._line = line
        self._embeddings = _Remembered(line.retriever.embeddings)

    def hits(self, question: str, kb: str, k: int | None = None) -> list[Hit]:
        """What is found, best first, without what no model may read. Raises EmbeddingMismatch."""
        return self._line.retriever.search(question, kb=kb, k=k)

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """The sentences of the hits, scored as evidence for the question."""
        documents = self.store.documents
        return read_evidence(
            self._line.retriever.questions(question),
            hits,
            lambda chunk: documents.blocks(chunk.document_id, chunk.page),
            self._embeddings,
        )

    def passages(self, question: str, kb: str) -> tuple[Passage, ...]:
        """What a model would get to read; none where answering would decline."""
        hits = self.hits(question, kb)
        reading = self.read(question, hits[:READ])
        return select_passages(hits, reading, self._line.settings).passages


class _Remembered(SentenceEmbeddings):
    """The same embeddings; every text is embedded once."""

    def __init__(self, embeddings: SentenceEmbeddings) -> None:
        self.name = embeddings.name
        self._embeddings = embeddings
        self._known: dict[str, Matrix] = {}

    def encode(self, texts: Sequence[str]) -> Matrix:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._embeddings.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def as_line(text: str, header: str = "") -> str:
    """A sentence, list or table row as a prompt of best sentences shows it."""
    return " ".join(readable(text, header).split())


def numbered(hits: Sequence[Hit], reading: Reading) -> tuple[Passage, ...]:
    """The hits as passages, the best evidence first, as retrieval numbers them."""
    ranked = sorted(zip(hits, reading.by_hit, strict=True), key=lambda pair: -_best(pair[1]))
    return tuple(Passage(marker, hit, its) for marker, (hit, its) in enumerate(ranked, start=1))


def marker_of(passages: Sequence[Passage], wanted: str, *, condensed: bool) -> int | None:
    """The number of the passage in which a prompt of these shows a line; None if in none."""
    if condensed:
        shown = evidence_lines(passages)
        return next((marker for marker, text in shown if wanted in (text, f"{text}.")), None)
    for passage in passages:
        if any(as_line(its.text, its.header) == wanted for its in passage.evidence):
            return passage.marker
    return None


def _best(its: Sequence[Evidence]) -> float:
    return its[0].score if its else 0.0
