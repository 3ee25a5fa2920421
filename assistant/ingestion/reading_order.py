"""Reading order: columns of prose one after the other, what spans them in between.

The order of the file is kept wherever the geometry does not clearly speak against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from assistant.ingestion.lines import Piece

_DEPTH = 4
_BINS = 200
_CANDIDATES = 6


@dataclass(slots=True)
class _Gutter:
    left: float
    right: float


def regions(pieces: Sequence[Piece], depth: int = 0) -> list[list[Piece]]:
    """The pieces, given in file order, as regions of one column each, in reading order."""
    if len(pieces) < 6 or depth >= _DEPTH:
        return [list(pieces)] if pieces else []
    best: list[tuple[bool, list[Piece]]] = []
    most = 0
    for gutter in _gutters(pieces):
        bands = _bands(pieces, gutter)
        inside = sum(len(band) for columned, band in bands if columned)
        if inside > most:
            best, most, chosen = bands, inside, gutter
    if not best:
        return [list(pieces)]
    found: list[list[Piece]] = []
    for columned, band in best:
        if not columned:
            found += regions(band, depth + 1) if len(best) > 1 else [band]
            continue
        middle = (chosen.left + chosen.right) / 2
        found += regions([p for p in band if p.left < middle], depth + 1)
        found += regions([p for p in band if p.left >= middle], depth + 1)
    return _joined(found)


def _joined(found: list[list[Piece]]) -> list[list[Piece]]:
    """Regions that follow each other straight down are one."""
    joined: list[list[Piece]] = []
    for region in found:
        if joined and region:
            above, below = joined[-1], region
            gap = min(p.top for p in below) - max(p.bottom for p in above)
            left, right = min(p.left for p in below), max(p.right for p in below)
            same = (
                abs(left - min(p.left for p in above)) < 2 * below[0].size
                and abs(right - max(p.right for p in above)) < 4 * below[0].size
            )
            if gap > -0.5 * below[0].size and same:
                joined[-1] = sorted(above + below, key=attrgetter("order"))
                continue
        joined.append(region)
    return joined


def _gutters(pieces: Sequence[Piece]) -> list[_Gutter]:
    """Vertical strips that few pieces cross, the emptiest first, one for each white space."""
    left, right = min(p.left for p in pieces), max(p.right for p in pieces)
    width = (right - left) / _BINS
    if width <= 0:
        return []
    steps = [0] * (_BINS + 2)
    for piece in pieces:
        steps[int((piece.left - left) / width)] += 1
        steps[min(_BINS, int((piece.right - left) / width)) + 1] -= 1
    cover, covered = 0, []
    for step in steps[:_BINS]:
        cover += step
        covered.append(cover)
    limit = 0.45 * max(covered)
    strips: list[tuple[float, _Gutter]] = []
    start = 0
    for place in range(_BINS + 1):
        if place < _BINS and covered[place] <= limit and covered[place] == covered[start]:
            continue
        if start < place and covered[start] <= limit and start > 0.1 * _BINS < _BINS - place:
            strip = _Gutter(left + start * width, left + place * width)
            strips.append((covered[start] - 0.01 * (place - start), strip))
        start = place
    emptiest: list[_Gutter] = []
    for _, strip in sorted(strips, key=lambda pair: pair[0]):
        gaps = (max(strip.left - g.right, g.left - strip.right) for g in emptiest)
        if all(gap >= 3 * width for gap in gaps):
            emptiest.append(strip)
    return emptiest[:_CANDIDATES]


def _bands(pieces: Sequence[Piece], gutter: _Gutter) -> list[tuple[bool, list[Piece]]]:
    """The page cut at the pieces that cross the gutter; says which bands are read as columns."""
    middle = (gutter.left + gutter.right) / 2
    wide: list[Piece] = []
    band: list[Piece] = []
    bands: list[tuple[bool, list[Piece]]] = []

    def close() -> None:
        nonlocal wide, band
        columned = _are_columns(band, middle)
        if not columned:
            wide, band = wide + band, []
        if wide:
            if bands and not bands[-1][0]:
                wide = bands.pop()[1] + wide
            bands.append((False, sorted(wide, key=attrgetter("order"))))
        if band:
            bands.append((True, sorted(band, key=attrgetter("order"))))
        wide, band = [], []

    for piece in sorted(pieces, key=attrgetter("middle")):
        crosses = piece.left < middle < piece.right
        if crosses and band:
            close()
        (wide if crosses else band).append(piece)
    close()
    return bands


def _are_columns(band: Sequence[Piece], middle: float) -> bool:
    """Whether the two sides of a band are each read on their own, left one first."""
    left = [piece for piece in band if piece.left < middle]
    right = [piece for piece in band if piece.left >= middle]
    if min(len(left), len(right)) < 3:
        return False
    if min(p.left for p in right) - max(p.right for p in left) < 0.4 * band[0].size:
        return False
    sides = [piece.left < middle for piece in sorted(band, key=attrgetter("order"))]
    switches = sum(1 for a, b in zip(sides, sides[1:], strict=False) if a != b)
    if switches <= 1 + len(band) // 40:
        return _prose(left, 2.0, 0.0) and _prose(right, 2.0, 0.0)
    if _rowwise(left) or _rowwise(right):
        return False
    return _prose(left, 4.0, 0.6) and _prose(right, 4.0, 0.6)


def _prose(pieces: Sequence[Piece], words: float, filled: float) -> bool:
    """Whether these look like lines of a column: enough words, few numbers, much of its width."""
    texts = [word.text for piece in pieces for word in piece.words]
    numbers = sum(1 for text in texts if text[0].isdigit() or text[0] in "$(—-%")
    if len(texts) < words * len(pieces) or numbers > 0.35 * len(texts):
        return False
    width = max(p.right for p in pieces) - min(p.left for p in pieces)
    full = sum(1 for p in pieces if p.right - p.left > 0.7 * width)
    return full >= filled * len(pieces)


def _rowwise(pieces: Sequence[Piece]) -> bool:
    """Whether many pieces stand beside others: cells rather than lines."""
    ordered = sorted(pieces, key=attrgetter("middle"))
    beside = sum(
        1
        for a, b in zip(ordered, ordered[1:], strict=False)
        if abs(a.middle - b.middle) < 0.3 * a.size and abs(a.left - b.left) > 3 * a.size
    )
    return beside > 0.4 * len(pieces)
