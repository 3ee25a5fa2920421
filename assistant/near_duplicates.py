"""Finds texts that are nearly the same: by the words they share, in order."""

import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

ALIKE = 0.8  # share of runs of words in common from which two texts count as nearly the same
_RUN = 3  # words
_BANDS, _ROWS = 24, 4  # of a sketch: pairs that are 80 % alike are missed once in a million
_PRIME = (1 << 31) - 1
_WORD = re.compile(r"\w+")


def pairs(texts: Sequence[str], alike: float = ALIKE) -> list[tuple[int, int]]:
    """Pairs of places (first < second) whose texts are nearly the same, in order.

    The likeness is that of Jaccard over runs of three words, found by MinHash and then checked.
    """
    runs = [word_runs(text) for text in texts]
    return sorted(
        (first, second)
        for first, second in _candidates(runs)
        if likeness(runs[first], runs[second]) >= alike
    )


def groups(texts: Sequence[str], alike: float = ALIKE) -> list[list[int]]:
    """All places, together where their texts are nearly the same, directly or by others between."""
    leader = list(range(len(texts)))

    def lead(place: int) -> int:
        while leader[place] != place:
            place = leader[place]
        return place

    for first, second in pairs(texts, alike):
        low, high = sorted((lead(first), lead(second)))
        leader[high] = low
    found = defaultdict(list)
    for place in range(len(texts)):
        found[lead(place)].append(place)
    return list(found.values())


def word_runs(text: str) -> frozenset[int]:
    """Its runs of three words, as numbers."""
    words = _WORD.findall(text.lower())
    many = max(1, len(words) - _RUN + 1)
    return frozenset(zlib.crc32(" ".join(words[n : n + _RUN]).encode()) for n in range(many))


def likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """The share (0-1) of the runs of two texts that both have (Jaccard)."""
    return len(one & other) / len(one | other)


def _candidates(runs: Iterable[frozenset[int]]) -> set[tuple[int, int]]:
    """Pairs whose sketches agree in some band."""
    draw = random.Random(0)
    many = _BANDS * _ROWS
    factors = np.array([[draw.randrange(1, _PRIME)] for _ in range(many)], dtype=np.uint64)
    shifts = np.array([[draw.randrange(_PRIME)] for _ in range(many)], dtype=np.uint64)
    seen: dict[bytes, list[int]] = defaultdict(list)
    found = set()
    for place, own in enumerate(runs):
        numbers = np.fromiter(own, dtype=np.uint64) % _PRIME
        sketch = ((factors * numbers + shifts) % _PRIME).min(axis=1)
        for band, rows in enumerate(sketch.reshape(_BANDS, _ROWS)):
            key = bytes([band]) + rows.tobytes()
            found |= {(other, place) for other in seen[key]}
            seen[key].append(place)
    return found
