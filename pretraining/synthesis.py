"""Examples to learn from: a prompt as the product builds it, and the answer wanted.

The answer quotes whole lines: `<cite:2>the line</cite>`. The right lines come first, then the next
best by rank, as many as the extractive reader would take.
"""

import gzip
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from assistant.answering.condensing import MOST_LINES
from assistant.answering.prompt import ask_of, fence
from assistant.models.mini_format import CANNOT_FIND, NO_DOCUMENTS, cited
from assistant.retrieval.question import asks_for_fact
from assistant.sentences import sentences

FACT_LINES, EXPLANATION_LINES = 2, 3
SHORT, LONG = 25, 320  # characters of a sentence worth quoting
TEMPLATES = (
    "What is {a}?", "What does it say about {a}?", "How does {a} relate to {b}?", "{a} {b}",
    "Explain {a}.", "When should I use {a}?", "Can {a} be used with {b}?", "Who needs {a}?",
    "Tell me about {a} and {b}.", "Which {a} {b}?", "What happens to {a} when {b}?",
    "Why {a}?", "Is there anything on {a} and {b}?", "{a}", "Where do I find {a}?",
    "How many {a}?", "What about {a} for {b}?",
)  # fmt: skip
_SUBJECT = re.compile(r"^((?:The|A|An|Each|Every|All)? ?[\w'-]+(?: [\w'-]+){0,4}?) "
                      r"(is|are|was|were|can|must|should|will|has|may) ")  # fmt: skip
_WORD = re.compile(r"[A-Za-z][\w'-]+")


@dataclass(frozen=True)
class Line:
    """A sentence of a passage; `place` tells passages apart."""

    text: str
    document: str
    heading: str
    place: int


@dataclass(frozen=True)
class Example:
    """What the human says and what the model should answer."""

    prompt: str
    answer: str


