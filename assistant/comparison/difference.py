"""How two answers differ, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_MARKER = re.compile(r"\s?\[\d{1,3}\]")


class Side(StrEnum):
    """Which of the two texts has a run of words."""

    BOTH = "both"
    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True)
class Piece:
    """A run of words that one text has, or both."""

    side: Side
    text: str


def difference(first: str, second: str) -> list[Piece]:
    """The pieces of both texts in order, without the numbers of their sources."""
    return list(_pieces(_words(first), _words(second)))


def _pieces(first: list[str], second: list[str]) -> Iterator[Piece]:
    for kind, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(Side.BOTH, " ".join(first[a:b]))
            continue
        if a < b:
            yield Piece(Side.FIRST, " ".join(first[a:b]))
        if c < d:
            yield Piece(Side.SECOND, " ".join(second[c:d]))


def _words(text: str) -> list[str]:
    return _MARKER.sub("", text).split()
