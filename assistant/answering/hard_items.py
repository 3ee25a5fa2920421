"""The words of a text, and which of them must be right: numbers, dates, names, negations.

Tells how alike the words around two places are; knows nothing of passages and verdicts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from assistant.sentences import ABBREVIATIONS
from store.keywords import stems


class Kind(StrEnum):
    """What a word is; only words of one kind are exchanged for each other."""

    WORD = "word"
    NUMBER = "number"
    YEAR = "year"
    MONTH = "month"
    WEEKDAY = "weekday"
    NAME = "name"
    NEGATION = "negation"


NUMBERS = frozenset({Kind.NUMBER, Kind.YEAR})


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign of a text: as written, what it is compared by, and what kind it is.

    `first` tells that it begins a sentence, `opens` that a capital there says nothing about it,
    and `joined` that only space stands between it and the word before.
    """

    text: str
    stem: str
    kind: Kind
    first: bool = False
    opens: bool = False
    joined: bool = False

    @property
    def weight(self) -> float:
        """How much it tells: words that stand in any text tell little."""
        return 0.3 if self.text.lower() in _LITTLE else 1.0


_LITTLE = frozenset(
    "a about after all also among an and any are as at be became because been before being between "
    "both but by can could did do does during each either for from further had has have he her "
    "here hers him his how however i if in into is it its itself many may might more most much "
    "must my of often on one only or other our over own same she should since so some such than "
    "that the their them then there these they this those through thus to too under until up upon "
    "was we were what when where whether which while who whom whose why will with within would "
    "you your yet".split()
)
_MONTHS = frozenset(
    "january february march april may june july august september october november december".split()
)
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_SMALL = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_NUMBER_WORDS = {word: str(n) for n, word in enumerate(_SMALL.split(), start=2)} | {
    word: str(10 * n) for n, word in enumerate(_TENS.split(), start=3)
}
_NEGATIONS = frozenset("not no never none neither nor without n't".split())
_NOT_ONLY = re.compile(r"\s+(?:only|just|merely|necessarily)\b|\.\s*\d", re.I)  # or “No. 5”
_NAME_ENDINGS = frozenset("a an ean ese i ian ic ish n s".split())

_TOKEN = re.compile(
    r"\d+(?:[.,:/]\d+)*|n['’]t\b|(?:(?!n['’]t\b)[^\W\d_])+(?:['’](?!s\b|t\b)[^\W\d_]+)*|[%$€£¥°]"
)
_POSSESSIVE = re.compile(r"^['’]s?")
_ENDS = re.compile(r"[.!?\n]")
_OPENS = re.compile(r"[.!?\n:;\"“”(]")
_REACH = 4  # words on each side of a place that tell what place it is
_WINDOW = 6  # words on each side of another place that they are looked for in
_NEARNESS = (1.0, 0.8, 0.6, 0.4)


_Sides = tuple[dict[str, int], dict[str, int]]


class Text:
    """The words of a text, the runs of those that make one name, and what stands around them."""

    def __init__(self, text: str) -> None:
        self.tokens = read(text)
        self.runs = _runs(self.tokens)
        self._sides: dict[tuple[int, int], _Sides] = {}

    def around(self, start: int, end: int) -> "Around":
        """What stands before `start` and from `end` on, in its sentence."""
        return Around(self._left(start, _REACH), self._right(end, _REACH))

    def likeness(self, around: "Around", start: int, end: int) -> float:
        """How much of that (0-1) stands before `start` and from `end` on in this text."""
        return around.share(*self._both(start, end))

    def fits(self, around: "Around", start: int, end: int) -> bool:
        """Whether the very words next to that stand next to this place, on both sides."""
        return around.fits(*self._both(start, end))

    def _both(self, start: int, end: int) -> "_Sides":
        if (start, end) not in self._sides:
            self._sides[start, end] = (
                _distances(self._left(start, _WINDOW)),
                _distances(self._right(end, _WINDOW)),
            )
        return self._sides[start, end]

    def _left(self, gap: int, reach: int) -> list[Token]:
        found: list[Token] = []
        if gap < len(self.tokens) and self.tokens[gap].first:
            return found
        for token in reversed(self.tokens[max(0, gap - reach) : gap]):
            found.append(token)
            if token.first:
                break
        return found

    def _right(self, gap: int, reach: int) -> list[Token]:
        found: list[Token] = []
        for place, token in enumerate(self.tokens[gap : gap + reach], start=gap):
            if token.first and place:
                break
            found.append(token)
        return found


