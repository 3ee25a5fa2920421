"""Reorders the first hits of a search by reading each together with the question."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.models.reranking import Reranker
from assistant.retrieval.hits import Hit
from store.documents import embedded_text

RERANKED, ANSWERS = "reranked", "answers"
BATCH = 10  # hits read between two looks at the clock
WEIGHT = 0.03  # of how well a hit fits, beside its fused score; 0.02 to 0.04 do alike


def rerank(
    question: str, hits: Sequence[Hit], reranker: Reranker, *, depth: int, milliseconds: float
) -> tuple[list[Hit], int]:
    """The hits, of which the first `depth` are read, those in front and best first, and how many
    were read.

    Reading stops when `milliseconds` have passed; the rest keep their order behind what was read.
    Raises ModelUnavailable.
    """
    end = time.perf_counter() + milliseconds / 1000
    read: list[Hit] = []
    while len(read) < min(depth, len(hits)) and time.perf_counter() < end:
        batch = hits[len(read) : min(depth, len(read) + BATCH)]
        read += _read(question, batch, reranker)
    read.sort(key=lambda hit: -hit.scores[RERANKED])
    ranked = (
        replace(hit, ranks={**hit.ranks, RERANKED: rank}) for rank, hit in enumerate(read, start=1)
    )
    return [*ranked, *hits[len(read) :]], len(read)


def _read(question: str, hits: Sequence[Hit], reranker: Reranker) -> Iterator[Hit]:
    scores = reranker.score(question, [embedded_text(hit.chunk) for hit in hits])
    for hit, score in zip(hits, scores, strict=True):
        given = {RERANKED: hit.scores["fused"] + WEIGHT * score.fits}
        if score.answers is not None:
            given[ANSWERS] = 1 / (1 + math.exp(-score.answers))
        before = len(embedded_text(hit.chunk)) - len(hit.chunk.text)  # the context stands in front
        begins = tuple((at - before, logit) for at, logit in score.begins if at >= before)
        yield replace(hit, scores={**hit.scores, **given}, begins=begins)
