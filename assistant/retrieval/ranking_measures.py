"""How good a ranking is, by what is known to be relevant.

Järvelin and Kekäläinen 2002 for nDCG, with gains as they are, as trec_eval counts.
"""

import math
from collections.abc import Mapping, Sequence


def ndcg(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """Discounted gain of the first `k`, as a share (0-1) of that of the best ranking."""
    best = _discounted(sorted(gains.values(), reverse=True)[:k])
    return _discounted([gains.get(one, 0.0) for one in ranking[:k]]) / best if best else 0.0


def recall(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """The share (0-1) of what is relevant that stands among the first `k`."""
    relevant = {one for one, gain in gains.items() if gain > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """1 / the rank of the first that is relevant among the first `k`; 0.0 if none is."""
    for rank, one in enumerate(ranking[:k], start=1):
        if gains.get(one, 0.0) > 0:
            return 1 / rank
    return 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))