class Source:
    """Examples from prose (synthetic questions) and from delivered evidence (people's)."""

    def __init__(self, prose: Path, pairs: Path, seed: int) -> None:
        self._random = random.Random(seed)
        self._files = read_prose(prose)
        self._all = [line for lines in self._files for line in lines]
        self._frequency = Counter(word for line in self._all for word in set(_content(line.text)))
        # common words are single tokens: many examples of copying for few tokens
        self._words = [w for w, n in self._frequency.most_common(3000)]
        self._pairs = [json.loads(row) for row in pairs.read_text("utf-8").splitlines()]

    def example(self, random_words: float) -> Example:
        """One example; `random_words` is the share that only teaches to copy."""
        draw = self._random.random()
        if draw < random_words:
            return self._copying()
        draw = self._random.random()
        if draw < 0.55:
            return self._delivered()
        if draw < 0.90:
            return self._synthetic(targets=1)
        if draw < 0.98:
            return self._synthetic(targets=2)
        return Example(self._random.choice(self._pairs)["question"], NO_DOCUMENTS)

    def texts(self, many: int) -> list[str]:
        """Text to make a tokenizer from."""
        prose = [line.text for line in self._random.sample(self._all, min(many, len(self._all)))]
        squad = [row["question"] for row in self._pairs]
        squad += [line["text"] for row in self._pairs for line in row["lines"][:3]]
        return prose + squad

    def _copying(self) -> Example:
        count = self._random.randint(1, 4)
        lines = [
            Line(
                " ".join(self._random.choices(self._words, k=self._random.randint(4, 10))) + ".",
                self._random.choice(self._words),
                "",
                self._random.randint(1, 4),
            )
            for _ in range(count)
        ]
        target = self._random.choice(lines)
        words = target.text.split()
        at = self._random.randrange(len(words) - 2)
        question = " ".join(words[at : at + self._random.randint(2, 3)])
        return self._composed(question, lines, [target], most=self._random.randint(1, count))

    def _delivered(self) -> Example:
        row = self._random.choice(self._pairs)
        if self._random.random() < 0.06:
            other = self._random.choice(self._pairs)
            return Example(ask_of(self._fenced(_lines_of(row)), other["question"]), CANNOT_FIND)
        lines = _lines_of(row)
        right = [i for i, line in enumerate(lines) if any(a in line.text for a in row["answers"])]
        if not right:  # the retriever missed it, and nothing in the lines tells
            return self._delivered()
        most = FACT_LINES if row["fact"] else EXPLANATION_LINES
        return self._composed(row["question"], lines, [lines[right[0]]], most)

    def _synthetic(self, targets: int) -> Example:
        lines = self._random.choice(self._files)
        if len(lines) < 4:
            return self._synthetic(targets)
        wanted = self._random.sample(lines, targets)
        questions = [self._question(line) for line in wanted]
        question = " and ".join([questions[0], *[q[0].lower() + q[1:] for q in questions[1:]]])
        away = self._random.sample(self._all, 6)
        near = self._random.sample(lines, min(60, len(lines)))
        ranked = self._ranked(question, [*near, *away])
        if self._random.random() < 0.06:
            ranked = [line for line in self._random.sample(self._all, MOST_LINES)]
            return Example(ask_of(self._fenced(ranked), question), CANNOT_FIND)
        count = self._random.randint(3, MOST_LINES)
        found = [line for line in ranked if line not in wanted][: count - targets]
        found = [line for line in ranked if line in wanted or line in found]
        found += [line for line in wanted if line not in found]
        most = targets if targets > 1 else _most(question)
        return self._composed(question, found, wanted, most)

    def _ranked(self, question: str, lines: Sequence[Line]) -> list[Line]:
        """Best first by the rarity of shared words, about as reliable as the retriever."""
        asked = set(_content(question))

        def score(line: Line) -> float:
            shared = asked & set(_content(line.text))
            return sum(self._weight(word) for word in shared) + self._random.gauss(0, 3)

        return sorted(dict.fromkeys(lines), key=score, reverse=True)

    def _weight(self, word: str) -> float:
        return math.log(len(self._all) / (1 + self._frequency[word]))

    def _question(self, line: Line) -> str:
        subject = _SUBJECT.match(line.text)
        if subject and self._random.random() < 0.5:
            name = subject[1][0].lower() + subject[1][1:] if " " in subject[1] else subject[1]
            return f"What {subject[2]} {name}?"
        words = _WORD.findall(line.text)
        rare = sorted(set(words), key=lambda w: -self._weight(w.lower()) - self._random.random())
        a, b = (rare[:6] * 2)[:2] if len(rare) < 2 else self._random.sample(rare[:6], 2)
        around = re.search(r"(?:[\w'-]+ ){0,2}" + re.escape(a) + r"(?: [\w'-]+){0,2}", line.text)
        if around and self._random.random() < 0.5:
            a = around[0]
        return self._random.choice(TEMPLATES).format(a=a, b=b)

    def _composed(
        self, question: str, lines: Sequence[Line], wanted: Sequence[Line], most: int
    ) -> Example:
        """`lines` are best first; the answer has the wanted ones, then the best others."""
        others = [line for line in lines if line not in wanted]
        said = [*wanted, *others][: max(most, len(wanted))]
        numbers = _numbers(lines)
        answer = " ".join(cited(numbers[line.place], line.text) for line in said)
        return Example(ask_of(self._fenced(lines), question), answer)

    def _fenced(self, lines: Sequence[Line]) -> list[str]:
        """The lines in their order; neighbours of one passage stand in one fence."""
        numbers = _numbers(lines)
        with_pages = self._random.random() < 0.6
        pages = {place: self._random.randint(1, 60) if with_pages else None for place in numbers}
        groups = [list(group) for _, group in groupby(lines, key=lambda line: line.place)]
        return [
            fence(
                numbers[group[0].place],
                group[0].document,
                pages[group[0].place],
                group[0].heading,
                text="\n".join(line.text for line in group),
            )
            for group in groups
        ]


def read_prose(path: Path) -> list[list[Line]]:
    """The sentences of every file, with the heading and number of their paragraph."""
    files: Mapping[tuple[str, str], list[Line]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for place, raw in enumerate(rows):
            row: dict[str, Any] = json.loads(raw)
            title = Path(row["path"]).stem.replace("-", " ").replace("_", " ")
            files[row["source"], row["path"]] += [
                Line(text, title, row["heading"] or "", place)
                for text in sentences(" ".join(row["text"].split()))
                if SHORT <= len(text) <= LONG
            ]
    return [lines for lines in files.values() if lines]


def _lines_of(row: dict[str, Any]) -> list[Line]:
    return [
        Line(line["text"], line["document"], line["heading"], line["number"])
        for line in row["lines"]
    ]


def _numbers(lines: Sequence[Line]) -> dict[int, int]:
    """The number of every passage: 1 for that of the best line, as retrieval numbers them."""
    places = list(dict.fromkeys(line.place for line in lines))
    return {place: number for number, place in enumerate(places, start=1)}


def _most(question: str) -> int:
    return FACT_LINES if asks_for_fact(question) else EXPLANATION_LINES


def _content(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
