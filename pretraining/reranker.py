"""Trains the reranker: `python -m pretraining.reranker GROUPS OUT --steps 4500`.

A cross-encoder over the weights of all-MiniLM-L6-v2. It reads a question with a passage and gives
two scores of the pair, how well the passage fits (by softmax among passages for one question,
which orders them) and whether it answers (by logistic loss, which can refuse), and for every token
how well an answer begins and ends there, as readers of SQuAD 2.0 do (Devlin et al. 2019,
https://arxiv.org/abs/1810.04805); the spans mostly teach the other two what answering means.
Runs on CPU (bf16 autocast) or an accelerator; checkpoints every few minutes and goes on from them.
"""

import argparse
import json
import random
import re
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from tokenizers import Encoding, Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import BertModel

from assistant.models.embedding import built_in_folder
from assistant.sentences import sentences
from pretraining.altered_questions import altered

LONGEST = 288  # tokens of a pair
NEGATIVES, GROUPS, MICRO = 3, 8, 8  # other passages a question, questions a step, pairs at once
PEAK, WARM_UP = 1.2e-4, 0.06  # learning rate; share of the steps
HELD_OUT = 4  # of SQuAD's articles, to watch
CROPPED, WINDOW, TITLED = 0.85, (40, 110), 0.7  # share of passages cut, to words; with title
ALTERED = 0.5  # share of questions that are asked changed, too
WITHOUT = 0.3  # share of those whose passage is read without the sentence that answers, too
ANSWERS_WEIGHT, SPAN_WEIGHT = 1.0, 0.6
CHECKPOINT_SECONDS = 300

Group = dict[str, Any]
_WORD = re.compile(r"\S+")


class CrossEncoder(torch.nn.Module):
    """MiniLM with a head of two scores for a pair and two for every token."""

    def __init__(self, source: Path) -> None:
        super().__init__()
        # no dropout within attention: drawing it took a third of the time on a processor
        self.bert = BertModel.from_pretrained(
            source, add_pooling_layer=False, attention_probs_dropout_prob=0.0
        )
        width = self.bert.config.hidden_size
        self.mixed = torch.nn.Linear(width, width)
        self.pair = torch.nn.Linear(width, 2)
        self.token = torch.nn.Linear(width, 2)

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores of the pairs (pairs, 2): fits, answers; of the tokens (pairs, tokens, 2)."""
        states = self.bert(
            input_ids=ids, attention_mask=mask, token_type_ids=kinds
        ).last_hidden_state
        return self.pair(torch.tanh(self.mixed(states[:, 0]))), self.token(states)


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


def scores_of(
    model: CrossEncoder, pairs: Sequence[Pair], device: str
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Scores of pairs (pairs, 2), and of the tokens of each (tokens, 2)."""
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].encoded.ids))
    whole: list[Any] = [None] * len(pairs)
    tokens: list[Any] = [None] * len(pairs)
    for start in range(0, len(order), MICRO):
        places = order[start : start + MICRO]
        batch = (t.to(device) for t in encoded_batch([pairs[i] for i in places]))
        with torch.autocast(device, dtype=torch.bfloat16):
            of_pairs, of_tokens = model(*batch)
        for place, one, its in zip(places, of_pairs.float(), of_tokens.float(), strict=True):
            whole[place], tokens[place] = one, its[: len(pairs[place].encoded.ids)]
    return torch.stack(whole), tokens


def loss_of(
    pairs: Sequence[Pair], whole: torch.Tensor, tokens: Sequence[torch.Tensor]
) -> torch.Tensor:
    """How far the scores are from what is wanted."""
    asked = [place for place, pair in enumerate(pairs) if pair.answers is not None]
    wanted = torch.tensor([float(pairs[place].answers or 0) for place in asked]).to(whole.device)
    answering = binary_cross_entropy_with_logits(whole[asked, 1], wanted)
    by_group: dict[int, list[int]] = {}
    for place, pair in enumerate(pairs):
        if pair.group is not None:
            by_group.setdefault(pair.group, []).append(place)
    compared = [places for places in by_group.values() if len(places) > 1]
    target = torch.zeros(1, dtype=torch.long, device=whole.device)
    fitting = [cross_entropy(whole[places, 0][None], target) for places in compared]
    spans = [
        (cross_entropy(its[:, 0][None], target + pair.span[0])
         + cross_entropy(its[:, 1][None], target + pair.span[1])) / 2
        for pair, its in zip(pairs, tokens, strict=True)
        if pair.span
    ]  # fmt: skip
    loss = ANSWERS_WEIGHT * answering + SPAN_WEIGHT * torch.stack(spans).mean()
    return loss + torch.stack(fitting).mean() if fitting else loss


