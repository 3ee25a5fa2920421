"""What a question asks about: its content words with their weights, and the kind of answer."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.retrieval.accounting_terms import statement_rows
from store.keywords import idf, stems

# words that carry no topic, as stems
_STOP = frozenset(
    stem
    for stem in stems(
        "a about above after again all also am an and any are aren as at be because been before "
        "being below between both but by can could d did didn do does doesn doing don down during "
        "each else ever every few for from further get give given had has hasn have haven having "
        "he her here hers him his how however i if in into is isn it its itself just know let ll m "
        "many may me might more most much must my name no nor not now of off often on once one "
        "only or other our ours out over own please re s same say shall she should show so some "
        "such t tell than that the their theirs them themselves then there these they this those "
        "through to too under until up us used using ve very was wasn we were weren what when "
        "where whether which while who whom whose why will with within without won would you your "
        "yours mean means list explain describe kind type"
    )
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|"
    r"thousand|million|billion|half|third|quarter|twice|once)\b",
    re.I,
)
_DATE = re.compile(
    r"\b(?:1\d{3}|20\d{2}|\d+(?:st|nd|rd|th)|january|february|march|april|may|june|"
    r"july|august|september|october|november|december|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday|century|days?|weeks?|months?|years?|hours?|"
    r"minutes?|\d{1,2}:\d{2})\b",
    re.I,
)
_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20)\d\d(?![\d.,]*\d)")
_NAME = re.compile(r"(?<=[^.!?\s]\s)[A-Z][\w’'-]+|\b[A-Z]{2,}\b|[A-Z]\w+ [A-Z]\w+")
_ASKS = (
    (
        re.compile(
            r"\bhow (?:many|much|long|far|old|often|large|big|tall|high)\b|\bpercent|"
            r"\b(?:what|which)\b.{0,40}\b(?:number|amount|price|costs?|rate|fare|fee|salary|total|"
            r"revenue|profit|percentage|size|population)\b",
            re.I,
        ),
        _NUMBER,
    ),
    (
        re.compile(
            r"\bwhen\b|\bwhat (?:year|date|day|month|time|century)\b|\bin which year\b|"
            r"\bhow (?:soon|late|early)\b",
            re.I,
        ),
        _DATE,
    ),
    (
        re.compile(
            r"\bwho(?:m|se)?\b|\bwhat (?:person|company|organi[sz]ation|country|city)\b", re.I
        ),
        _NAME,
    ),
)


class Corpus(Protocol):
    """What is needed to weigh words: how many chunks there are, and how many hold a stem."""

    def size(self) -> int: ...

    def frequency(self, stem: str) -> int: ...


@dataclass(frozen=True)
class Question:
    """A question's content stems with their weights (inverse document frequency), and what the
    rows of statements are called, as stems, that it is answered from."""

    text: str
    weights: Mapping[str, float]
    rows: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def read(cls, text: str, corpus: Corpus) -> "Question":
        content = [s for s in dict.fromkeys(stems(text)) if s not in _STOP]
        weights = {s: idf(corpus.size(), corpus.frequency(s)) for s in content}
        return cls(text, weights, tuple(tuple(stems(name)) for name in statement_rows(text)))

    def coverage(self, found: Iterable[str]) -> float:
        """The share (0-1) of the question's weight that these stems cover."""
        total = sum(self.weights.values())
        have = set(found)
        covered = sum(w for stem, w in self.weights.items() if stem in have)
        return covered / total if total else 0.0

    def names(self, row: str) -> bool:
        """Whether the question has these words side by side, "after" and "before" among them."""
        return _holds(stems(self.text), stems(row))

    def rests_on(self, row: str) -> bool:
        """Whether a row of this name is one of those the question is answered from."""
        called = stems(row)
        return any(_holds(called, name) for name in self.rows)

    def fits_year(self, text: str) -> float:
        """1 if the text names a year that the question names, -1 if only others, 0 if one of both
        names none."""
        asked, named = (set(_YEAR.findall(one)) for one in (self.text, text))
        return (1.0 if asked & named else -1.0) if asked and named else 0.0

    def fits_kind(self, text: str) -> float:
        """1 if the text has the number, date or name asked for, 0 if not, 0.5 if none is asked."""
        for asked, wanted in _ASKS:
            if asked.search(self.text):
                return 1.0 if wanted.search(text) else 0.0
        return 0.5


def _holds(words: Sequence[str], some: Sequence[str]) -> bool:
    """Whether there are some and they stand side by side among the words."""
    starts = range(len(words) - len(some) + 1)
    return bool(some) and any(tuple(words[at : at + len(some)]) == tuple(some) for at in starts)


def asks_for_fact(question: str) -> bool:
    """Whether a number, a date or a name answers it, rather than an explanation or a list."""
    return any(asked.search(question) for asked, _ in _ASKS)
