"""Rows: pieces of text that stand on the same height, from left to right."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from assistant.ingestion.lines import Piece

_MARK = re.compile(r"(?:\(?(?:\d{1,2}|[a-z]{1,2}|[*†‡§¶#]+)\)?,?)+")


@dataclass(slots=True)
class Row:
    """Pieces on the same height, from left to right. It is as large as its largest piece, and
    `right` is the edge of the piece that goes furthest."""

    pieces: list[Piece]
    top: float
    bottom: float
    right: float
    size: float

    @property
    def left(self) -> float:
        """Left edge of the first piece."""
        return self.pieces[0].left

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(piece.bold for piece in self.pieces)

    @classmethod
    def of(cls, piece: Piece) -> "Row":
        """A row of one piece."""
        return cls([piece], piece.top, piece.bottom, piece.right, piece.size)

    def add(self, piece: Piece) -> None:
        """One more piece, which leaves top and bottom as they are."""
        self.pieces.append(piece)
        self.right = max(self.right, piece.right)
        self.size = max(self.size, piece.size)


def rows_of(pieces: Iterable[Piece]) -> list[Row]:
    """All pieces as rows from top to bottom."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=attrgetter("middle")):
        row = rows[-1] if rows else None
        if row is not None and _share(row, piece):
            row.add(piece)
            if piece.bottom - piece.top > row.bottom - row.top:
                row.top, row.bottom = piece.top, piece.bottom
        else:
            rows.append(Row.of(piece))
    for row in rows:
        row.pieces.sort(key=attrgetter("left"))
    return rows


def _share(row: Row, piece: Piece) -> bool:
    overlap = min(row.bottom, piece.bottom) - max(row.top, piece.top)
    return overlap > 0.5 * max(0.1, min(row.bottom - row.top, piece.bottom - piece.top))


def file_rows(pieces: Sequence[Piece]) -> list[Row]:
    """Pieces that follow each other in this order and share a height, as rows in this order."""
    rows: list[Row] = []
    for place, piece in enumerate(pieces):
        beside = bool(rows) and _share(rows[-1], piece) and piece.left >= rows[-1].pieces[-1].left
        if beside and not _changes_column(pieces, place):
            rows[-1].add(piece)
            rows[-1].top = min(rows[-1].top, piece.top)
            rows[-1].bottom = max(rows[-1].bottom, piece.bottom)
        else:
            rows.append(Row.of(piece))
    return rows


def _changes_column(pieces: Sequence[Piece], place: int) -> bool:
    """Whether the file ends one column before this piece and begins another one with it."""
    if place < 2 or place + 1 >= len(pieces):
        return False
    above, before, piece, below = pieces[place - 2 : place + 2]
    wide = piece.left - before.right > 0.8 * piece.size and len(before.text) > 4
    return wide and _is_stacked(above, before) and _is_stacked(piece, below)


def _is_stacked(above: Piece, below: Piece) -> bool:
    return abs(above.left - below.left) < above.size and (
        -0.5 * above.size < below.top - above.bottom < above.size
    )


def without_stray_marks(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces but for footnote marks that the file draws apart from the words they mark."""
    kept: list[Piece] = []
    usual = max((piece.size for piece in pieces), default=0.0)
    for place, piece in enumerate(pieces):
        if len(piece.words) == 1 and piece.size < usual and _MARK.fullmatch(piece.words[0].text):
            near = [pieces[k] for k in (place - 1, place + 1) if 0 <= k < len(pieces)]
            if _is_mark(piece, pieces) and not any(_touch(piece, other) for other in near):
                continue
        kept.append(piece)
    return kept


def _is_mark(piece: Piece, pieces: Sequence[Piece]) -> bool:
    """Whether a small piece stands right behind or before a larger one."""
    return any(
        other.size > 1.15 * piece.size
        and other.top - piece.size < piece.middle < other.bottom
        and -1.0 < max(piece.left - other.right, other.left - piece.right) / piece.size < 1.0
        for other in pieces
    )


def _touch(piece: Piece, other: Piece) -> bool:
    apart = max(other.left - piece.right, piece.left - other.right)
    return apart < 1.2 * other.size and abs(piece.middle - other.middle) < other.size
