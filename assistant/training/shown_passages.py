"""What examples with passages consist of: how many can be answered, beside how many distractors."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.answering.claims import declines
from assistant.models.mini_format import PASSAGE
from assistant.training.examples import answer_of
from store.training_records import Example


@dataclass(frozen=True)
class Shown:
    """Of the examples that have passages, those whose answer cites one and those that decline; how
    many other passages the former have on average, and how many passages all have."""

    rows: int
    with_right: int
    without: int
    distractors: float
    passages: float


def shown(examples: Iterable[Example]) -> Shown:
    """Read from their prompts; examples without passages are left out."""
    counts: list[tuple[int, bool]] = []
    for example in examples:
        prompt = "\n\n".join(turn.content for turn in example.turns[:-1])
        if many := len({number for number, _ in PASSAGE.findall(prompt)}):
            said = answer_of(example)
            counts.append((many, declines(said) and not re.search(r"\[\d+\]", said)))
    right = [many - 1 for many, lacking in counts if not lacking]
    return Shown(
        rows=len(counts),
        with_right=len(right),
        without=len(counts) - len(right),
        distractors=sum(right) / len(right) if right else 0.0,
        passages=sum(many for many, _ in counts) / len(counts) if counts else 0.0,
    )
