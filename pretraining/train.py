"""Trains openbook-mini from scratch: `python -m pretraining.train DATA PAIRS OUT --tokens 60e6`.

A Llama-style decoder. Runs on CPU (bf16 autocast) or an accelerator, writes OUT/checkpoint.pt every
few minutes and goes on from there; `--from FOLDER` starts from published weights instead.
"""

import argparse
import json
import random
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import torch
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from pretraining import tokenizer as tokenizers
from pretraining.copying import seed_copying
from pretraining.synthesis import Example, Source

CONTEXT = 1024
# Muon learns copying sooner than AdamW here (docs/decisions.md).
MUON_PEAK, ADAM_PEAK = 4e-3, 3e-3  # learning rates: of the matrices, of embedding and norms
WARM_UP, DECAY_FROM = 100, 0.6  # steps, share of all tokens
# Until so many tokens: share of examples that only teach to copy, and tokens of a batch.
SCHEDULE = ((0.6e6, 1.0, 2048), (1.2e6, 0.5, 2048), (float("inf"), 0.03, 3072))
LANGUAGE_SHARE, LANGUAGE_WEIGHT = 0.1, 0.15
DECISION_TOKENS, DECISION_WEIGHT = 4, 2.0  # of a quote: once it is begun, decoding is forced
CHECKPOINT_SECONDS = 300
IGNORED = -100


@dataclass(frozen=True)
class Row:
    """Token ids of one example; the answer begins at `answer`."""

    ids: list[int]
    answer: int


def configuration(vocabulary: int) -> LlamaConfig:
    """8.5 million parameters, 2.1 of them in the embedding, which is tied."""
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=256,
        intermediate_size=704,
        num_hidden_layers=8,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
    )