@dataclass
class Training:
    """A model in training, and how long it has been."""

    model: CrossEncoder
    optimizer: torch.optim.Optimizer
    device: str
    step: int = 0

    def learn(self, pairs: Sequence[Pair], steps: int) -> float:
        """One step of a training of `steps`; returns the loss."""
        done = self.step / steps
        for group in self.optimizer.param_groups:
            group["lr"] = PEAK * max(0.01, min(done / WARM_UP, (1 - done) / (1 - WARM_UP)))
        loss = loss_of(pairs, *scores_of(self.model, pairs, self.device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        return loss.item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    random.seed(given.seed)
    torch.manual_seed(given.seed)
    tokenizer = pair_tokenizer(built_in_folder())
    groups = [json.loads(line) for line in given.groups.read_text("utf-8").splitlines()]
    held = held_out({group["source"] for group in groups if group["source"][0].isupper()})
    learned = [group for group in groups if group["source"] not in held]
    watched = [group for group in groups if group["source"] in held]
    random.Random(0).shuffle(watched)
    training = begin(given.out)
    pairs = Pairs(tokenizer, given.seed)
    for line in trained(training, pairs, learned, watched[:80], given.out, given.steps):
        print(json.dumps(line), flush=True)


def held_out(articles: Collection[str]) -> set[str]:
    """The titles of those articles that are not trained on."""
    return set(sorted(articles)[:: max(1, len(articles) // HELD_OUT)][:HELD_OUT])


def pair_tokenizer(source: Path) -> Tokenizer:
    """The tokenizer of MiniLM for pairs, of which the passage is cut when both are too long."""
    tokenizer: Tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST, strategy="only_second")
    return tokenizer


def begin(out: Path) -> Training:
    """A new model, or the checkpoint in `out`. Word vectors stay as they are."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = CrossEncoder(built_in_folder()).to(device).train()
    model.bert.embeddings.word_embeddings.requires_grad_(False)
    matrices = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    others = [p for p in model.parameters() if p.requires_grad and p.ndim == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
        lr=PEAK, fused=True,
    )  # fmt: skip
    training = Training(model, optimizer, device)
    saved = out / "checkpoint.pt"
    if saved.exists():
        state = torch.load(saved, map_location=device)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        training.step = state["step"]
    return training


def trained(
    training: Training,
    pairs: Pairs,
    learned: list[Group],
    watched: Sequence[Group],
    out: Path,
    steps: int,
) -> Iterator[dict[str, float]]:
    """Learn until `steps` are done in all; yields figures every 100 steps."""
    losses: list[float] = []
    start = kept = time.monotonic()
    while training.step < steps:
        losses.append(training.learn(pairs.of(random.sample(learned, GROUPS)), steps))
        if training.step % 100 == 0:
            figures = watch(training, pairs, watched) if training.step % 500 == 0 else {}
            yield {
                "step": training.step,
                "minutes": round((time.monotonic() - start) / 60, 1),
                "loss": round(mean(losses), 3),
                **figures,
            }
            losses.clear()
        if time.monotonic() - kept > CHECKPOINT_SECONDS:
            kept = time.monotonic()
            save(training, out)
    save(training, out)


def watch(training: Training, pairs: Pairs, watched: Sequence[Group]) -> dict[str, float]:
    """On articles that are not trained on: how often the passage that answers comes first, and
    how often its answering score is above that of another passage (AUC)."""
    training.model.eval()
    first, yes, no = [], [], []
    with torch.no_grad():
        for group in watched:
            asked = [(group["passage"], True), *((other, False) for other in group["others"])]
            its = [pairs._pair(group["question"], p, 0, a) for p, a in asked]
            whole, _ = scores_of(training.model, its, training.device)
            first.append(float(whole[:, 0].argmax() == 0))
            yes.append(whole[0, 1].item())
            no += whole[1:, 1].tolist()
    training.model.train()
    above = mean(float(y > n) for y in yes for n in no)
    return {"first": round(mean(first), 3), "answers_auc": round(above, 3)}


def save(training: Training, out: Path) -> None:
    """Write the checkpoint whole or not at all."""
    new = out / "checkpoint.new"
    torch.save(
        {
            "model": training.model.state_dict(),
            "optimizer": training.optimizer.state_dict(),
            "step": training.step,
        },
        new,
    )
    new.replace(out / "checkpoint.pt")


if __name__ == "__main__":
    main()
