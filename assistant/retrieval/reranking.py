"""Reorders the first hits of a search by reading each together with the question."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.models.reranking import PairScore, Reranker
from assistant.retrieval.fusion import FUSED
from assistant.retrieval.hits import Hit, ReadHit
from store.records import embedded_text

RERANKED, ANSWERS = "reranked", "answers"
BATCH = 10  # hits read between two looks at the clock
WEIGHT = 0.02  # of how well a hit fits, beside its fused score (docs/decisions.md)


def rerank(
    questions: Sequence[str],
    hits: Sequence[Hit],
    reranker: Reranker,
    *,
    depth: int,
    milliseconds: float,
) -> tuple[list[Hit], int]:
    """The hits, of which the first `depth` are read, those in front and best first, and how many
    were read. A hit counts by the question that it fits best.

    Reading stops when `milliseconds` have passed; the rest keep their order behind what was read.
    Raises ModelUnavailable.
    """
    end = time.perf_counter() + milliseconds / 1000
    read: list[Hit] = []
    while len(read) < min(depth, len(hits)) and time.perf_counter() < end:
        batch = hits[len(read) : min(depth, len(read) + BATCH)]
        read += _read(questions, batch, reranker)
    read.sort(key=lambda hit: -hit.scores[RERANKED])
    ranked = (
        replace(hit, ranks={**hit.ranks, RERANKED: rank}) for rank, hit in enumerate(read, start=1)
    )
    return [*ranked, *hits[len(read) :]], len(read)


def _read(questions: Sequence[str], hits: Sequence[Hit], reranker: Reranker) -> Iterator[Hit]:
    texts = [embedded_text(hit.chunk) for hit in hits]
    by_question = [reranker.score(question, texts) for question in questions]
    for hit, scores in zip(hits, zip(*by_question, strict=True), strict=True):
        fits = max(score.fits for score in scores)
        given = {RERANKED: hit.scores[FUSED] + WEIGHT * fits}
        read = tuple(one for score in scores if (one := _of_hit(hit, score)))
        if read:
            given[ANSWERS] = max(one.answers for one in read)
        yield replace(hit, scores={**hit.scores, **given}, read=read)


def _of_hit(hit: Hit, score: PairScore) -> ReadHit | None:
    """None when the model does not tell whether and where a passage answers."""
    if score.answers is None:
        return None
    before = len(embedded_text(hit.chunk)) - len(hit.chunk.text)  # the context stands in front
    begins = tuple((at - before, logit) for at, logit in score.begins if at >= before)
    return ReadHit(1 / (1 + math.exp(-score.answers)), begins) if begins else None