class Batches:
    """Batches of examples of like length."""

    def __init__(self, source: Source, tokenizer: PreTrainedTokenizerFast) -> None:
        self._source = source
        self._tokenizer = tokenizer
        self._pool: list[Row] = []

    def next(self, copying: float, most: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The next batch, see `tensors`: this share of copying, at most so many tokens."""
        while len(self._pool) < 512:
            row = row_of(self._source.example(copying), self._tokenizer)
            if len(row.ids) <= CONTEXT:
                self._pool.append(row)
        self._pool.sort(key=lambda row: len(row.ids))
        start = random.randrange(len(self._pool))
        many = max(1, min(64, most // len(self._pool[start].ids)))
        start = max(0, start - many)
        rows, self._pool[start : start + many] = self._pool[start : start + many], []
        return tensors(rows, self._tokenizer)


def row_of(example: Example, tokenizer: PreTrainedTokenizerFast) -> Row:
    """An example as token ids, in the form of the chat template."""
    prompt = f"{tokenizers.USER}{example.prompt}{tokenizers.END}{tokenizers.ASSISTANT}"
    ids = tokenizer.encode(prompt, add_special_tokens=False)
    answer = tokenizer.encode(f"{example.answer}{tokenizers.END}", add_special_tokens=False)
    return Row(ids + answer, len(ids))


def tensors(
    rows: Sequence[Row], tokenizer: PreTrainedTokenizerFast
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids, targets (IGNORED outside answers) and weights of a batch, each (rows, width)."""
    width = max(len(row.ids) for row in rows)
    width += -width % 32  # few different shapes: oneDNN keeps code for each
    pad = tokenizer.pad_token_id
    vocabulary = tokenizer.get_vocab()
    cites = {vocabulary[token] for token in tokenizers.CITES}
    ids = torch.full((len(rows), width), pad)
    targets = torch.full((len(rows), width), IGNORED)
    weights = torch.ones((len(rows), width))
    for n, row in enumerate(rows):
        ids[n, : len(row.ids)] = torch.tensor(row.ids)
        targets[n, row.answer : len(row.ids)] = ids[n, row.answer : len(row.ids)]
        for at in range(row.answer, len(row.ids)):
            if row.ids[at] in cites:
                weights[n, at : at + DECISION_TOKENS] = DECISION_WEIGHT
    return ids, targets, weights


@dataclass
class Training:
    """A model in training, and how many tokens it has seen."""

    model: LlamaForCausalLM
    optimizers: tuple[torch.optim.Optimizer, ...]
    device: str
    seen: float = 0
    step: int = 0

    def rate(self, tokens: float) -> float:
        """Share of the peak: linear warm-up, constant, then linear to nearly nothing."""
        left = (tokens - self.seen) / (tokens * (1 - DECAY_FROM))
        return min(1, (self.step + 1) / WARM_UP) * max(0.02, min(1, left))

    def learn(
        self, ids: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor, tokens: float
    ) -> tuple[float, float]:
        """One step; returns the loss and the share of answer tokens foretold."""
        for group in (group for one in self.optimizers for group in one.param_groups):
            group["lr"] = group["peak"] * self.rate(tokens)
        ids, targets, weights = (t.to(self.device) for t in (ids, targets, weights))
        with torch.autocast(self.device, dtype=torch.bfloat16):
            hidden = self.model.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
            answer = targets[:, 1:] != IGNORED
            logits = self.model.lm_head(hidden[answer]).float()
            other = (ids[:, 1:] != self.model.config.pad_token_id) & ~answer
            other &= torch.rand(other.shape, device=self.device) < LANGUAGE_SHARE
            language = self.model.lm_head(hidden[other]).float()
        wanted, weight = targets[:, 1:][answer], weights[:, 1:][answer]
        loss = (cross_entropy(logits, wanted, reduction="none") * weight).sum() / weight.sum()
        total = loss + LANGUAGE_WEIGHT * cross_entropy(language, ids[:, 1:][other])
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.step, self.seen = self.step + 1, self.seen + ids.numel()
        return loss.item(), (logits.argmax(-1) == wanted).float().mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tokens", type=float, default=60e6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="start", type=Path, help="published weights to go on from")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    random.seed(given.seed)
    torch.manual_seed(given.seed)
    source = Source(given.data / "prose" / "paragraphs.jsonl.gz", given.pairs, given.seed)
    tokenizer = prepared_tokenizer(given.start or given.out, given.out, source)
    training = begin(tokenizer, given.start, given.out)
    for line in trained(training, Batches(source, tokenizer), given.out, given.tokens):
        print(json.dumps(line), flush=True)
    training.model.half().save_pretrained(given.out)


def prepared_tokenizer(known: Path, out: Path, source: Source) -> PreTrainedTokenizerFast:
    """The tokenizer in `known`, or a new one; saved in `out`."""
    if (known / "tokenizer.json").exists():
        tokenizer = tokenizers.load(known)
    else:
        tokenizer = tokenizers.train(source.texts(120_000))
    tokenizer.save_pretrained(out)
    return tokenizer


def begin(tokenizer: PreTrainedTokenizerFast, start: Path | None, out: Path) -> Training:
    """A new model, the one published in `start`, or the checkpoint in `out`."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if start:
        model = LlamaForCausalLM.from_pretrained(start, dtype=torch.float32)
    else:
        config = configuration(len(tokenizer))
        config.pad_token_id = tokenizer.pad_token_id
        config.eos_token_id, config.bos_token_id = tokenizer.eos_token_id, None
        model = LlamaForCausalLM(config)
        seed_copying(model)
    torch.nn.Module.to(model, device)
    training = Training(model, optimizers_of(model), device)
    saved = out / "checkpoint.pt"
    if saved.exists():
        state = torch.load(saved, map_location=device)
        model.load_state_dict(state["model"])
        for optimizer, kept in zip(training.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        training.seen, training.step = state["seen"], state["step"]
    elif start:
        training.seen = SCHEDULE[-2][0]
    return training


def optimizers_of(model: LlamaForCausalLM) -> tuple[torch.optim.Optimizer, ...]:
    """Muon for the matrices between the layers, AdamW for embedding and norms."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    return (
        torch.optim.Muon(
            [{"params": matrices, "peak": MUON_PEAK}],
            weight_decay=0.05,
            adjust_lr_fn="match_rms_adamw",
        ),
        torch.optim.AdamW([{"params": others, "peak": ADAM_PEAK}], betas=(0.9, 0.95), fused=True),
    )


def trained(
    training: Training, batches: Batches, out: Path, tokens: float
) -> Iterator[dict[str, float]]:
    """Learn until `tokens` are seen; yields figures every 100 steps."""
    begun, first, kept = time.monotonic(), training.seen, time.monotonic()
    losses, accuracies = deque[float](maxlen=100), deque[float](maxlen=100)
    while training.seen < tokens:
        copying, most = next((s, n) for until, s, n in SCHEDULE if training.seen < until)
        loss, accuracy = training.learn(*batches.next(copying, most), tokens)
        losses.append(loss)
        accuracies.append(accuracy)
        if training.step % 100 == 0:
            seconds = time.monotonic() - begun
            yield {
                "step": training.step,
                "tokens": training.seen,
                "loss": round(mean(losses), 3),
                "accuracy": round(mean(accuracies), 3),
                "tokens_per_second": round((training.seen - first) / seconds),
            }
        if time.monotonic() - kept > CHECKPOINT_SECONDS:
            kept = time.monotonic()
            save(training, out)
    save(training, out)


def save(training: Training, out: Path) -> None:
    """Write the checkpoint whole or not at all."""
    new = out / "checkpoint.new"
    torch.save(
        {
            "model": training.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in training.optimizers],
            "seen": training.seen,
            "step": training.step,
        },
        new,
    )
    new.replace(out / "checkpoint.pt")


if __name__ == "__main__":
    main()
