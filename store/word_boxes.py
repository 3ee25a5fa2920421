"""Packs the words of a page into bytes: about 8 bytes a word after compression."""

import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

import numpy as np

from store.records import Box, Word

ROW = np.dtype([("start", "<u4"), ("end", "<u4"), ("box", "<u2", 4)])
SCALE = 65535


class PackedWords(Sequence[Word]):
    """Words that stay packed until they are asked for, which takes less memory."""

    def __init__(self, packed: bytes) -> None:
        """`packed` is what `pack` made."""
        self.packed = packed

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Word: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Word]: ...
    def __getitem__(self, place: int | slice) -> Word | Sequence[Word]:
        if isinstance(place, slice):
            return [_word(row) for row in self._rows[place]]
        return _word(self._rows[place])

    def __iter__(self) -> Iterator[Word]:
        return map(_word, self._rows)

    @cached_property
    def _rows(self) -> list[tuple[int, int, list[int]]]:
        rows: list[tuple[int, int, list[int]]]
        rows = np.frombuffer(zlib.decompress(self.packed), dtype=ROW).tolist()
        return rows


def _word(row: tuple[int, int, list[int]]) -> Word:
    start, end, box = row
    return Word(start, end, Box(*(value / SCALE for value in box)))


def pack(words: Sequence[Word]) -> bytes:
    """Bytes for `PackedWords`; boxes keep 1/65535 of the page's width and height."""
    if isinstance(words, PackedWords):
        return words.packed
    rows = np.zeros(len(words), dtype=ROW)
    if words:
        rows["start"] = [word.start for word in words]
        rows["end"] = [word.end for word in words]
        boxes = np.array([word.box for word in words], dtype=np.float64)
        rows["box"] = np.clip(np.rint(boxes * SCALE), 0, SCALE)
    return zlib.compress(rows.tobytes())


def line_boxes(words: Sequence[Word], start: int, end: int) -> tuple[Box, ...]:
    """One box per printed line around the words that overlap `[start, end)`."""
    lines: list[Box] = []
    for word in words:
        if word.end <= start or word.start >= end:
            continue
        if lines and _same_line(lines[-1], word.box):
            lines[-1] = _around(lines[-1], word.box)
        else:
            lines.append(word.box)
    return tuple(lines)


def _same_line(line: Box, word: Box) -> bool:
    overlap = min(line.bottom, word.bottom) - max(line.top, word.top)
    lower = min(line.bottom - line.top, word.bottom - word.top)
    return overlap > 0.5 * lower and word.left >= line.left - 0.01


def _around(a: Box, b: Box) -> Box:
    return Box(
        min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom)
    )
