"""Folders that are no models, or broken ones, get one clear sentence, and do no harm."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import ModelUnavailable
from assistant.models.local_chat import LocalChat
from assistant.models.local_model import LocalModel
from tests.models import tiny

QUESTION = "What is kept?"


@pytest.fixture
def copy(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model, to be broken."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "copy"))


@pytest.fixture
def opened(copy: Path) -> Iterator[LocalModel]:
    model = LocalModel("Broken", str(copy))
    yield model
    model.close("The test is over.")


def without(*names: str) -> Callable[[Path], None]:
    def remove(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return remove


def shard_lost(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    tiny.save_model(folder, max_shard_size="200KB")
    sorted(folder.glob("model-*.safetensors"))[1].unlink()


def only_an_adapter(folder: Path) -> None:
    (folder / "config.json").rename(folder / "adapter_config.json")


def weights_cut_short(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:100_000])


def weights_of_another(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))


def weights_of_another_width(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "intermediate_size": 96}))


def configured(**changes: str) -> Callable[[Path], None]:
    def configure(folder: Path) -> None:
        (folder / "config.json").write_text(json.dumps(changes))

    return configure


def config_cut_short(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def tokenizer_cut_short(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{")


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (shutil.rmtree, r"There is no folder .*copy\.$"),
        (without("config.json"), r"is not the folder of a Hugging Face model: it has no config"),
        (only_an_adapter, r"holds an adapter, not a model; add it to the model it was made for"),
        (config_cut_short, r"config\.json cannot be read"),
        (without("model.safetensors"), r"has no weights in the safetensors format"),
        (
            shard_lost,
            r"is incomplete: 1 of \d files with weights are missing, first model-00002-of",
        ),
        (without("tokenizer.json"), r"has no tokenizer \(tokenizer\.json\)"),
    ],
)
def test_what_is_missing_shows_before_anything_is_loaded(opened, copy, broken, sentence):
    broken(copy)
    assert opened.status().startswith("missing: ")
    with pytest.raises(ModelUnavailable, match=sentence) as raised:
        LocalChat(local=opened).invoke(QUESTION)
    assert opened.status() == f"missing: {raised.value}"


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (without("chat_template.jinja"), r"The tokenizer of Broken has no chat template"),
        (tokenizer_cut_short, r"The tokenizer of Broken cannot be loaded"),
        (weights_cut_short, r"The weights of Broken are damaged"),
        (weights_of_another, r"The weights of Broken do not fit its config\.json"),
        (weights_of_another_width, r"Broken cannot be loaded|do not fit its config\.json"),
        (configured(model_type="t5"), r"Broken cannot be loaded"),
        (configured(model_type="unheard-of"), r"Broken cannot be loaded"),
    ],
)
def test_what_is_wrong_shows_when_it_is_loaded(opened, copy, broken, sentence):
    broken(copy)
    assert opened.status() == "ready"
    with pytest.raises(ModelUnavailable, match=sentence) as raised:
        LocalChat(local=opened).invoke(QUESTION)
    assert "\n" not in str(raised.value)
    assert opened.status() == f"missing: {raised.value}"


def test_model_that_was_mended_answers(opened, copy):
    template = (copy / "chat_template.jinja").read_text()
    (copy / "chat_template.jinja").unlink()
    chat = LocalChat(local=opened, max_tokens=5)
    with pytest.raises(ModelUnavailable, match="no chat template"):
        chat.invoke(QUESTION)
    (copy / "chat_template.jinja").write_text(template)
    assert chat.invoke(QUESTION).usage_metadata
    assert opened.status() == "loaded"


def adapter_cut_short(folder: Path) -> None:
    file = folder / "adapter_model.safetensors"
    file.write_bytes(file.read_bytes()[:3000])


def adapter_of_other_layers(folder: Path) -> None:
    config = json.loads((folder / "adapter_config.json").read_text())
    changed = {**config, "target_modules": ["query", "value"]}
    (folder / "adapter_config.json").write_text(json.dumps(changed))


def adapter_of_more_layers(folder: Path) -> None:
    config = json.loads((folder / "adapter_config.json").read_text())
    changed = {**config, "target_modules": ["q_proj", "v_proj", "o_proj"]}
    (folder / "adapter_config.json").write_text(json.dumps(changed))


@pytest.mark.parametrize("loaded_before", [False, True], ids=["first", "second"])
@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (shutil.rmtree, r"There is no folder"),
        (without("adapter_config.json"), r"is not the folder of a PEFT adapter: it has no adapter"),
        (adapter_cut_short, r"The weights of the adapter spoilt are damaged"),
        (adapter_of_other_layers, r"The adapter spoilt does not fit Tiny: it was made for another"),
        (adapter_of_more_layers, r"The adapter spoilt does not fit Tiny: it was made for another"),
    ],
)
def test_adapter_that_cannot_be_used_leaves_the_others_as_they_are(
    local, tiny_adapters, tmp_path, broken, sentence, loaded_before
):
    good, other = tiny_adapters
    base = LocalChat(local=local, max_tokens=10)
    said = base.invoke(QUESTION).text
    if loaded_before:
        LocalChat(local=local, adapter=good, max_tokens=1).invoke(QUESTION)
    folder = Path(shutil.copytree(other.folder, tmp_path / "spoilt"))
    broken(folder)
    spoilt = replace(other, key="spoilt", title="spoilt", folder=folder)
    with pytest.raises(ModelUnavailable, match=sentence) as raised:
        LocalChat(local=local, adapter=spoilt).invoke(QUESTION)
    assert local.status(spoilt) == f"missing: {raised.value}"
    assert local.status() == "loaded"
    assert base.invoke(QUESTION).text == said
    with_good = LocalChat(local=local, adapter=good, max_tokens=10)
    assert with_good.invoke(QUESTION).text != said


def test_adapter_made_for_a_larger_model_gets_a_sentence(local, tiny_adapters, tmp_path):
    wide = tiny.save_model(tmp_path / "wide", width=128)
    folder = tiny.save_adapter(tmp_path / "other", wide)
    chat = LocalChat(local=local, adapter=replace(tiny_adapters[0], key="wide", folder=folder))
    with pytest.raises(ModelUnavailable, match="does not fit Tiny: it was made for another model"):
        chat.invoke(QUESTION)


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where models from the hub are kept, empty."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_model_on_the_hub_that_is_not_here_needs_a_download(hub_cache):
    model = LocalModel("Far", "ferry/far-away")
    assert model.status() == "needs download"
    with pytest.raises(ModelUnavailable, match="has not been downloaded to this machine"):
        LocalChat(local=model).invoke(QUESTION)
    assert model.status() == "needs download"
    model.close("The test is over.")


def test_downloaded_model_is_found_by_its_name(hub_cache, tiny_folder):
    downloaded = hub_cache / "models--ferry--tiny"
    (downloaded / "refs").mkdir(parents=True)
    (downloaded / "refs" / "main").write_text("abc")
    shutil.copytree(tiny_folder, downloaded / "snapshots" / "abc")
    model = LocalModel("Tiny", "ferry/tiny")
    assert model.status() == "ready"
    assert LocalChat(local=model, max_tokens=5).invoke(QUESTION).usage_metadata
    model.close("The test is over.")
    (downloaded / "snapshots" / "abc" / "model.safetensors").unlink()
    assert LocalModel("Tiny", "ferry/tiny").status() == "needs download"


def test_fault_while_nobody_waits_is_told_by_the_status(opened: LocalModel, monkeypatch):
    def fail(*_: object) -> None:
        raise ImportError("cannot import name 'AutoTokenizer' from 'transformers'")

    monkeypatch.setattr("assistant.models.local_model.Weights", fail)
    with pytest.raises(ModelUnavailable, match="Broken cannot be loaded"):
        opened.load().wait()
    assert opened.status() == "missing: Broken cannot be loaded (ImportError); see the log."
    monkeypatch.undo()
    opened.load().wait()
    assert opened.status() == "loaded"
