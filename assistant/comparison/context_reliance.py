"""Whether a model follows the passages it is given or its own memory.

The same question is asked with passages that hold the true answer, with the same passages holding
a false one instead, and without any. A model that reads says what stands in the passages, true or
not; one that remembers says the true answer either way.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.comparison.comparer import Comparer
from assistant.errors import ModelUnavailable
from assistant.sentences import words
from store.answer_records import MessageState
from store.comparison_records import Contestant
from store.comparisons import Comparisons


@dataclass(frozen=True)
class Item:
    """A question with passages of the true answer and the same ones with a false answer. Answers
    are given in every form that counts."""

    question: str
    true: tuple[str, ...]
    false: tuple[str, ...]
    passages: tuple[str, ...]
    swapped: tuple[str, ...]


class Said(StrEnum):
    """What an answer holds."""

    TRUE = "true"
    FALSE = "false"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True)
class Reliance:
    """How often, out of `items`, a model said what: with true passages, with swapped ones, and
    without any."""

    model: str
    items: int
    with_true: Counter[Said]
    with_false: Counter[Said]
    without: Counter[Said]

    @property
    def follows(self) -> float:
        """Share of swapped passages whose false answer it repeats, and nothing else."""
        return self.with_false[Said.FALSE] / self.items

    @property
    def remembers(self) -> float:
        """Share of swapped passages against which it says the true answer, and nothing else."""
        return self.with_false[Said.TRUE] / self.items


def said(text: str, item: Item) -> Said:
    """Which of the two answers a text holds, word for word."""
    true, false = _holds(text, item.true), _holds(text, item.false)
    if true and false:
        return Said.BOTH
    return Said.TRUE if true else Said.FALSE if false else Said.NEITHER


def measure(
    comparer: Comparer, comparisons: Comparisons, items: Sequence[Item], model: str
) -> Reliance:
    """Ask a model every question three ways; the answers are not kept. Raises ModelUnavailable."""
    with_true, with_false, without = Counter[Said](), Counter[Said](), Counter[Said]()
    for item in items:
        true, alone = _ask(comparer, comparisons, item.question, item.passages, model)
        false, _ = _ask(comparer, comparisons, item.question, item.swapped, model)
        with_true[said(true, item)] += 1
        with_false[said(false, item)] += 1
        without[said(alone, item)] += 1
    return Reliance(model, len(items), with_true, with_false, without)


def _ask(
    comparer: Comparer,
    comparisons: Comparisons,
    question: str,
    passages: Sequence[str],
    model: str,
) -> tuple[str, str]:
    """What the model says with these passages, and without any."""
    contestants = (Contestant(model, True), Contestant(model, False))
    running = comparer.compare(question, contestants, kb="", passages=passages)
    with_passages, without = (answer.wait() for answer in running.answers)
    comparisons.remove(running.id)
    for message in (with_passages, without):
        if message.state is MessageState.FAILED:
            raise ModelUnavailable(message.error)
    return with_passages.text, without.text


def _holds(text: str, answers: Sequence[str]) -> bool:
    spoken = f" {' '.join(words(text))} "
    return any(f" {' '.join(words(answer))} " in spoken for answer in answers)
