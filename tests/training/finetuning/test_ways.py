"""Ways to train other than LoRA, and models of other architectures."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from assistant.models.weights import AdapterFiles, Weights
from assistant.training.finetuning import fine_tune
from assistant.training.recipe import Way
from assistant.training.rows import Split
from store.training_records import Turn
from tests.models import tiny
from tests.training.tiny_training import ADAPTER, RECIPE, Log, example, split_of

NO_SYSTEM = (
    "{% for message in messages %}{% if message['role'] == 'system' %}"
    "{{ raise_exception('no system') }}{% endif %}<|{{ message['role'] }}|>{{ message['content'] }}"
    "<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def test_full_fine_tuning_makes_a_model_like_its_base(tmp_path: Path, split: Split):
    import torch

    base = tiny.save_model(tmp_path / "base")
    numbers = load_file(base / "model.safetensors")
    save_file(
        {n: t.bfloat16() for n, t in numbers.items()}, base / "model.safetensors", {"format": "pt"}
    )
    recipe = replace(RECIPE, way=Way.FULL, epochs=1, learning_rate=1e-3)
    tuned = fine_tune(recipe, base, split, tmp_path / "run", Log())
    assert tuned.folder == tmp_path / "run" / "model"
    made = load_file(tuned.folder / "model.safetensors")
    assert made.keys() == numbers.keys()
    assert all(tensor.dtype == torch.bfloat16 for tensor in made.values())
    assert all((tensor.float() != numbers[name]).any() for name, tensor in made.items())
    for name in ("config.json", "generation_config.json", "tokenizer.json", "chat_template.jinja"):
        assert (tuned.folder / name).read_bytes() == (base / name).read_bytes()
    Weights("made", tuned.folder, "fp32")


def test_continued_pretraining_reads_plain_text(base: Path, tmp_path: Path):
    texts = [
        replace(example(n, "", ""), turns=(Turn("user", tiny.SENTENCES[n % 3] * 4),))
        for n in range(12)
    ]
    recipe = replace(RECIPE, way=Way.CONTINUED, longest=64, epochs=1)
    log = Log()
    tuned = fine_tune(recipe, base, split_of(texts), tmp_path, log)
    assert (tuned.folder / ADAPTER).is_file()
    assert log.validated[tuned.steps] < log.validated[0]
    assert not any(row.samples for row in log.rows)


def test_qlora_trains_over_a_base_in_four_bits(split: Split, tmp_path: Path):
    base = tiny.save_model(tmp_path / "base")
    log = Log()
    recipe = replace(RECIPE, way=Way.QLORA, epochs=1)
    tuned = fine_tune(recipe, base, split, tmp_path / "run", log)
    assert log.validated[tuned.steps] < log.validated[0]
    Weights("tiny", base, "4-bit").load_adapter(AdapterFiles("a", "a", tuned.folder))


def architectures() -> dict[str, Any]:
    from transformers import Gemma2Config, Gemma3TextConfig, Qwen3Config

    return {
        "qwen3": Qwen3Config,
        "gemma2": Gemma2Config,
        "gemma3": Gemma3TextConfig,
    }


@pytest.mark.parametrize("kind", ["qwen3", "gemma2", "gemma3"])
def test_other_architectures_train(kind: str, split: Split, tmp_path: Path):
    import torch
    from transformers import AutoModelForCausalLM

    words = tiny.tokenizer(template=NO_SYSTEM if "gemma" in kind else tiny.TEMPLATE)
    assert words.pad_token is None
    torch.manual_seed(7)
    config = architectures()[kind](
        vocab_size=len(words),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=256,
        eos_token_id=words.eos_token_id,
        bos_token_id=None,
        pad_token_id=None,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "base")
    words.save_pretrained(tmp_path / "base")
    log = Log()
    recipe = replace(RECIPE, epochs=1, precision="bf16")
    tuned = fine_tune(recipe, tmp_path / "base", split, tmp_path / "run", log)
    assert log.validated[tuned.steps] < log.validated[0]
    weights = Weights(kind, tmp_path / "base", "fp32")
    weights.load_adapter(AdapterFiles("a", "a", tuned.folder))
