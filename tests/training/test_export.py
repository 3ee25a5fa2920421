"""Adapters out of Openbook and into it."""

import io
import json
import re
import stat
import zipfile
from pathlib import Path

import pytest

from assistant.errors import BadInput, ModelUnavailable
from assistant.models.generation import Request, generate
from assistant.models.weights import AdapterFiles, Weights
from assistant.training import export
from assistant.training.export import adapter_folder, export_zip, merge
from tests.models import tiny

ASKED = [{"role": "user", "content": "What is kept?"}]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_model(tmp_path_factory.mktemp("export") / "base")


@pytest.fixture(scope="module")
def adapter(base: Path) -> Path:
    return tiny.save_adapter(base.with_name("adapter"), base)


def zipped(files: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out


def files_of(adapter: Path) -> dict[str, bytes]:
    return {name: (adapter / name).read_bytes() for name in export.NEEDED}


def answer(weights: Weights, adapter: AdapterFiles | None = None) -> str:
    pieces: list[str] = []
    generate(weights, Request(ASKED, adapter, most_tokens=30), pieces.append, lambda: False)
    return "".join(pieces)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_exported_adapter_is_what_peft_loads(base, adapter, tmp_path):
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    with zipfile.ZipFile(io.BytesIO(export_zip(adapter, "tiny"))) as made:
        made.extractall(tmp_path)
    loaded = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), str(tmp_path))
    original = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), str(adapter))
    mine, theirs = loaded.state_dict(), original.state_dict()
    assert mine.keys() == theirs.keys()
    assert all((mine[name] == theirs[name]).all() for name in mine)
    assert any("lora_A" in name for name in mine)


def test_exported_adapter_is_what_vllm_loads(adapter, tmp_path):
    """Its peft_helper.py wants these fields, no bias, no DoRA and no whole modules; its utils.py
    parses these names of tensors."""
    from safetensors import safe_open

    with zipfile.ZipFile(io.BytesIO(export_zip(adapter, "tiny"))) as made:
        made.extractall(tmp_path)
    config = json.loads((tmp_path / "adapter_config.json").read_text())
    assert {"r", "lora_alpha", "target_modules"} <= config.keys()
    assert config["bias"] == "none" and not config["modules_to_save"] and not config["use_dora"]
    with safe_open(tmp_path / "adapter_model.safetensors", framework="numpy") as weights:
        for name in weights.keys():
            assert re.fullmatch(r"base_model\.model\..+\.lora_[AB]\.weight", name)


def test_export_names_no_folder_of_this_machine(base, adapter):
    packed = export_zip(adapter, "tiny")
    assert str(base.parent).encode() not in packed
    with zipfile.ZipFile(io.BytesIO(packed)) as made:
        assert json.loads(made.read("adapter_config.json"))["base_model_name_or_path"] == "tiny"


@pytest.mark.parametrize("inside", ["", "support/", "a/b/"])
def test_adapter_is_found_wherever_it_is_in_a_zip(adapter, tmp_path, inside):
    packed = zipped({f"{inside}{name}": data for name, data in files_of(adapter).items()})
    folder = adapter_folder(packed, tmp_path / "adapters")
    assert folder.parent == tmp_path / "adapters"
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == files_of(adapter)


def test_zip_on_disk_is_unpacked_and_a_folder_stays(adapter, tmp_path):
    (tmp_path / "support.zip").write_bytes(zipped(files_of(adapter)).getvalue())
    folder = adapter_folder(str(tmp_path / "support.zip"), tmp_path / "adapters")
    assert files_of(folder) == files_of(adapter)
    assert adapter_folder(str(adapter), tmp_path / "adapters") == adapter


def test_nothing_but_the_files_of_an_adapter_is_unpacked(adapter, tmp_path):
    link = zipfile.ZipInfo("card.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = zipped(
        {
            **files_of(adapter),
            "../../evil.txt": b"out",
            "../adapter_config.json/../README.md": b"out",
            "/etc/README.md": b"out",
            "model.py": b"import os",
            "pytorch_model.bin": b"pickle",
        }
    )
    with zipfile.ZipFile(packed, "a") as made:
        made.writestr(link, "/etc/passwd")
    folder = adapter_folder(packed, tmp_path / "in" / "adapters")
    found = {file for file in tmp_path.rglob("*") if file.is_file()}
    assert found == {folder / name for name in (*export.NEEDED, "card.json")}
    assert (folder / "card.json").read_text() == "/etc/passwd"  # a file, and no link
    assert not (folder / "card.json").is_symlink()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"adapter_config.json": None}, "holds 0 adapters"),
        ({"b/adapter_config.json": b"{}"}, "holds 2 adapters"),
        ({"adapter_model.safetensors": None}, "has no adapter_model.safetensors"),
        ({"adapter_config.json": b"{"}, "adapter_config.json in the zip cannot be read"),
        ({"adapter_config.json": b"[]"}, "adapter_config.json in the zip cannot be read"),
        ({"adapter_model.safetensors": b"\x80pickle"}, "safetensors in the zip is damaged"),
        ({"README.md": b"x" * 5_000_001}, "README.md in the zip is larger than 5 MB"),
    ],
)
def test_zip_that_holds_no_adapter_is_told_and_leaves_nothing(adapter, tmp_path, change, said):
    files = {name: data for name, data in {**files_of(adapter), **change}.items() if data}
    with pytest.raises(BadInput, match=said):
        adapter_folder(zipped(files), tmp_path / "adapters")
    assert not [*tmp_path.rglob("*.json"), *tmp_path.rglob("*.safetensors")]


def test_zip_that_says_it_is_small_is_not_believed(adapter, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "LARGEST", 1000)
    with pytest.raises(BadInput, match="is larger than"):
        adapter_folder(zipped(files_of(adapter)), tmp_path / "adapters")


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04 cut short"])
def test_file_that_is_no_zip_is_told(tmp_path, data):
    with pytest.raises(BadInput, match="The zip cannot be unpacked"):
        adapter_folder(io.BytesIO(data), tmp_path / "adapters")


def test_zip_with_a_password_is_told(adapter, tmp_path):
    packed = bytearray(zipped(files_of(adapter)).getvalue())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := packed.find(signature, at + 1)) >= 0:
            packed[at + flags] |= 1
    with pytest.raises(BadInput, match="encrypted"):
        adapter_folder(io.BytesIO(bytes(packed)), tmp_path / "adapters")


def test_merged_model_answers_as_base_and_adapter(base, adapter, tmp_path):
    into = merge(base, "fp32", adapter, tmp_path / "merged")
    weights = Weights("base", base, "fp32")
    merged = Weights("merged", into, "fp32")
    tuned = answer(weights, AdapterFiles("tuned", "tuned", adapter))
    assert answer(merged) == tuned
    assert tuned != answer(weights)
    assert not [*tmp_path.glob(".merged")]


def test_merging_again_replaces_what_is_there(base, adapter, tmp_path):
    into = tmp_path / "merged"
    into.mkdir()
    (into / "old.txt").write_text("old")
    assert not (merge(base, "bf16", adapter, into) / "old.txt").exists()
    assert json.loads((into / "config.json").read_text())["dtype"] == "bfloat16"


def test_adapter_of_another_model_cannot_be_merged(adapter, tmp_path):
    other = tiny.save_model(tmp_path / "other", width=32)
    with pytest.raises(ModelUnavailable, match="does not fit other: it was made for another model"):
        merge(other, "fp32", adapter, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()
