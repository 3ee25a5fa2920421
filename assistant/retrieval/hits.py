"""What a search finds: chunks with what every stage of the search made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from store.records import Chunk, Document


@dataclass(frozen=True)
class ReadHit:
    """What a reranker says of a hit for one question: the probability that it answers, and for
    characters of the chunk's text how well an answer begins there (a logit; that of no answer at
    all is 0)."""

    answers: float
    begins: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Hit:
    """A chunk with its document, and its score and 1-based rank at every stage that had it.

    `read` is what a reranker says for each of the questions asked, () where none tells.
    """

    chunk: Chunk
    document: Document
    scores: dict[str, float]
    ranks: dict[str, int]
    read: tuple[ReadHit, ...] = ()

    @property
    def page(self) -> int | None:
        """The 1-based page, None for documents without pages."""
        return self.chunk.page if self.document.paged else None


def readable(hits: Sequence[Hit]) -> list[Hit]:
    """The hits that a model may read: all but the quarantined ones."""
    return [hit for hit in hits if not hit.chunk.quarantined]
