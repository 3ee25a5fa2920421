"""Where the words of a line in a picture are: the recogniser leaves out spaces, the ink shows them.

A word's place is a share of the line's width: 0 at its start, 1 at its end.
"""

import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_NARROWEST, _WIDEST = 0.09, 0.22
"""A gap between words is at least this much of the height of the line; at most this is asked."""

_UNSPACED = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_EDGE = 0.1


class Span(NamedTuple):
    """A word and the share of the line it takes."""

    text: str
    start: float
    end: float


def parted(crop: NDArray[np.uint8], text: str, info: Any) -> list[Span]:
    """The words of the line in `crop`, read as `text`, with what the recogniser says of columns."""
    steps, _, columns, *_ = info
    centres = [(column + 0.5) / max(1.0, steps) for group in columns for column in group]
    if len(centres) != len(text):
        return _evenly(text)
    cuts = gaps(crop)
    spans: list[Span] = []
    word = ""
    opened = 0.0
    for place, letter in enumerate(text):
        gap = _between(cuts, centres[place - 1], centres[place]) if place else None
        spaced = letter == " " or (gap is not None and _may_part(text[place - 1], letter))
        if spaced and word:
            end, begin = gap or (centres[place - 1], centres[place])
            spans.append(Span(word, opened, end))
            word, opened = "", begin
        word += letter.strip()
    if word:
        spans.append(Span(word, opened, 1.0))
    return spans


def gaps(crop: NDArray[np.uint8]) -> list[tuple[float, float]]:
    """The gaps between words in the picture of a line, as shares of its width."""
    height, width = crop.shape[:2]
    if height < 6 or width < height:
        return []
    runs = _blank_runs(_ink(crop))
    limit = _limit([end - start for start, end in runs], height)
    return [(start / width, end / width) for start, end in runs if end - start >= limit]


def _ink(crop: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which columns of the line hold ink."""
    import cv2

    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    _, split = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ink = split == (0 if split.mean() > 0.5 else 1)
    rim = int(_EDGE * len(ink))
    columns: NDArray[np.bool_] = ink[rim : len(ink) - rim].any(axis=0)
    return columns


def _blank_runs(ink: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of columns without ink that have ink on both sides."""
    inked = np.flatnonzero(ink)
    steps = np.flatnonzero(np.diff(inked) > 1)
    return [(int(inked[k]) + 1, int(inked[k + 1])) for k in steps]


def _limit(widths: list[int], height: int) -> float:
    """The width that parts gaps between letters from gaps between words: the widest leap."""
    low, high = _NARROWEST * height, _WIDEST * height
    inside = sorted(width for width in widths if low < width < high)
    stops = [low, *inside, high]
    leaps = [
        (after - before, before, after) for before, after in zip(stops, stops[1:], strict=False)
    ]
    _, before, after = max(leaps)
    return (before + after) / 2


def _between(
    cuts: list[tuple[float, float]], left: float, right: float
) -> tuple[float, float] | None:
    for start, end in cuts:
        if left < (start + end) / 2 < right:
            return start, end
    return None


def _may_part(before: str, after: str) -> bool:
    return not (_UNSPACED.match(before) and _UNSPACED.match(after))


def _evenly(text: str) -> list[Span]:
    unit = 1 / max(1, len(text))
    return [
        Span(found[0], found.start() * unit, found.end() * unit)
        for found in re.finditer(r"\S+", text)
    ]
