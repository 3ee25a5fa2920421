"""Recipes: their defaults by size of the model, and what is refused."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from assistant.errors import BadInput, ModelUnavailable
from assistant.models import weights
from assistant.training.estimate import Estimate, Machine, estimate, objections, this_machine
from assistant.training.model_shape import ModelShape, model_shape
from assistant.training.recipe import Recipe, Way, check, learning_rate
from store.serialization import from_json, to_json
from tests.models import tiny

MINI = Path("weights") / "openbook-mini"
LLAMA_8B = ModelShape("llama", 8_030_000_000, 4096, 14336, 32, 32, 8, 128, 128_256, 131_072, "BF16")
QWEN_HALF = ModelShape("qwen2", 494_000_000, 896, 4864, 24, 14, 2, 64, 151_936, 32_768, "BF16")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_model(tmp_path_factory.mktemp("shape") / "tiny")


@pytest.mark.parametrize(
    ("way", "shape", "rate"),
    [
        (Way.LORA, LLAMA_8B, 2.9e-4),
        (Way.FULL, LLAMA_8B, 2.9e-5),
        (Way.LORA, QWEN_HALF, 5.3e-4),
        (Way.CONTINUED, QWEN_HALF, 2.7e-4),
    ],
)
def test_learning_rate_suits_width_and_family(way: Way, shape: ModelShape, rate: float):
    assert learning_rate(way, shape) == pytest.approx(rate, rel=0.02)


@pytest.mark.parametrize("way", Way)
def test_defaults_of_every_way_are_in_order(way: Way):
    recipe = Recipe.defaults(way, MINI)
    if way is not Way.QLORA:
        check(recipe)
    assert from_json(Recipe, json.loads(json.dumps(to_json(recipe)))) == recipe


def test_every_choice_has_words_and_ways():
    for entry in fields(Recipe)[1:]:
        known = entry.metadata
        assert known["title"] and known["help"].endswith("."), entry.name
        assert known["ways"], entry.name
        assert known["choices"] or known["least"] <= entry.default <= known["most"], entry.name


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"epochs": 0}, "Epochs is 0, which is not from 1 to 100."),
        ({"learning_rate": 1.0}, "Learning rate is 1, which is not from 1e-07 to 0.1."),
        ({"precision": "fp8"}, "Precision is 'fp8'; choose one of: bf16, fp32."),
        ({"validation": 0.4, "test": 0.4}, "are 40% and 40%; together they may be 60% at most"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(changed: dict, said: str):
    with pytest.raises(BadInput) as refused:
        check(replace(Recipe(), **changed))
    assert said in str(refused.value)


def test_fields_of_other_ways_do_not_matter():
    check(replace(Recipe(way=Way.FULL), rank=0))


def test_qlora_says_what_it_needs_where_it_is_not(monkeypatch):
    monkeypatch.setattr(weights, "find_spec", lambda _: None)
    with pytest.raises(BadInput, match="QLoRA cannot be used here: .* bitsandbytes.* choose LoRA"):
        check(Recipe(way=Way.QLORA))


def test_shape_is_read_from_the_folder(folder: Path):
    from transformers import AutoModelForCausalLM

    shape = model_shape(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert (shape.kind, shape.hidden, shape.layers, shape.context) == ("llama", 64, 2, tiny.CONTEXT)
    assert (shape.parameters, shape.stored) == (model.num_parameters(), "F32")


def test_shape_of_a_model_in_pieces_is_the_same(folder: Path, tmp_path: Path):
    pieces = tiny.save_model(tmp_path / "pieces", max_shard_size="100KB")
    assert not (pieces / "model.safetensors").exists()
    assert model_shape(pieces) == model_shape(folder)


def test_folder_without_a_language_model_is_refused(tmp_path: Path):
    (tmp_path / "config.json").write_text('{"model_type": "vit"}')
    with pytest.raises(ModelUnavailable, match="only language models"):
        model_shape(tmp_path)


def test_estimate_grows_with_what_is_asked_for():
    recipe = Recipe.defaults(Way.LORA, MINI)
    small = estimate(recipe, 50_000, MINI)
    more = estimate(replace(recipe, epochs=6, batch=32, rank=64), 50_000, MINI)
    assert more.seconds > small.seconds
    assert more.memory > small.memory
    assert more.disk > small.disk
    full = estimate(replace(recipe, way=Way.FULL), 50_000, MINI)
    assert full.disk > 10 * small.disk


def test_objections_name_what_there_is_and_what_would_help():
    machine = Machine(memory=8 * 10**9, disk=10**9, cores=2)
    assert objections(Estimate(60, 10**9, 10**8), machine) == []
    memory, disk, hours = objections(Estimate(90_000, 20 * 10**9, 5 * 10**9), machine)
    assert memory.startswith("It needs about 20.0 GB of memory, and 8.0 GB are free: lower Batch")
    assert disk.startswith("It needs about 5.0 GB of disk, and 1.0 GB are free")
    assert hours.startswith("It would take about 25 hours on this machine")


def test_machine_is_known_before_the_folder_exists(tmp_path: Path):
    machine = this_machine(tmp_path / "not" / "there")
    assert machine.memory > 0 and machine.disk > 0 and machine.cores > 0
