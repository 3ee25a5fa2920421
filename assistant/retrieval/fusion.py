"""Joins what dense and keyword search found into one ranking, by their scores.

A convex combination, which keeps how far apart scores are and so beats the fusion of ranks (Bruch,
Gai and Ingber 2023, https://doi.org/10.1145/3596512); docs/decisions.md has the figures here.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from assistant.models.embedding import Matrix

Scored = tuple[str, float]  # an id with its score

DENSE = 0.7  # weight of the cosine similarity; the rest is that of BM25


def combine(
    dense: Mapping[str, float], keyword: Mapping[str, float], *, weight: float = DENSE
) -> dict[str, float]:
    """Ids with their fused scores, best first.

    `dense` are cosine similarities as they are, `keyword` are BM25 scores, which count as shares of
    the best of them. An id that has no similarity gets the lowest there is, one without a BM25
    score 0. Ids with equal scores keep their order, those of `dense` first.
    """
    lowest = min(dense.values(), default=0.0)
    best = max(keyword.values(), default=0.0) or 1.0
    scores = {
        one: weight * dense.get(one, lowest) + (1 - weight) * keyword.get(one, 0.0) / best
        for one in {**dense, **keyword}
    }
    return dict(sorted(scores.items(), key=lambda pair: -pair[1]))


def moved(query: Matrix, best: Iterable[Matrix], weight: float) -> Matrix:
    """The vector of a query, length 1, moved towards those of the passages that came out best for
    it (pseudo-relevance feedback; Rocchio 1971): what they are about counts for others too."""
    found = list(best)
    if not found:
        return query
    new = query + weight * np.mean(found, axis=0)
    return np.asarray(new / np.linalg.norm(new), dtype=np.float32)


def best_of(rankings: Iterable[Iterable[Scored]]) -> list[Scored]:
    """Ids with the best score that any of the rankings gives them, best first."""
    best: dict[str, float] = {}
    for one, score in (pair for ranking in rankings for pair in ranking):
        best[one] = max(score, best.get(one, score))
    return sorted(best.items(), key=lambda pair: -pair[1])
