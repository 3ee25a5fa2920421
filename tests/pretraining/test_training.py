"""Training begins with heads that copy, goes on from its checkpoint, and leaves a model to load."""

import json
import random
import sys

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from pretraining import adapter, train
from pretraining.copying import seed_copying


def test_seeded_heads_look_one_back_and_where_the_token_stood_before():
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=2000,
        hidden_size=256,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
    )
    model = LlamaForCausalLM(config)
    model.set_attn_implementation("eager")  # the others do not tell where they looked
    seed_copying(model)
    words = random.Random(0).sample(range(2000), 20)
    ids = torch.tensor([[*words, *words[:10]]])
    with torch.no_grad():
        first, second = model(ids, output_attentions=True).attentions
    back = first[0, 0].diagonal(-1)
    again = torch.stack([second[0, 0, at, at - 19] for at in range(20, 30)])
    assert back.mean() > 0.8
    assert again.mean() > 5 / 30  # five times what looking everywhere alike would give


def test_training_goes_on_from_its_checkpoint_and_an_adapter_fits(files, tmp_path, monkeypatch):
    data, pairs = files
    out = tmp_path / "model"
    seen = []
    for tokens in ("1000", "3000"):
        monkeypatch.setattr(
            sys, "argv", ["train", *map(str, (data, pairs, out)), "--tokens", tokens]
        )
        train.main()
        seen.append(torch.load(out / "checkpoint.pt")["seen"])
    assert 1000 <= seen[0] < 3000 <= seen[1]
    model = LlamaForCausalLM.from_pretrained(out)
    assert next(model.parameters()).dtype == torch.float16
    examples = tmp_path / "examples.jsonl"
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day!"}]
    examples.write_text(json.dumps({"messages": turns}) + "\n", encoding="utf-8")
    monkeypatch.setattr(adapter, "EXAMPLES", examples)
    monkeypatch.setattr(adapter, "MORE", 4)
    argv = ["adapter", *map(str, (out, tmp_path / "adapter", data, pairs))]
    monkeypatch.setattr(sys, "argv", argv)
    adapter.main()
    assert (tmp_path / "adapter" / "adapter_model.safetensors").stat().st_size < 3_000_000
