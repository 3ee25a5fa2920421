"""What is measured of answers against what was wanted; nothing here knows a model.

Every figure is a share from 0 to 1, or None where there was nothing to measure it on, except for
those whose entry in FIGURES has a unit.
"""

import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answering.citations import resolve_markers
from assistant.answering.claims import claims, declines
from assistant.models.json_schema import PASSAGE_NUMBER, PASSAGE_NUMBERS, read_json
from assistant.models.mini_format import PASSAGE
from assistant.sentences import sentences, words


@dataclass(frozen=True)
class Figure:
    """What people read of a figure; `unit` is "" for a share."""

    title: str
    help: str
    unit: str = ""


FIGURES: Mapping[str, Figure] = {
    "exact_match": Figure(
        "Exact match",
        "Test answers that are the wanted one but for case, punctuation and articles (SQuAD).",
    ),
    "token_f1": Figure(
        "Token F1", "Words that test answers and wanted answers share, averaged (SQuAD)."
    ),
    "style": Figure(
        "Style",
        "Test answers with the opening and the closing that nearly all examples share, word for "
        "word.",
    ),
    "length": Figure(
        "Length", "How close test answers are to the length of the wanted ones, averaged."
    ),
    "valid_json": Figure("Valid JSON", "Test answers, held to the JSON schema, that fit it."),
    "valid_unheld": Figure(
        "Valid JSON by itself", "Test answers that fit the JSON schema without being held to it."
    ),
    "cites": Figure("Cites", "Answers that cite a passage, where the wanted one does."),
    "quotes": Figure(
        "Exact quotes", "Cited sentences that stand word for word in the passage they cite."
    ),
    "right_passage": Figure(
        "Right passage", "Answers that cite the passage which the wanted one cites first."
    ),
    "refusals": Figure("Refusals", "Answers that decline, where declining is right."),
    "needless_refusals": Figure(
        "Needless refusals", "Answers that decline, where an answer is wanted."
    ),
    "general_gold": Figure(
        "General questions", "General answers that contain what was asked for, word for word."
    ),
    "general_loss": Figure(
        "General loss",
        "Surprise at general answers, without the style that was learned.",
        "nats a token",
    ),
    "test_loss": Figure("Test loss", "Surprise at the wanted test answers.", "nats a token"),
    "follows_passages": Figure(
        "Follows passages", "Answers that repeat a figure which was changed in their passages."
    ),
    "speed": Figure("Speed", "Median over all answers.", "tokens a second"),
}
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_CITED = re.compile(r"(.*?)((?:\s?\[\d+\])+)", re.S)  # text with the markers after it
_PUNCTUATION = str.maketrans("", "", string.punctuation)
NEARLY_ALL = 0.9  # of the examples: some answer a question of another kind
SHORTEST_STYLE = 8  # characters; less than that, like “The”, is grammar
_EXAMPLES_FOR_STYLE = 5  # fewer share their beginning by accident


