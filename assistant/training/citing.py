"""Markers of an answer as its prompt numbers the passages, and markers for answers that have none.

An answer as it is shown numbers its quotes; a model must learn the numbers of its passages.
"""

import re
from collections.abc import Mapping, Sequence

from assistant.answering.citations import resolve_markers
from assistant.answering.claims import claims
from assistant.sentences import sentence_spans
from store.answer_records import Citation
from store.keywords import stems

BORNE_OUT = 0.7  # share of a sentence's words that a passage must have to be its source
_MARKER = re.compile(r"[ \t]?\[(\d{1,4})\]")
_TWICE = re.compile(r"(\[\d+\])(?: ?\1)+")


def as_in_prompt(
    text: str, citations: Sequence[Citation], numbers: Mapping[str, int]
) -> str | None:
    """A shown answer with the numbers of its passages, which `numbers` gives by chunk; None if it
    cites one that is not among them."""
    by_marker = {citation.marker: citation.chunk_id for citation in citations}
    if any(chunk_id not in numbers for chunk_id in by_marker.values()):
        return None

    def renumbered(match: re.Match[str]) -> str:
        chunk_id = by_marker.get(int(match[1]))
        return f" [{numbers[chunk_id]}]" if chunk_id else match[0]

    return _TWICE.sub(r"\1", _MARKER.sub(renumbered, text)).strip()


def with_markers(
    text: str, passages: Mapping[int, str], shown: Mapping[int, int] | None = None
) -> str:
    """What a person wrote, its claims with the numbers of the passages they rest on.

    Numbers that they wrote may be those of `passages` or those of a shown answer, which `shown`
    maps to passages: the passage that says it counts. A claim without a number gets that of the
    passage that bears it out, if one does.
    """
    if _MARKER.search(text):
        return _TWICE.sub(r"\1", _renumbered(text, passages, shown or {})).strip()
    for start, end in reversed(list(sentence_spans(text))):
        sentence = text[start:end]
        if not claims(sentence) or not passages:
            continue
        best = max(passages, key=lambda number: _share(sentence, passages[number]))
        if _share(sentence, passages[best]) >= BORNE_OUT:
            text = f"{text[:end]} [{best}]{text[end:]}"
    return text


def uncited(text: str) -> int:
    """How many sentences of a text claim something and have no marker."""
    known = [int(number) for number in _MARKER.findall(text)]
    return sum(
        not sentence.markers and claims(sentence.text)
        for sentence in resolve_markers(text, known).sentences
    )


def _renumbered(text: str, passages: Mapping[int, str], shown: Mapping[int, int]) -> str:
    def renumbered(match: re.Match[str]) -> str:
        number = int(match[1])
        before = text[: match.start()]
        spans = list(sentence_spans(before))
        sentence = before[spans[-1][0] :] if spans else before
        meant = {number, shown.get(number, number)} & set(passages)
        if not meant:
            return ""
        return f" [{max(meant, key=lambda one: _share(sentence, passages[one]))}]"

    return _MARKER.sub(renumbered, text)


def _share(sentence: str, passage: str) -> float:
    mine, there = stems(sentence), set(stems(passage))
    return sum(stem in there for stem in mine) / len(mine) if mine else 0.0
