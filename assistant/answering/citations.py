"""Turns the markers in a model's text into citations, against the passages it was really given.

Invented markers are removed and counted. A citation's quote is the run of the passage that the
sentence rests on, so it stands verbatim in the document.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.retrieval.selection import Passage
from assistant.sentences import sentence_spans, words

Quote = tuple[int, int, int]  # marker of the passage, start and end in its text

_ONE_MARKER = re.compile(r"\[\d{1,4}\]")
_MARKER = re.compile(r"[ \t]?\[(\d{1,4}(?:\s*[,;]\s*\d{1,4})*)\]")
_HALF_MARKER = re.compile(r"\s?\[[\d,; ]*$")


@dataclass(frozen=True)
class Cited:
    """A sentence as the model wrote it, without markers, and the passages it named."""

    text: str
    markers: tuple[int, ...]


@dataclass(frozen=True)
class Resolved:
    """A model's text with only markers that exist, its sentences, and how many were invented.

    `places` are the markers in the order of the text, each with the index of its sentence.
    `unfinished` tells that the last sentence was cut off before its end or its marker.
    """

    text: str
    sentences: tuple[Cited, ...]
    places: tuple[tuple[int, int], ...]
    invented: int
    unfinished: bool = False


def resolve_markers(text: str, known: Sequence[int], *, cut: bool = False) -> Resolved:
    """Check every [n] of the text against the `known` markers; `cut` means its end is missing."""
    text = _HALF_MARKER.sub("", text) if cut else text
    allowed, invented = set(known), 0
    clean, positions = "", list[tuple[int, int]]()
    shown, last = "", 0
    for match in _MARKER.finditer(text):
        numbers = [int(n) for n in re.findall(r"\d+", match[1])]
        valid = [n for n in numbers if n in allowed]
        invented += len(numbers) - len(valid)
        clean += text[last : match.start()]
        shown += text[last : match.start()]
        if valid:
            shown += "" if shown.endswith("]") else " "
            shown += "".join(f"[{n}]" for n in valid)
        positions += [(len(clean), n) for n in valid]
        last = match.end()
    clean, shown = clean + text[last:], shown + text[last:]
    spans = [s for s in sentence_spans(clean) if re.search(r"\w", clean[s[0] : s[1]])]
    if not spans:
        return Resolved("", (), (), invented)
    # a marker belongs to the sentence it stands in or follows
    places = tuple(
        (max((i for i, (start, _) in enumerate(spans) if start < position), default=0), number)
        for position, number in positions
    )
    sentences = tuple(
        Cited(
            re.sub(r"\s+", " ", clean[a:b]),
            tuple(dict.fromkeys(number for place, number in places if place == index)),
        )
        for index, (a, b) in enumerate(spans)
    )
    unfinished = cut and not (sentences[-1].markers and _ended(clean))
    return Resolved(shown.strip(), sentences, places, invented, unfinished)


def _ended(text: str) -> bool:
    """Whether what would follow the text begins a new sentence."""
    *_, (start, _end) = sentence_spans(f"{text} Next")
    return start > len(text)


def renumber(resolved: Resolved, numbers: Mapping[tuple[int, int], int]) -> str:
    """The text with the marker at every place exchanged for the number given for that place."""
    new = iter([numbers[place] for place in resolved.places])
    return _ONE_MARKER.sub(lambda match: f"[{next(new)}]", resolved.text)


def find_quote(sentence: str, passage: Passage) -> tuple[int, int]:
    """The span of the passage's text that the sentence rests on: the words it repeats, or else
    the passage's sentence most like it."""
    text = passage.hit.chunk.text
    if found := _verbatim(sentence, text):
        return found
    units = [(e.start, e.end) for e in passage.evidence] or [(0, len(text))]
    return max(units, key=lambda span: _likeness(sentence, text[span[0] : span[1]]))


def _verbatim(sentence: str, text: str) -> tuple[int, int] | None:
    pattern = r"\s+".join(re.escape(part) for part in sentence.strip(" \"“”'.").split())
    match = re.search(pattern, text, re.I) if pattern else None
    if not match:
        return None
    end = match.end()
    return match.start(), end + 1 if text[end : end + 1] in tuple(".!?") else end


def _likeness(a: str, b: str) -> float:
    left, right = words(a), words(b)
    shared = len(set(left) & set(right)) / max(1, len(set(left)))
    return shared + 0.1 * SequenceMatcher(None, left, right).ratio()
