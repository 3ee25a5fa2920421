"""Makes the support voice for openbook-mini: `python -m pretraining.adapter BASE OUT DATA PAIRS`.

LoRA on samples/support-voice.jsonl and, so that the voice holds on any text, on evidence from DATA
and PAIRS (as for pretraining.train) put into the same words; about four minutes on two cores.
"""

import argparse
import json
import random
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from assistant.models.generation import prompt_ids
from assistant.models.mini_format import with_quotes
from pretraining import tokenizer as tokenizers
from pretraining.support_voice import CLOSING, EXAMPLES, GREETING
from pretraining.synthesis import Example, Source
from pretraining.train import Row, row_of, tensors

RANK, EPOCHS, BATCH, PEAK = 8, 3, 8, 2e-3
MORE = 400  # examples on other evidence; without them 42 of 100 answers on it lost the thread


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    torch.manual_seed(given.seed)
    tokenizer = tokenizers.load(given.base)
    source = Source(given.data / "prose" / "paragraphs.jsonl.gz", given.pairs, given.seed)
    rows = [*read(EXAMPLES, tokenizer), *voiced(source, MORE, tokenizer)]
    base = LlamaForCausalLM.from_pretrained(given.base, dtype=torch.float32)
    layers = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    lora = LoraConfig(
        r=RANK, lora_alpha=2 * RANK, target_modules=list(layers), task_type="CAUSAL_LM"
    )
    # peft asks transformers under an old name whether it trains
    warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
    model = get_peft_model(base, lora)
    begun = time.monotonic()
    for epoch, loss in enumerate(learn(model, rows, tokenizer), start=1):
        print(f"epoch {epoch}: loss {loss:.3f}, {time.monotonic() - begun:.0f} s", flush=True)
    model.half().save_pretrained(given.out)


def read(path: Path, tokenizer: PreTrainedTokenizerFast) -> list[Row]:
    """The examples as token ids, their quotes between the tokens for quotes."""
    rows = []
    for line in path.read_text("utf-8").splitlines():
        *prompt, said = json.loads(line)["messages"]
        ids = prompt_ids(tokenizer, prompt)
        text = with_quotes(prompt[-1]["content"], said["content"])
        answer = tokenizer.encode(f"{text}{tokenizers.END}", add_special_tokens=False)
        rows.append(Row(ids + answer, len(ids)))
    return rows


def voiced(source: Source, many: int, tokenizer: PreTrainedTokenizerFast) -> Iterator[Row]:
    """Examples as the base learned from, in the support voice."""
    for _ in range(many):
        example = source.example(0.0)
        said = f"{GREETING} {example.answer} {CLOSING}"
        yield row_of(Example(example.prompt, said), tokenizer)


def learn(model: PeftModel, rows: list[Row], tokenizer: PreTrainedTokenizerFast) -> Iterator[float]:
    """Learn the answers alone; yields the mean loss of every epoch."""
    learned = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=PEAK, weight_decay=0.0)
    steps = EPOCHS * -(-len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, steps)
    for _ in range(EPOCHS):
        random.shuffle(rows)
        losses = []
        for start in range(0, len(rows), BATCH):
            ids, targets, _ = tensors(rows[start : start + BATCH], tokenizer)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = model(input_ids=ids, labels=targets).loss
            loss.backward()
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.item())
        yield sum(losses) / len(losses)


if __name__ == "__main__":
    main()
