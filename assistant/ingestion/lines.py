"""Pieces of text lines: runs of words on one baseline with no wide gap, from a page's glyphs.

Everything is in points. A piece is measured in the frame its text runs left to right in, so that
text turned by 90 degrees is laid out like any other.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.ingestion.glyphs import HYPHENS_AT_LINE_END, Boxes, Font, PageText
from assistant.ingestion.hidden_text import hidden_words
from store.records import Box

WIDE_GAP = 0.9
"""Gap between two words, in font sizes, that ends a piece."""

_UNSPACED = "\u2e80-\u2fff\u3001-\u30ff\u3100-\u312f\u31a0-\u9fff\uf900-\ufaff\uff00-\uffef"
_TOKEN = re.compile(rf"[\r\n]+|[{_UNSPACED}]|[^\s\x02\ufffe{_UNSPACED}]+[\x02\ufffe]?|[\x02\ufffe]")
_BROKEN = (*HYPHENS_AT_LINE_END, "\xad")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff0-\ufffb\ufffe\uffff]"
)
_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
    "\ufb05": "ft", "\ufb06": "st",
}  # fmt: skip
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_UNCLEAN = re.compile(rf"{_INVISIBLE.pattern[:-1]}\xad\ufb00-\ufb06\ue000-\uf8ff\u25aa\u25cf]")
_BULLETS = re.compile("[\uf0b7\uf0a7\uf0d8\uf076\uf0fc\u25cf\u25aa\uf06e\uf071\uf02d]")


class PlacedWord(NamedTuple):
    """A word and its box on the page as displayed, in fractions.

    `left` and `right` are measured in the frame of its piece. It is `glued` to the word before it,
    or stands after a space: scripts written without spaces have one word per character.
    """

    text: str
    box: Box
    left: float
    right: float
    glued: bool = False


@dataclass(slots=True)
class Piece:
    """A run of words on one baseline, in the frame its text runs left to right in.

    `order` is its place in the file; `broken` says that its last word goes on in the next line.
    It is `bold` when its first and last words are, and `opens_bold` when the first one is.
    """

    words: list[PlacedWord]
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool
    order: int
    opens_bold: bool = False
    angle: int = 0
    broken: bool = False

    @property
    def text(self) -> str:
        """The words, with single spaces between those that are not glued."""
        return "".join(w.text if w.glued else " " + w.text for w in self.words).lstrip(" ")

    @property
    def middle(self) -> float:
        """Half way between top and bottom."""
        return (self.top + self.bottom) / 2


def clean(text: str) -> str:
    """A word without control and zero-width characters, ligatures spelled out, in NFC."""
    if text.isascii() and text.isprintable():
        return text
    text = _LIGATURE.sub(lambda found: _LIGATURES[found[0]], text)
    text = _BULLETS.sub("•", text) if len(text) == 1 else text
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def read_pieces(page: PageText, width: float, height: float) -> list[Piece]:
    """The pieces of a page in the order of the file."""
    text = page.characters() if page.count else ""
    spans = _spans(text)
    if not spans:
        return []
    boxes, leans = _bounds(page, spans)
    shown = fractions(boxes, width, height)
    raw = [text[span.start : span.end] for span in spans]
    texts = [_word(word) for word in raw] if _is_unclean(text) else raw
    hidden = hidden_words(page, [s.start for s in spans], [s.line for s in spans], boxes)
    texts = ["" if unseen else word for word, unseen in zip(texts, hidden, strict=True)]
    pieces: list[Piece] = []
    firsts = [k for k, span in enumerate(spans) if k == 0 or span.line != spans[k - 1].line]
    for first, last in zip(firsts, [*firsts[1:], len(spans)], strict=True):
        font = page.font(spans[first].start)
        if _runs_backwards(leans[first:last], font, text[spans[first].start]):
            font = replace(font, angle=(font.angle + 180) % 360)
        turned = _turn(boxes[first:last], font.angle, width, height)
        edges = turned[:, 0:3:2].tolist()
        for a, b in _cuts(turned, font):
            kept = [
                PlacedWord(texts[k], shown[k], left, right, spans[k].glued)
                for k, (left, right) in enumerate(edges[a:b], first + a)
                if texts[k]
            ]
            final = spans[first + b - 1].end - 1
            if kept:
                bold = font.bold and page.font(final).bold
                broken = text[final] in _BROKEN
                pieces.append(_piece(kept, turned[a:b], font, bold, len(pieces), broken))
    return pieces


def fractions(boxes: Boxes, width: float, height: float) -> list[Box]:
    """Boxes in points as fractions of the page: inside it, never empty, rounded."""
    low = np.clip(boxes[:, :2] / (width, height), 0.0, 0.9999)
    high = np.clip(boxes[:, 2:] / (width, height), low + 0.0001, 1.0)
    return list(map(Box._make, np.round(np.hstack([low, high]), 5).tolist()))


def _is_unclean(text: str) -> bool:
    return _UNCLEAN.search(text) is not None or not unicodedata.is_normalized("NFC", text)


def _word(raw: str) -> str:
    for mark in HYPHENS_AT_LINE_END:
        raw = raw.replace(mark, "-")
    return clean(raw.replace("\xad", "-"))


def _piece(
    words: list[PlacedWord], boxes: Boxes, font: Font, bold: bool, order: int, broken: bool
) -> Piece:
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = boxes[:, 2:].max(axis=0).tolist()
    size = font.size if 1 <= font.size <= 400 else max(1.0, bottom - top)
    return Piece(
        words, left, top, right, bottom, size, bold, order, font.bold, font.angle, broken
    )  # fmt: skip


class _Span(NamedTuple):
    start: int
    end: int
    line: int
    glued: bool


def _spans(text: str) -> list[_Span]:
    """Where the words are; a hyphen at a line end also ends its line."""
    spans: list[_Span] = []
    line = end = 0
    for found in _TOKEN.finditer(text):
        start = found.start()
        if text[start] in "\r\n":
            line += 1
            continue
        spans.append(_Span(start, found.end(), line, start == end and start > 0))
        end = found.end()
        if text[end - 1] in HYPHENS_AT_LINE_END:
            line += 1
    return spans


def _runs_backwards(leans: Boxes, font: Font, letter: str) -> bool:
    """Whether words run against the direction of their font, as in mirrored or negative type."""
    if unicodedata.bidirectional(letter) in ("R", "AL", "AN"):
        return False
    across, down = leans.sum(axis=0).tolist()
    along = {0: across, 90: -down, 180: -across, 270: down}.get(font.angle, 0.0)
    return bool(along < -max(1.0, font.size))


def _bounds(page: PageText, spans: Sequence[_Span]) -> tuple[Boxes, Boxes]:
    """The box around each word's first and last glyph, and the way from one to the other."""
    first = page.boxes([span.start for span in spans])
    last = page.boxes([span.end - 1 for span in spans])
    low, high = np.minimum(first[:, :2], last[:, :2]), np.maximum(first[:, 2:], last[:, 2:])
    return np.hstack([low, high]), last[:, :2] - first[:, :2]


