"""Running headers, footers and printed page numbers: found by comparing neighbouring pages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.ingestion.lines import Piece

REACH = 6
"""How many pages before and after a page it is compared with."""

_ZONE = 0.15
_ROWS = 4
_SAME_HEIGHT = 0.012
_SAME_SIDE = 0.03
_NUMBERS = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxlc]{1,7}")
_NUMBERED_THINGS = re.compile(
    r"(?i)(table|figure|fig|exhibit|chapter|section|part|lesson|unit|appendix|annex|note|item"
    r"|question|step|article|slide|schedule|example|exercise|problem|day|week|module)\b"
)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True)
class EdgeRow:
    """A row near the top or bottom of a page: its text, its place, and its pieces by order."""

    text: str
    middle: float
    left: float
    top: float
    bottom: float
    orders: frozenset[int]


@dataclass(frozen=True)
class Edges:
    """The outermost rows of a page, outermost first."""

    top: Sequence[EdgeRow]
    bottom: Sequence[EdgeRow]


def edges_of(pieces: Sequence[Piece]) -> Edges:
    """The rows near the edges of a page."""
    boxed = [(piece, piece.words[0].box) for piece in pieces]
    first = min((box.top for _, box in boxed), default=0.0)
    last = max((box.bottom for _, box in boxed), default=1.0)
    upper = sorted(
        (box.top, box.bottom, box.left, piece.order)
        for piece, box in boxed
        if box.top < max(_ZONE, first + _SAME_HEIGHT)
    )
    lower = sorted(
        (box.top, box.bottom, box.left, piece.order)
        for piece, box in boxed
        if box.bottom > min(1 - _ZONE, last - _SAME_HEIGHT)
    )
    texts = {piece.order: piece.text for piece in pieces}
    return Edges(_rows(upper, texts)[:_ROWS], _rows(lower, texts)[::-1][:_ROWS])


def _rows(
    places: Sequence[tuple[float, float, float, int]], texts: Mapping[int, str]
) -> list[EdgeRow]:
    groups: list[list[tuple[float, float, float, int]]] = []
    for place in places:
        if groups and place[0] < (groups[-1][0][0] + groups[-1][0][1]) / 2:
            groups[-1].append(place)
        else:
            groups.append([place])
    rows = []
    for group in groups:
        group.sort(key=lambda place: place[2])
        top, bottom = min(g[0] for g in group), max(g[1] for g in group)
        text = " ".join(texts[g[3]] for g in group)
        orders = frozenset(g[3] for g in group)
        rows.append(EdgeRow(text, (top + bottom) / 2, group[0][2], top, bottom, orders))
    return rows


def furniture(pages: Mapping[int, Edges], number: int) -> frozenset[int]:
    """The `order` of the pieces of page `number` that repeat on its neighbours in `pages`."""
    near = {k: edges for k, edges in pages.items() if k != number and abs(k - number) <= REACH}
    found: set[int] = set()
    for rows, others in (
        (pages[number].top, {k: edges.top for k, edges in near.items()}),
        (pages[number].bottom, {k: edges.bottom for k, edges in near.items()}),
    ):
        for place, row in enumerate(rows):
            inner = rows[place + 1] if place + 1 < len(rows) else None
            outer = {k: rows[:1] for k, rows in others.items()} if place == 0 else {}
            if not _repeats(row, inner, number, others) and not _is_folio(row, number, outer):
                break
            found |= row.orders
    return frozenset(found)


def _repeats(
    row: EdgeRow, inner: EdgeRow | None, number: int, others: Mapping[int, Sequence[EdgeRow]]
) -> bool:
    """Whether a row stands at the same height on at least two other pages."""
    same = counting = 0
    for page, rows in others.items():
        level = [r for r in rows if abs(r.middle - row.middle) < _SAME_HEIGHT]
        same += any(r.text == row.text for r in level)
        counting += any(_counts(row.text, r.text, page - number) for r in level)
    if counting >= 2:
        return True
    return same >= 2 and not (_is_only_number(row.text) or _is_table_head(row, inner))


def _is_folio(row: EdgeRow, number: int, others: Mapping[int, Sequence[EdgeRow]]) -> bool:
    """Whether an outermost row counts the pages, at whatever height it stands."""
    return 3 <= sum(
        _counts(row.text, other.text, page - number)
        for page, rows in others.items()
        for other in rows
    )


def _counts(text: str, other: str, pages: int) -> bool:
    """Whether two texts differ only in a number that grows with the pages."""
    if _NUMBERED_THINGS.match(text):
        return False
    mine, theirs = _roman(text), _roman(other)
    if mine and theirs:
        return theirs - mine == pages
    if _NUMBERS.sub("#", text) != _NUMBERS.sub("#", other):
        return False
    pairs = zip(_NUMBERS.findall(text), _NUMBERS.findall(other), strict=True)
    steps = {int(b) - int(a) for a, b in pairs if len(a) < 7 and len(b) < 7} - {0}
    return steps == {pages}


def _roman(text: str) -> int:
    """The value of a text that is a small Roman number, else 0."""
    text = text.strip("-–—. ").lower()
    if not _ROMAN.fullmatch(text):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in text]
    later = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, later, strict=True))


def _is_only_number(text: str) -> bool:
    return not any(letter.isalpha() for letter in text)


def _is_table_head(row: EdgeRow, inner: EdgeRow | None) -> bool:
    """Whether cells stand close over the next row, as the head of a table does."""
    if inner is None or len(row.orders) < 3:
        return False
    gap = max(inner.top - row.bottom, row.top - inner.bottom)
    return gap < 1.0 * (row.bottom - row.top)
