"""Joins what dense and keyword search found into one ranking, by their scores.

A convex combination, which keeps how far apart scores are and so beats the fusion of ranks (Bruch,
Gai and Ingber 2023, https://doi.org/10.1145/3596512); docs/decisions.md has the figures here.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from assistant.models.embedding import Matrix

Scored = tuple[str, float]  # an id with its score

FUSED = "fused"  # the stage, among a hit's scores and ranks
DENSE = 0.5  # weight of the cosine similarity; the rest is that of keyword search


def combine(
    dense: Mapping[str, float], keyword: Mapping[str, float], *, weight: float = DENSE
) -> dict[str, float]:
    """Ids with their fused scores, best first.

    `dense` are cosine similarities and `keyword` the shares of keyword search, both as they are: of
    a question whose words stand nowhere together the latter say little. An id that has no
    similarity gets the lowest there is, one without a share 0. Ids with equal scores keep their
    order, those of `dense` first.
    """
    lowest = min(dense.values(), default=0.0)
    scores = {
        one: weight * dense.get(one, lowest) + (1 - weight) * keyword.get(one, 0.0)
        for one in {**dense, **keyword}
    }
    return dict(sorted(scores.items(), key=lambda pair: -pair[1]))


def evened(keyword: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """What keyword search found for a question and its parts, that for a part with the same best
    score as that for the question: a part is many words for one thing, which no text has all."""
    best = [max(its.values(), default=0.0) for its in keyword]
    return [
        {one: score * best[0] / own for one, score in its.items()} if own else {}
        for its, own in zip(keyword, best, strict=True)
    ]


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