def _turn(boxes: Boxes, angle: int, width: float, height: float) -> Boxes:
    """Boxes as they stand when the page is turned so that text of this angle is upright."""
    quarter = round(angle / 90) % 4
    left, top, right, bottom = boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3]
    if quarter == 0:
        return boxes
    if quarter == 1:
        return np.stack([height - bottom, left, height - top, right], axis=1)
    if quarter == 2:
        return np.stack([width - right, height - bottom, width - left, height - top], axis=1)
    return np.stack([top, width - right, bottom, width - left], axis=1)


def turned_back(boxes: Boxes, angle: int, width: float, height: float) -> Boxes:
    """Boxes of a turned page as they stand on the page as displayed."""
    quarter = round(angle / 90) % 4
    back = (width, height) if quarter % 2 == 0 else (height, width)
    return _turn(boxes, -angle, *back)


def _cuts(boxes: Boxes, font: Font) -> list[tuple[int, int]]:
    """Where a line of the file is to be cut: wide gaps, steps back, jumps to another baseline."""
    if len(boxes) == 1:
        return [(0, 1)]
    before, after = boxes[:-1], boxes[1:]
    height = np.maximum(1.0, np.minimum(before[:, 3] - before[:, 1], after[:, 3] - after[:, 1]))
    size = font.size if 1 <= font.size <= 400 else float(np.median(height))
    gap = after[:, 0] - before[:, 2]
    overlap = np.minimum(before[:, 3], after[:, 3]) - np.maximum(before[:, 1], after[:, 1])
    cut: NDArray[np.bool_] = (gap > WIDE_GAP * size) | (overlap < 0.2 * height)
    cut |= after[:, 2] < before[:, 0] - 2 * size
    where = (np.flatnonzero(cut) + 1).tolist()
    return list(zip([0, *where], [*where, len(boxes)], strict=True))
