"""Joins several rankings into one."""

from collections.abc import Mapping, Sequence

K = 60  # Cormack, Clarke and Büttcher 2009, https://doi.org/10.1145/1571941.1572114


def reciprocal_rank_fusion(
    rankings: Mapping[str, Sequence[str]], *, k: int = K
) -> dict[str, float]:
    """Ids with their fused scores, best first: the sum of 1 / (k + rank) over the rankings.

    Ids with equal scores keep the order in which the first ranking that has them gives them.
    """
    scores: dict[str, float] = {}
    for ranking in rankings.values():
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1.0 / (k + rank)
    return dict(sorted(scores.items(), key=lambda pair: -pair[1]))
