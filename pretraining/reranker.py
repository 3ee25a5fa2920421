"""Trains the reranker: `python -m pretraining.reranker GROUPS OUT --steps 4500`.

A cross-encoder over the weights of all-MiniLM-L6-v2. It reads a question with a passage and gives
two scores of the pair, how well the passage fits (by softmax among passages for one question,
which orders them) and whether it answers (by logistic loss, which can refuse), and for every token
how well an answer begins and ends there, as readers of SQuAD 2.0 do (Devlin et al. 2019,
https://arxiv.org/abs/1810.04805); the spans mostly teach the other two what answering means.
Runs on CPU (bf16 autocast) or an accelerator; checkpoints every few minutes and goes on from them.
`--start weights/openbook-reranker --peak 4e-5` teaches exported weights something more.
"""

import argparse
import json
import random
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import BertModel

from assistant.models.embedding import built_in_folder
from assistant.models.reranking import WEIGHTS
from pretraining.reranker_batches import Group, Pair, Pairs, encoded_batch, pair_tokenizer
from pretraining.reranker_export import restore

GROUPS, MICRO = 8, 8  # questions a step, pairs at once
PEAK, WARM_UP = 1.2e-4, 0.06  # learning rate; share of the steps
HELD_OUT = 4  # of SQuAD's articles, to watch
ANSWERS_WEIGHT, SPAN_WEIGHT = 1.0, 0.6
CHECKPOINT_SECONDS = 300


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
    peak: float = PEAK

    def learn(self, pairs: Sequence[Pair], steps: int) -> float:
        """One step of a training of `steps`; returns the loss."""
        done = self.step / steps
        for group in self.optimizer.param_groups:
            group["lr"] = self.peak * max(0.01, min(done / WARM_UP, (1 - done) / (1 - WARM_UP)))
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
    parser.add_argument("--start", type=Path, help="exported weights; else the embedding model's")
    parser.add_argument("--peak", type=float, default=PEAK, help="the highest learning rate")
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
    training = begin(given.out, given.start)
    training.peak = given.peak
    pairs = Pairs(tokenizer, given.seed)
    for line in trained(training, pairs, learned, watched[:80], given.out, given.steps):
        print(json.dumps(line), flush=True)


def held_out(articles: Collection[str]) -> set[str]:
    """The titles of those articles that are not trained on."""
    return set(sorted(articles)[:: max(1, len(articles) // HELD_OUT)][:HELD_OUT])


def begin(out: Path, start: Path | None = None) -> Training:
    """A new model, one with the weights exported to the folder `start`, or the checkpoint in `out`.
    Word vectors stay as they are."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = CrossEncoder(built_in_folder()).to(device).train()
    if start:
        restore(model, start / WEIGHTS.name)
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
