"""Examples as the token ids a model learns from, and their split into what it may see and what not.

The prompt is written by the very function that answering uses.
"""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import BadInput
from assistant.models.generation import prompt_ids
from assistant.models.mini import writes_quotes
from assistant.models.mini_format import with_quotes
from assistant.near_duplicates import groups
from assistant.training.recipe import Recipe
from store.training_records import Example, Turn

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_CITE = re.compile(r"(<cite:\d>|</cite>)")
_ANSWER = "answer"  # stands in for an answer when a template is asked what follows one


class TooLong(BadInput):
    "An example with more tokens than the recipe has room for."


@dataclass(frozen=True)
class Row:
    """Token ids of one example; what is learned begins at `answer_start`."""

    ids: list[int]
    answer_start: int


@dataclass(frozen=True)
class Split:
    """Examples to learn from, to see when to stop, and to report on, which nothing else may see.

    `general` are those of `train` that were mixed in.
    """

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    test: tuple[Example, ...]
    general: tuple[Example, ...] = ()


def split(examples: Sequence[Example], recipe: Recipe, general: Sequence[Example] = ()) -> Split:
    """Divide examples by the recipe's shares and seed; near-duplicates stay on one side.

    Of `general`, as many are mixed into what is learned from as the recipe's share asks for. The
    same examples give the same split in any order and any home. Raises BadInput when there are too
    few.
    """
    examples = sorted(examples, key=lambda one: [(turn.role, turn.content) for turn in one.turns])
    together = groups([text_of(example.turns) for example in examples])
    if len(together) < 3:
        raise BadInput(
            f"There are {len(together)} different examples; at least 3 are needed to learn from "
            "some and check with others."
        )
    draw = random.Random(recipe.seed)
    draw.shuffle(together)
    wanted = [max(1, round(len(examples) * share)) for share in (recipe.test, recipe.validation)]
    parts: list[list[int]] = [[], []]
    for part, many in zip(parts, wanted, strict=True):
        fitting = [group for group in together if len(group) <= many] or [min(together, key=len)]
        for group in fitting:
            if not part or len(part) + len(group) <= many:
                part += group
                together.remove(group)
    test, validation = (tuple(examples[n] for n in sorted(part)) for part in parts)
    train = tuple(examples[n] for group in together for n in group)
    many = round(len(train) * recipe.general / (1 - recipe.general))
    mixed = tuple(draw.sample(list(general), min(many, len(general))))
    return Split(train + mixed, validation, test, mixed)


def text_of(turns: Sequence[Turn]) -> str:
    """What makes an example what it is: all it says but its instructions."""
    return "\n".join(turn.content for turn in turns if turn.role != "system")


def tokenize(tokenizer: "PreTrainedTokenizerBase", turns: Sequence[Turn], longest: int) -> Row:
    """An example as a row: the last turn is learned, those before are its prompt.

    Raises TooLong, BadInput when the last turn is not the assistant's, or ModelUnavailable when the
    model's template cannot write the conversation.
    """
    *before, said = turns
    if not before or said.role != "assistant":
        raise BadInput("An example ends with what the assistant should say to a question before.")
    prompt = prompt_ids(tokenizer, [{"role": t.role, "content": t.content} for t in before])
    answer = answer_ids(tokenizer, before[-1].content, said.content)
    if len(prompt) + len(answer) > longest:
        raise TooLong(
            f"The example has {len(prompt) + len(answer):,} tokens, and the recipe has room for "
            f"{longest:,}."
        )
    return Row(prompt + answer, len(prompt))


def rows_of(
    tokenizer: "PreTrainedTokenizerBase", examples: Iterable[Example], longest: int
) -> tuple[list[Row], int]:
    """Examples as rows, and how many were too long. Raises as `tokenize` does otherwise."""
    rows, left_out = [], 0
    for example in examples:
        try:
            rows.append(tokenize(tokenizer, example.turns, longest))
        except TooLong:
            left_out += 1
    return rows, left_out


def packed(
    tokenizer: "PreTrainedTokenizerBase", examples: Iterable[Example], longest: int
) -> list[Row]:
    """The last turn of each example as plain text, one after the other with the end token between,
    cut into rows of `longest` tokens in which everything is learned."""
    ids: list[int] = []
    for example in examples:
        ids += plain_ids(tokenizer, example.turns[-1].content)
        if tokenizer.eos_token_id is not None:
            ids.append(int(tokenizer.eos_token_id))
    return [Row(ids[at : at + longest], 0) for at in range(0, len(ids), longest)]


def answer_ids(tokenizer: "PreTrainedTokenizerBase", question: str, answer: str) -> list[int]:
    """An answer as the model would write it, up to the token that ends it.

    `question` is the last turn before; for models that quote between tokens of their own, lines of
    its passages stand in the answer so.
    """
    if not writes_quotes(tokenizer):
        return plain_ids(tokenizer, answer) + ending(tokenizer)
    ids: list[int] = []
    for piece in _CITE.split(with_quotes(question, answer)):
        is_cite = _CITE.fullmatch(piece)
        ids += (
            tokenizer.encode(piece, add_special_tokens=False)
            if is_cite
            else plain_ids(tokenizer, piece)
        )
    return ids + ending(tokenizer)


def plain_ids(tokenizer: "PreTrainedTokenizerBase", text: str) -> list[int]:
    """Text as tokens; what looks like a control token is text."""
    return list(tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True))


def ending(tokenizer: "PreTrainedTokenizerBase") -> list[int]:
    """What the chat template writes after an answer, up to the first control token.

    This is the end of a turn, which for many models is not the tokenizer's end token.
    """
    turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": _ANSWER}]
    text = str(tokenizer.apply_chat_template(turns, tokenize=False))
    after = tokenizer.encode(text.rpartition(_ANSWER)[2], add_special_tokens=False)
    special = set(tokenizer.all_special_ids) | {
        number for number, token in tokenizer.added_tokens_decoder.items() if token.special
    }
    first = next((at for at, token in enumerate(after) if token in special), None)
    if first is not None:
        return list(after[: first + 1])
    end: Any = tokenizer.eos_token_id
    return [] if end is None else [int(end)]
