"""The card of an adapter: what it says, and what it tells of documents and bases that moved on."""

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.training import card
from assistant.training.card import Card, Examples, read_card, weight_files, write_card
from store.changes import ADD, REMOVE, REPLACE, Change
from store.training_records import Guard, Report, RunState, TrainingRun

NOW = datetime(2026, 11, 21, tzinfo=UTC)
REPORT = Report(
    figures={"token_f1": (0.5, 0.75), "speed": (200.0, 100.0), "style": (None, 1.0)},
    guards=(Guard("quotes", "Exact quotes", 1.0, 0.5, "", True, "Only 50% are exact."),),
    notes=("Measured on 20 test examples.",),
)
MADE_FROM = Examples("Support voice", 3, 200, "ab" * 32)


def change(document: str, kind: str) -> Change:
    return Change(1, "library", kind, document, "")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights of the base")
    return folder


def known(folder: Path) -> Card:
    """The card in a folder, which must be there."""
    found = read_card(folder)
    assert found
    return found


@pytest.fixture
def adapter(tmp_path: Path, base: Path) -> Path:
    """The folder of an adapter with its card."""
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    config = {"peft_type": "LORA", "r": 8, "base_model_name_or_path": str(base)}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    run = TrainingRun(
        id="run1",
        name="support",
        base="openbook-mini",
        source=str(base),
        recipe={"way": "lora", "rank": 8},
        created_at=NOW,
        state=RunState.RUNNING,
        seconds=54.0,
        report=REPORT,
        schema={"type": "object"},
    )
    write_card(folder, run, made_at=NOW, examples=MADE_FROM, document_change=7)
    return folder


def test_card_holds_what_an_adapter_was_made_from_and_how_it_does(adapter, base):
    made = known(adapter)
    assert (made.name, made.base, made.run_id) == ("support", "openbook-mini", "run1")
    assert (made.examples, made.report, made.document_change) == (MADE_FROM, REPORT, 7)
    assert made.recipe == {"way": "lora", "rank": 8}
    assert made.weights.size == len(b"weights")
    assert made.weights.sha256 == hashlib.sha256(b"weights").hexdigest()
    assert made.base_weights
    assert made.base_weights.sha256 == hashlib.sha256(b"weights of the base").hexdigest()


def test_card_names_no_folder_of_this_machine(adapter, tmp_path):
    for name in ("card.json", "README.md", "adapter_config.json"):
        assert str(tmp_path) not in (adapter / name).read_text()
    config = json.loads((adapter / "adapter_config.json").read_text())
    assert config == {"base_model_name_or_path": "openbook-mini", "peft_type": "LORA", "r": 8}


def test_readme_tells_the_same_in_words(adapter):
    text = (adapter / "README.md").read_text()
    assert text.startswith('---\nbase_model: "openbook-mini"\nlibrary_name: peft\n')
    assert "Support voice, version 3, 200 of them" in text
    assert "| Token F1 | 50.0% | 75.0% |" in text
    assert "| Speed | 200 tokens a second | 100 tokens a second |" in text
    assert "| Style | – | 100.0% |" in text
    assert "- Warning: Only 50% are exact." in text


@pytest.mark.parametrize("text", ["{", "[]", '{"name": 1}'])
def test_card_that_cannot_be_read_is_none(tmp_path, text):
    assert read_card(tmp_path) is None
    (tmp_path / "card.json").write_text(text)
    assert read_card(tmp_path) is None


def test_hash_of_several_files_is_that_of_their_list(tmp_path):
    for number in (1, 2):
        (tmp_path / f"model-{number}.safetensors").write_bytes(b"%d" % number)
    found = weight_files(tmp_path)
    listed = "".join(
        f"{hashlib.sha256(b'%d' % n).hexdigest()}  model-{n}.safetensors\n" for n in (1, 2)
    )
    assert found.sha256 == hashlib.sha256(listed.encode()).hexdigest()
    assert found.size == 2


def test_nothing_moved_on(adapter, base):
    assert card.moved_on(known(adapter), [], base) == []
    assert card.moved_on(known(adapter), [], None) == []


def test_documents_that_moved_on_are_counted_by_their_last_change(adapter, base):
    changes = [
        change("a", ADD),
        change("b", REPLACE),
        change("b", REMOVE),
        change("c", ADD),
        change("d", REPLACE),
    ]
    [sentence] = card.moved_on(known(adapter), changes, base)
    assert "2 added, 1 removed, 1 replaced." in sentence


def test_base_with_other_weights_is_told(adapter, base):
    weights = base / "model.safetensors"
    then = weights.stat()
    weights.write_bytes(b"weights of the BASE")
    os.utime(weights, ns=(then.st_atime_ns, then.st_mtime_ns + 10**9))
    [sentence] = card.moved_on(known(adapter), [], base)
    assert sentence.startswith("The weights of openbook-mini are not those it was made for")


def test_base_that_was_copied_is_the_same(adapter, base):
    then = (base / "model.safetensors").stat()
    os.utime(base / "model.safetensors", ns=(then.st_atime_ns, then.st_mtime_ns + 10**9))
    assert card.moved_on(known(adapter), [], base) == []
