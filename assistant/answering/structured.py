"""Checks an answer in JSON value by value, against the passages that its objects name.

Texts and numbers get a verdict as sentences do. What the schema lists, true and false are choices
of the model that no words can bear out; they get none.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.answering.citations import Cited, Quote, find_quote, resolve_markers
from assistant.answering.claims import claims, declines
from assistant.answering.verification import numbers_in, verify
from assistant.models.json_schema import (
    PASSAGE_NUMBER,
    PASSAGE_NUMBERS,
    Schema,
    choices,
    misfit,
    pointed,
    read_json,
)
from assistant.retrieval.selection import Passage
from store.answer_records import AnswerSentence, SchemaFit

Place = tuple[str, int]  # path of what cites, number of the passage


@dataclass(frozen=True)
class Checked:
    """An answer in JSON with only passages that exist, each by the number of its citation.

    `quotes` are in the order of these numbers, from 1; `invented` counts what was removed.
    """

    text: str
    sentences: tuple[AnswerSentence, ...]
    quotes: tuple[Quote, ...]
    fit: SchemaFit
    refused: bool
    invented: int


@dataclass
class _Value:
    """A value in the object or list that holds it; `citing` is the path of what cites for it."""

    holder: Any
    key: str | int
    path: str
    citing: str
    markers: tuple[int, ...]

    @property
    def content(self) -> Any:
        return self.holder[self.key]

    @property
    def text(self) -> str:
        """What it says; "" for null, true and false, which say nothing."""
        if isinstance(self.content, str):
            return " ".join(self.content.split())
        number = isinstance(self.content, int | float) and not isinstance(self.content, bool)
        return json.dumps(self.content) if number else ""


@dataclass
class _Reading:
    """What stands in an answer: its values, an empty list among them, and by what it cites."""

    values: list[_Value] = field(default_factory=list)
    citing: list[_Value] = field(default_factory=list)

    def read(self, holder: Any, path: str, citing: str, markers: tuple[int, ...]) -> None:
        """Go through an object or a list; `markers` are the passages that hold for all of it."""
        names = holder.items() if isinstance(holder, dict) else enumerate(holder)
        own = _cited_by(holder)
        if own:
            citing, markers = path, _numbers(holder[own])
            self.citing.append(_Value(holder, own, f"{path}/{own}", path, markers))
        for key, content in names:
            inner = f"{path}/{pointed(key)}"
            if isinstance(content, dict | list) and content and key != own:
                self.read(content, inner, citing, markers)
            elif key != own:
                self.values.append(_Value(holder, key, inner, citing, markers))


def check_values(text: str, schema: Schema, passages: Sequence[Passage]) -> Checked | None:
    """The checked answer; None when the text is no JSON object, and can be checked as text only."""
    try:
        answer = read_json(text)
    except ValueError:
        return None
    if not isinstance(answer, dict):
        return None
    reading = _Reading()
    reading.read(answer, "", "", ())
    known = [passage.marker for passage in passages]
    invented = sum(_take_markers(value, known) for value in reading.values)
    listed = list(choices(schema))
    chosen = [value.text and value.content in listed for value in reading.values]
    said = [v for v, c in zip(reading.values, chosen, strict=True) if not c and _claims(v)]
    quotes = _quotes(said, reading.citing, passages)
    order = list(dict.fromkeys(quotes.values()))
    numbers = {place: order.index(quote) + 1 for place, quote in quotes.items()}
    invented += sum(_renumber(value, numbers) for value in reading.citing)
    final = json.dumps(answer, ensure_ascii=False, indent=2)
    reason = misfit(final, schema)
    return Checked(
        text=final,
        sentences=tuple(_sentence(value, passages, numbers) for value in said),
        quotes=tuple(order),
        fit=SchemaFit(not reason, reason),
        refused=not said and not any(chosen) and any(map(_says_nothing, reading.values)),
        invented=invented,
    )


def _claims(value: _Value) -> bool:
    """Whether it says something that a document could bear out or not."""
    return (
        bool(value.text) and not declines(value.text) and bool(value.markers or claims(value.text))
    )


def _says_nothing(value: _Value) -> bool:
    return value.content in ("", None, [], {}) or declines(value.text)


def _cited_by(holder: Any) -> str:
    """The property by which an object cites, "" when it does not."""
    if not isinstance(holder, dict):
        return ""
    one, many = holder.get(PASSAGE_NUMBER, ""), holder.get(PASSAGE_NUMBERS)
    if one is None or _is_number(one):
        return PASSAGE_NUMBER
    return PASSAGE_NUMBERS if isinstance(many, list) and all(map(_is_number, many)) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _numbers(content: Any) -> tuple[int, ...]:
    """The passages named; 0 names none."""
    named = content if isinstance(content, list) else [content]
    return tuple(dict.fromkeys(number for number in named if number))


def _take_markers(value: _Value, known: Sequence[int]) -> int:
    """Take markers like [1] out of a text; they tell where it stands better than its object does.
    Gives how many were invented."""
    if not isinstance(value.content, str):
        return 0
    resolved = resolve_markers(value.content, known)
    if resolved.places or resolved.invented:
        value.holder[value.key] = " ".join(sentence.text for sentence in resolved.sentences)
        value.markers = tuple(dict.fromkeys(number for _, number in resolved.places))
        value.citing = value.path
    return resolved.invented


def _sentence(
    value: _Value, passages: Sequence[Passage], numbers: Mapping[Place, int]
) -> AnswerSentence:
    text = _written(value, passages) or value.text
    places = [(value.citing, marker) for marker in value.markers]
    return replace(
        verify(Cited(text, value.markers), passages),
        text=value.text,
        path=value.path,
        citations=tuple(numbers[place] for place in places if place in numbers),
    )


def _written(value: _Value, passages: Sequence[Passage]) -> str:
    """A value as its passages write it, a number 1200 as 1,200; "" for a number they lack."""
    if isinstance(value.content, str):
        return value.text
    there = (number for p in passages if p.marker in value.markers for number in numbers_in(p))
    return next((number for number in there if _worth(number) == value.content), "")


def _worth(number: str) -> float | None:
    try:
        return float(number.replace(",", ""))
    except ValueError:  # a date, a time, a range
        return None


def _quotes(
    said: Sequence[_Value], citing: Sequence[_Value], passages: Sequence[Passage]
) -> dict[Place, Quote]:
    """What each place quotes: the words that the longest text there rests on."""
    longest, known = dict[Place, str](), {passage.marker: passage for passage in passages}
    for value, text in [
        *((value, _written(value, passages)) for value in said),
        *((value, "") for value in citing),
    ]:
        for marker in value.markers:
            place = (value.citing, marker)
            if marker in known:
                longest[place] = max(longest.get(place, ""), text, key=len)
    return {
        (path, marker): (marker, *find_quote(text, known[marker]))
        for (path, marker), text in longest.items()
    }


def _renumber(value: _Value, numbers: Mapping[Place, int]) -> int:
    """Put the numbers of citations where the model wrote those of passages; gives how many of these
    were invented."""
    if not value.markers:
        return 0
    found = [numbers[value.citing, m] for m in value.markers if (value.citing, m) in numbers]
    if isinstance(value.content, list):
        value.holder[value.key] = found
    else:
        value.holder[value.key] = found[0] if found else None
    return len(value.markers) - len(found)