class Around:
    """What stands on both sides of a place, nearest first."""

    def __init__(self, left: Sequence[Token], right: Sequence[Token]) -> None:
        self._left, self._right = (
            [
                (token.stem, token.weight * near)
                for token, near in zip(side, _NEARNESS, strict=False)
            ]
            for side in (left, right)
        )
        self._total = sum(worth for _, worth in (*self._left, *self._right))

    def share(self, before: Mapping[str, int], after: Mapping[str, int]) -> float:
        """The share of it that stands on the same sides of another place; 0 unless a word next to
        it stands next to that place as well."""
        if not (_touches(self._left, before) or _touches(self._right, after)):
            return 0.0
        return (_worth(self._left, before) + _worth(self._right, after)) / self._total

    def fits(self, before: Mapping[str, int], after: Mapping[str, int]) -> bool:
        """Whether the nearest words are the same on both sides."""
        return all(
            there.get(side[0][0]) == 0 if side else not there
            for side, there in ((self._left, before), (self._right, after))
        )


def _touches(side: Sequence[tuple[str, float]], there: Mapping[str, int]) -> bool:
    return bool(side) and there.get(side[0][0], _WINDOW) <= 1


def _worth(side: Sequence[tuple[str, float]], there: Mapping[str, int]) -> float:
    return sum(
        # a word may have come between, or have gone
        worth if abs(there[stem] - distance) <= 1 else worth / 2
        for distance, (stem, worth) in enumerate(side)
        if stem in there
    )


def _distances(tokens: Sequence[Token]) -> dict[str, int]:
    found: dict[str, int] = {}
    for distance, token in enumerate(tokens):
        found.setdefault(token.stem, distance)
    return found


def same(a: Token, b: Token) -> bool:
    """Whether two words are the same, or one a form of the other's name (“German”, “Germany”)."""
    if a.stem == b.stem:
        return True
    if Kind.NAME not in (a.kind, b.kind):
        return False
    short, long = sorted((a.stem, b.stem), key=len)
    start = short if long.startswith(short) else short[:-1]
    ending = long.removeprefix(start)
    return len(short) >= 4 and long.startswith(start) and ending in _NAME_ENDINGS


def plain_number(number: str) -> str:
    """A number without the signs that group it."""
    return number.replace(",", "").rstrip(".:/")


def read(text: str) -> list[Token]:
    """The words of a text in order, signs of punctuation left out."""
    found: list[Token] = []
    end, before = 0, ""
    for match in _TOKEN.finditer(text):
        between = _POSSESSIVE.sub("", text[end : match.start()])
        if len(before) == 1 or before.lower() in ABBREVIATIONS:
            between = between.removeprefix(".")
        first = not before or bool(_ENDS.search(between))
        opens = first or bool(_OPENS.search(between))
        piece = match.group()
        if piece.lower() == "cannot":
            found.append(Token("can", "can", Kind.WORD, first, opens))
            piece, first, opens = "not", False, False
        kind, stem = _kind_and_stem(piece)
        if kind is Kind.NEGATION and _NOT_ONLY.match(text, match.end()):
            kind = Kind.WORD
        found.append(Token(piece, stem, kind, first, opens, joined=not between.strip()))
        end, before = match.end(), piece
    return found


@lru_cache(maxsize=20_000)
def _kind_and_stem(piece: str) -> tuple[Kind, str]:
    lower = piece.lower().replace("’", "'")
    if lower in _NEGATIONS:
        return Kind.NEGATION, "not"
    if piece[0].isdigit():
        is_year = len(piece) == 4 and piece.isdigit() and "1000" <= piece <= "2099"
        return Kind.YEAR if is_year else Kind.NUMBER, plain_number(piece)
    if lower in _NUMBER_WORDS:
        return Kind.NUMBER, _NUMBER_WORDS[lower]
    return _kind(piece, lower), (stems(lower) or [lower])[0]


def _kind(piece: str, lower: str) -> Kind:
    if not piece[0].isupper() or lower in ABBREVIATIONS:
        return Kind.WORD
    if lower in _MONTHS:
        return Kind.MONTH
    if lower in _WEEKDAYS:
        return Kind.WEEKDAY
    acronym = len(piece) > 1 and piece.isupper()
    return Kind.WORD if lower in _LITTLE and not acronym else Kind.NAME


def _runs(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """For every word the run it belongs to: the words of one name, else itself alone."""
    found: list[tuple[int, int]] = []
    start = 0
    for at in range(1, len(tokens) + 1):
        if at < len(tokens) and tokens[at].joined and tokens[at - 1].kind is Kind.NAME:
            if tokens[at].kind is Kind.NAME:
                continue
        found += [(start, at)] * (at - start)
        start = at
    return found
