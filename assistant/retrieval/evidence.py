"""Scores the sentences of retrieved chunks as evidence for a question.

Knows nothing of passages, budgets or refusals: selection.py decides with these scores.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.models.embedding import SentenceEmbeddings
from assistant.retrieval.question import Question
from assistant.retrieval.retriever import Hit
from assistant.retrieval.units import Unit, units
from store.documents import embedded_text
from store.keywords import stems
from store.records import Block, Chunk

# Logistic regression over SQuAD 1.1 training articles: `python -m benchmarks.fit_evidence` fits
# them again, docs/decisions.md has the figures. Order: see `_features`.
SENTENCE_WEIGHTS = (4.48, 1.43, 2.08, 0.46, 0.33, -1.45, 1.55)
SENTENCE_BIAS = -7.2
# The same questions, asked of articles with and without the answer; order: `_features_together`.
ANSWERABLE_WEIGHTS = (1.55, 5.70, 3.89, 6.41)
ANSWERABLE_BIAS = -3.96


@dataclass(frozen=True)
class Evidence:
    """A sentence, list or table row of a chunk: its span in the chunk's text, the probability that
    it answers the question, and what that rests on."""

    start: int
    end: int
    text: str
    score: float
    header: str = ""
    features: tuple[float, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What reading the hits gave: each hit's sentences, best first, and the probability that the
    hits answer the question at all."""

    by_hit: tuple[tuple[Evidence, ...], ...]
    confidence: float
    features: tuple[float, ...] = ()


def read_evidence(
    question: Question,
    hits: Sequence[Hit],
    blocks: Callable[[Chunk], Sequence[Block]],
    embeddings: SentenceEmbeddings,
) -> Reading:
    """Score every sentence of the hits; `blocks` gives the blocks of the page a chunk is on."""
    found = [list(units(hit.chunk, blocks(hit.chunk))) for hit in hits]
    texts = [_headed(hit, unit) for hit, its in zip(hits, found, strict=True) for unit in its]
    if not texts:
        return Reading(tuple(() for _ in hits), 0.0)
    different = list(dict.fromkeys(texts))  # overlapping chunks share sentences
    vectors = embeddings.encode([question.text, *different])
    cosines = dict(zip(different, (vectors[1:] @ vectors[0]).tolist(), strict=True))
    similarities = (cosines[text] for text in texts)
    by_hit = tuple(
        tuple(
            sorted(
                (_evidence(question, hit, rank, unit, next(similarities)) for unit in its),
                key=lambda evidence: -evidence.score,
            )
        )
        for rank, (hit, its) in enumerate(zip(hits, found, strict=True), start=1)
    )
    features = _features_together(question, hits, by_hit, max(cosines.values()))
    return Reading(by_hit, _logistic(ANSWERABLE_WEIGHTS, features, ANSWERABLE_BIAS), features)


def _features_together(
    question: Question,
    hits: Sequence[Hit],
    by_hit: Sequence[Sequence[Evidence]],
    cosine: float,
) -> tuple[float, ...]:
    best = max(its[0].score for its in by_hit if its)
    coverage = max(question.coverage(stems(embedded_text(hit.chunk))) for hit in hits)
    similarity = max(hit.scores.get("dense", 0.0) for hit in hits)
    return (math.log(best / (1 - best)), cosine, coverage, similarity)


def _evidence(question: Question, hit: Hit, rank: int, unit: Unit, cosine: float) -> Evidence:
    text = hit.chunk.text[unit.start : unit.end]
    features = _features(question, hit, rank, unit, cosine)
    score = _logistic(SENTENCE_WEIGHTS, features, SENTENCE_BIAS)
    return Evidence(unit.start, unit.end, text, score, unit.header, features)


def _features(
    question: Question, hit: Hit, rank: int, unit: Unit, cosine: float
) -> tuple[float, ...]:
    text = hit.chunk.text[unit.start : unit.end]
    own = stems(text)
    around = stems(f"{hit.chunk.context} {unit.heading} {unit.header}")
    kind = question.fits_kind(text)
    return (
        cosine,
        question.coverage(own),
        question.coverage([*own, *around]),
        hit.scores.get("dense", 0.0),
        float(kind == 1.0),
        float(kind == 0.0),
        1 / rank,
    )


def _headed(hit: Hit, unit: Unit) -> str:
    """The unit as it is compared with the question: its heading in front, as a reader sees it."""
    text = hit.chunk.text[unit.start : unit.end]
    return f"{unit.heading}: {text}" if unit.heading else text


def _logistic(weights: Sequence[float], features: Sequence[float], bias: float) -> float:
    logit = bias + sum(w * f for w, f in zip(weights, features, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
