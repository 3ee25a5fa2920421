"""What the reranker learns from in a step: questions with passages, made differently every time."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Encoding, Tokenizer

from assistant.sentences import sentences
from pretraining.altered_questions import altered

LONGEST = 288  # tokens of a pair
NEGATIVES = 3  # other passages a question
CROPPED, WINDOW, TITLED = 0.85, (40, 110), 0.7  # share of passages cut, to words; with title
ALTERED = 0.5  # share of questions that are asked changed, too
WITHOUT = 0.3  # share of those whose passage is read without the sentence that answers, too

Group = dict[str, Any]
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Pair:
    """A question with a passage; `answers` is None where nothing was asked; `span` are the tokens
    of the answer, (0, 0) if it has none, None if it is not known where. `group` is None for pairs
    that are not compared with others."""

    encoded: Encoding
    answers: bool | None
    span: tuple[int, int] | None
    group: int | None


class Pairs:
    """Makes pairs of groups, differently every time."""

    def __init__(self, tokenizer: Tokenizer, seed: int) -> None:
        self._tokenizer = tokenizer
        self._random = random.Random(seed)

    def of(self, groups: Sequence[Group]) -> list[Pair]:
        """Pairs of a step, in the order of their groups: the passage that answers comes first."""
        pairs: list[Pair] = []
        for number, group in enumerate(groups):
            question, passage = group["question"], group["passage"]
            others = self._chosen(group["others"])
            if passage is None:
                pairs += [self._pair(question, other, None) for other in others[:1]]
                continue
            if group.get("whole"):  # tables, which make no sense in parts or with another number
                pairs.append(self._pair(question, passage, number, True, group["answer"]))
                pairs += [self._pair(question, other, number) for other in others]
                continue
            text, span = self._cropped(passage, group["answer"])
            if not group.get("asks", True):
                pairs += [self._pair(question, one, number, None) for one in (text, *others)]
                continue
            pairs.append(self._pair(question, text, number, answers=True, span=span))
            unanswered = self._unanswered(question, text, span) if span else []
            pairs += unanswered
            for other in others[: NEGATIVES - len(unanswered)]:
                pairs.append(self._pair(question, self._cropped(other, None)[0], number))
        return pairs

    def _unanswered(self, question: str, text: str, span: Sequence[int]) -> list[Pair]:
        """Pairs that look much like one that answers: the question changed, or the passage
        without the sentence that answers it."""
        pairs = []
        if self._random.random() < ALTERED:
            changed = altered(question, text, self._random)
            pairs += [self._pair(changed, text, None)] if changed else []
        if self._random.random() < WITHOUT:
            rest = without_answer(text, span)
            pairs += [self._pair(question, rest, None)] if rest else []
        return pairs

    def _chosen(self, others: Sequence[str]) -> list[str]:
        """The nearest one first, then any."""
        rest = self._random.sample(others[1:], len(others[1:]))
        return [*others[:1], *rest][:NEGATIVES]

    def _pair(
        self,
        question: str,
        passage: str,
        group: int | None,
        answers: bool | None = False,
        span: Sequence[int] | None = None,
    ) -> Pair:
        encoded = self._tokenizer.encode(question, passage)
        if not answers:
            return Pair(encoded, answers, None if answers is None else (0, 0), group)
        tokens = None
        if span:
            first = encoded.char_to_token(span[0], 1)
            last = encoded.char_to_token(span[1] - 1, 1)
            tokens = (first, last) if first is not None and last is not None else None
        return Pair(encoded, True, tokens, group)

    def _cropped(self, passage: str, span: list[int] | None) -> tuple[str, list[int] | None]:
        """Mostly a part, which holds the answer and often the title: passages are of any length,
        and short ones cost less."""
        title, _, text = passage.rpartition("\n") if passage.count("\n") == 1 else ("", "", passage)
        words = [match.span() for match in _WORD.finditer(text)]
        wanted = self._random.randint(*WINDOW)
        if self._random.random() > CROPPED or len(words) <= wanted:
            return passage, span
        offset = len(passage) - len(text)
        at = [i for i, (first, _) in enumerate(words) if span and first < span[1] - offset]
        last = at[-1] if at else self._random.randrange(len(words))
        latest = min(last, len(words) - wanted)
        first = self._random.randint(max(0, min(latest, last - wanted + 1)), max(0, latest))
        start, end = words[first][0], words[min(first + wanted, len(words)) - 1][1]
        head = f"{title}\n" if title and self._random.random() < TITLED else ""
        if not span:
            return head + text[start:end], None
        moved = [place - offset - start + len(head) for place in span]
        return (head + text[start:end], moved) if moved[0] >= len(head) else (passage, span)


def without_answer(text: str, span: Sequence[int]) -> str | None:
    """The text without its sentences in which the answer begins or ends; None when too little is
    left or that says the answer as well."""
    answer = text[slice(*span)]
    rest, at = [], 0
    for sentence in sentences(text):
        start = text.index(sentence, at)
        at = start + len(sentence)
        if at <= span[0] or start >= span[1]:
            rest.append(sentence)
    left = " ".join(rest)
    return left if len(rest) > 1 and answer.lower() not in left.lower() else None


def encoded_batch(pairs: Sequence[Pair]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids, mask and kinds (0 question, 1 passage) of pairs, each (pairs, width)."""
    width = max(len(pair.encoded.ids) for pair in pairs)
    width += -width % 16  # few different shapes: oneDNN keeps code for each
    tensors = torch.zeros((3, len(pairs), width), dtype=torch.long)
    for n, pair in enumerate(pairs):
        rows = (pair.encoded.ids, pair.encoded.attention_mask, pair.encoded.type_ids)
        for tensor, row in zip(tensors, rows, strict=True):
            tensor[n, : len(row)] = torch.tensor(row)
    return tensors[0], tensors[1], tensors[2]


def pair_tokenizer(source: Path) -> Tokenizer:
    """The tokenizer of MiniLM for pairs, of which the passage is cut when both are too long."""
    tokenizer: Tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST, strategy="only_second")
    return tokenizer
