"""Cells of a row: its words parted at wide gaps, amounts parted from amounts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.ingestion.lines import Piece, PlacedWord
from assistant.ingestion.rows import Row

_CURRENCY = frozenset("$€£¥₹")
_CLOSING = re.compile(r"[)%]+|\)%|pts|bps")
_NUMBER = re.compile(
    r"[(\-–—+~<>]*[$€£¥₹]?[(\-–—]*[\d.,]*\d[\d.,]*[)%xX]*[%)]*|[—–-]+%?|N/?A|NM|\*+"
)
_YEAR = re.compile(r"(?:19|20)\d\d[,.:]?|(?:FY|Q[1-4]|H[12])['’]?\d*")
_MARKER = re.compile(
    r"[•◦▪●○■□–—*·‣⁃➢✓✔-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{2,5})[.)]|\(\d+\)|Note|Item"
)


@dataclass(slots=True)
class Cell:
    """Words of one cell on one row."""

    pieces: list[Piece]
    left: float
    right: float

    @property
    def text(self) -> str:
        """The words of the cell."""
        return " ".join(piece.text for piece in self.pieces)

    @property
    def numeric(self) -> bool:
        """Whether it is a number, an amount or a dash."""
        words = [word.text for piece in self.pieces for word in piece.words]
        return all(_NUMBER.fullmatch(w) or w in _CURRENCY or _CLOSING.fullmatch(w) for w in words)

    @property
    def year(self) -> bool:
        """Whether it names a year or a quarter."""
        return _YEAR.fullmatch(self.pieces[0].words[0].text) is not None


def cells_of(row: Row) -> list[Cell]:
    """The cells of a row: its words parted at wide gaps, amounts parted from amounts."""
    cells: list[Cell] = []
    previous: PlacedWord | None = None
    for piece in row.pieces:
        run: list[PlacedWord] = []
        for word in piece.words:
            if previous is not None and _parts(previous, word, row.size):
                _put(cells, piece, run)
                run = []
                cells.append(Cell([], word.left, word.right))
            run.append(word)
            previous = word
        _put(cells, piece, run)
    return [cell for cell in cells if cell.pieces]


def _put(cells: list[Cell], piece: Piece, run: list[PlacedWord]) -> None:
    if not run:
        return
    if not cells:
        cells.append(Cell([], run[0].left, run[-1].right))
    part = piece
    if len(run) < len(piece.words):
        whole = run[-1] is piece.words[-1]
        part = replace(
            piece, words=run, left=run[0].left, right=run[-1].right,
            broken=piece.broken and whole,
        )  # fmt: skip
    cells[-1].pieces.append(part)
    cells[-1].right = max(cells[-1].right, part.right)


def _parts(before: PlacedWord, word: PlacedWord, size: float) -> bool:
    gap = word.left - before.right
    if before.text in _CURRENCY and _NUMBER.fullmatch(word.text):
        return False
    if _CLOSING.fullmatch(word.text) and gap < 2 * size:
        return False
    if gap > 0.9 * size:
        return True
    numeric = _NUMBER.fullmatch(before.text) or _CLOSING.fullmatch(before.text)
    amount = word.text in _CURRENCY or _NUMBER.fullmatch(word.text)
    return bool(gap > 0.45 * size and numeric and amount)


def is_marked(cells: Sequence[Cell]) -> bool:
    """Whether a row begins with the number or bullet of a list or footnote."""
    return _MARKER.fullmatch(cells[0].pieces[0].words[0].text) is not None
