"""What a model says while it is trained: sample answers, and answers it knows by heart."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelUnavailable
from assistant.models.generation import Request, generate
from assistant.models.weights import Weights
from assistant.training.general import evenly
from assistant.training.rows import Row
from assistant.training.trainer import IGNORED, answers_only, batch_of
from store.training_records import Example

if TYPE_CHECKING:
    from trl.trainer.sft_trainer import SFTTrainer

QUESTIONS = 3
MOST_TOKENS = 64
KNOWN_ROWS = 8  # looked at on each side
SHORTEST = 8  # tokens of an answer: a shorter one is foretold by chance
_QUESTION = "\n\nQuestion: "  # what a grounded prompt has between passages and question


def sample_answers(weights: Weights, examples: Sequence[Example]) -> tuple[tuple[str, str], ...]:
    """(question, answer) by the model as it is now, short, always of the likeliest tokens.

    Adapters that are being trained are in the weights' base and count.
    """
    training = weights.base.training
    weights.base.eval()
    try:
        return tuple((_question(one), _answer(weights, one)) for one in examples)
    finally:
        weights.base.train(training)


def foretold(trainer: "SFTTrainer", rows: Sequence[Row]) -> float:
    """Share of rows whose whole answer the model would write by itself, word for word: at each of
    its tokens that token is the likeliest."""
    import torch

    model: Any = trainer.model
    batch = batch_of(trainer, rows)
    training = model.training
    model.eval()
    with torch.no_grad(), trainer.accelerator.autocast(), answers_only(model, batch) as inputs:
        right = model(**inputs, use_cache=False, fused_lm_head=True).is_top1.flatten().bool()
    model.train(training)
    sizes = (batch["labels"][:, 1:] != IGNORED).sum(dim=1).cumsum(dim=0).tolist()
    return sum(bool(right[a:b].all()) for a, b in pairwise([0, *sizes])) / len(rows)


def comparable(learned: Sequence[Row], other: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """A few rows of either side, of like length: with answers that are no matter of chance, and
    that no two rows have, as refusals are."""
    counts = Counter(_said(row) for row in (*learned, *other))
    left = [row for row in learned if _tells(row, counts)]
    chosen = sorted((row for row in other if _tells(row, counts)), key=lambda row: len(row.ids))
    chosen = evenly(chosen, min(KNOWN_ROWS, len(left)))
    alike = []
    for row in chosen:
        alike.append(min(left, key=lambda one: abs(len(one.ids) - len(row.ids))))
        left.remove(alike[-1])
    return alike, chosen


def _tells(row: Row, counts: Mapping[tuple[int, ...], int]) -> bool:
    said = _said(row)
    return len(said) >= SHORTEST and counts[said] == 1


def _said(row: Row) -> tuple[int, ...]:
    return tuple(row.ids[row.answer_start :])


def _question(example: Example) -> str:
    return example.turns[-2].content.rpartition(_QUESTION)[2]


def _answer(weights: Weights, example: Example) -> str:
    said: list[str] = []
    messages = [{"role": turn.role, "content": turn.content} for turn in example.turns[:-1]]
    try:
        generate(weights, Request(messages, most_tokens=MOST_TOKENS), said.append, lambda: False)
    except ModelUnavailable:
        return ""  # its prompt leaves no room to answer in
    return "".join(said).strip()