@dataclass(frozen=True)
class Style:
    """Words that nearly all examples begin and end with; "" where they share none."""

    opening: str = ""
    closing: str = ""

    def __bool__(self) -> bool:
        return bool(self.opening or self.closing)


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of those that are not None; None of nothing."""
    known = [float(value) for value in values if value is not None]
    return sum(known) / len(known) if known else None


def normalised(text: str) -> str:
    """As SQuAD compares answers (Rajpurkar et al. 2016, evaluate-v1.1.py): lower case, without
    punctuation, articles and surplus space."""
    plain = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", plain).split())


def exact_match(said: str, wanted: str) -> bool:
    return normalised(said) == normalised(wanted)


def token_f1(said: str, wanted: str) -> float:
    """Harmonic mean of precision and recall of words, repeated ones counted (SQuAD)."""
    mine, theirs = normalised(said).split(), normalised(wanted).split()
    if not mine or not theirs:
        return float(mine == theirs)
    shared = sum((Counter(mine) & Counter(theirs)).values())
    return 2 * shared / (len(mine) + len(theirs))


def shared_style(targets: Sequence[str]) -> Style:
    """The longest opening and closing, in whole words, that at least NEARLY_ALL targets have."""
    if len(targets) < _EXAMPLES_FOR_STYLE:
        return Style()
    forward = [target.split() for target in targets]
    opening = _shared(forward)
    closing = _shared([pieces[::-1] for pieces in forward])[::-1]
    return Style(_if_long(opening), _if_long(closing))


def has_style(said: str, style: Style) -> bool:
    """Whether an answer has the opening and the closing, whichever of them there are."""
    text = " ".join(said.split())
    return text.startswith(style.opening) and text.endswith(style.closing)


def without_style(said: str, style: Style) -> str:
    """An answer without the opening and the closing it has."""
    text = " ".join(said.split())
    return text.removeprefix(style.opening).removesuffix(style.closing).strip()


def length_closeness(said: str, wanted: str) -> float:
    """The shorter length over the longer one, in words."""
    lengths = sorted((len(words(said)), len(words(wanted))))
    return lengths[0] / lengths[1] if lengths[1] else 1.0


def contains(text: str, answers: Sequence[str]) -> bool:
    """Whether a text holds one of the answers word for word."""
    spoken = f" {' '.join(words(text))} "
    return any(f" {' '.join(words(answer))} " in spoken for answer in answers)


def passages_of(prompt: str) -> dict[int, str]:
    """The passages of a prompt as answering writes it, by their numbers."""
    found: dict[int, str] = {}
    for number, text in PASSAGE.findall(prompt):
        found[int(number)] = "\n".join(filter(None, [found.get(int(number)), text]))
    return found


def cited(said: str, passages: Mapping[int, str]) -> list[int]:
    """The numbers of existing passages that an answer cites, in its order."""
    return [number for _, number in resolve_markers(said, list(passages)).places]


def exact_quotes(said: str, passages: Mapping[int, str], style: Style) -> list[bool]:
    """Of every cited sentence, whether it stands word for word in a passage it cites; the style
    around an answer is not part of a quote, and a marker ends one."""
    resolved = resolve_markers(without_style(said, style), list(passages))
    return [
        _stands(sentences(text)[-1], map(int, re.findall(r"\d+", markers)), passages)
        for text, markers in _CITED.findall(resolved.text)
        if text.strip()
    ]


def exact_json_quotes(said: str, passages: Mapping[int, str]) -> list[bool]:
    """The same of an answer in JSON: of the texts beside a property `passage` or `passages`."""
    try:
        return list(_json_quotes(read_json(said), passages))
    except ValueError:
        return []


def refuses(said: str, passages: Mapping[int, str]) -> bool:
    """Whether an answer declines and claims nothing beside that, as answering tells it."""
    resolved = resolve_markers(said, list(passages))
    claimed = any(sentence.markers or claims(sentence.text) for sentence in resolved.sentences)
    return not claimed and any(declines(sentence.text) for sentence in resolved.sentences)


def other_figure(text: str) -> str | None:
    """The same text with every digit changed, in the same form; None without two digits."""
    if sum(character.isdigit() for character in text) < 2:
        return None
    return re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 9 + 1), text)


def _json_quotes(value: Any, passages: Mapping[int, str]) -> Iterator[bool]:
    if isinstance(value, list):
        for one in value:
            yield from _json_quotes(one, passages)
    if isinstance(value, dict):
        cited = value.get(PASSAGE_NUMBERS) or [value.get(PASSAGE_NUMBER)]
        numbers = [number for number in cited if isinstance(number, int)]
        for one in value.values():
            if isinstance(one, str) and one and numbers:
                yield _stands(one, numbers, passages)
            yield from _json_quotes(one, passages)


def _stands(text: str, numbers: Iterable[int], passages: Mapping[int, str]) -> bool:
    quoted = " ".join(text.split())
    return any(quoted in " ".join(passages.get(number, "").split()) for number in numbers)


def _shared(rows: Sequence[Sequence[str]]) -> list[str]:
    """The words that at least NEARLY_ALL of the rows begin with."""
    shared: list[str] = []
    while True:
        following = Counter(row[len(shared)] for row in rows if len(row) > len(shared))
        if not following:
            return shared
        word, many = following.most_common(1)[0]
        if many < NEARLY_ALL * len(rows):
            return shared
        shared.append(word)
        rows = [row if row[len(shared) - 1 :][:1] == [word] else [] for row in rows]


def _if_long(pieces: Sequence[str]) -> str:
    text = " ".join(pieces)
    return text if len(text) >= SHORTEST_STYLE else ""
