"""The command `train`: a file of examples becomes a candidate, or one sentence says why not."""

import json
import re
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.cli_training import known_set
from assistant.models.model_folder import check_adapter
from assistant.training.card import read_card
from assistant.training.example_files import read_examples, to_json_lines
from store.database import Database
from store.examples import Examples
from store.model_records import AdapterState
from store.models import Adapters
from tests.models import tiny
from tests.training.tiny_home import examples, prepare

QUICK = ("--epochs", "1", "--batch", "16", "--longest", "128", "--validation", "0.05")


@pytest.fixture
def run(capfd, settings, tmp_path):
    """Runs `train` for a tiny model; its exit code and its JSON."""
    prepare(settings, tiny.save_model(tmp_path / "tiny"))

    def train(file: Path, *more: object) -> tuple[int, dict]:
        capfd.readouterr()
        given = ["--examples", file, "--base", "tiny", "--name", "ahoy", *QUICK, *more, "--json"]
        code = main(["train", *map(str, given)])
        return code, json.loads(capfd.readouterr().out)

    return train


@pytest.fixture
def database(home: Path, run):
    opened = Database(home / "records.sqlite3")
    yield opened
    opened.close()


def file_of(folder: Path, count: int, last: str = "") -> Path:
    """Some examples as JSON lines, and one line more."""
    file = folder / "quays.jsonl"
    file.write_text(to_json_lines(examples("", count)) + last, "utf-8")
    return file


def test_examples_become_a_candidate(run, database, tmp_path):
    code, result = run(file_of(tmp_path, 50))
    assert code == 0, result
    assert (result["status"], result["adapter"]) == ("done", "tiny+ahoy")
    [first, *_, last] = result["validation"]
    assert last["loss"] < first["loss"]
    assert result["summary"] and result["seconds"] > 0
    assert "test_loss" in {figure["name"] for figure in result["figures"]}
    made = Adapters(database).get(result["run"])
    assert (made.model, made.state) == ("tiny+ahoy", AdapterState.CANDIDATE)
    check_adapter(Path(made.folder))
    card = read_card(Path(made.folder))
    assert card and card.examples and card.report
    assert (card.examples.name, card.examples.count) == ("quays", 50)
    assert card.report.samples == ()  # examples may be erased, cards are handed on


def test_file_that_was_imported_before_is_not_imported_again(run, database, tmp_path):
    kept = Examples(database)
    same, more = (
        read_examples("quays.jsonl", file_of(tmp_path, count).read_bytes()) for count in (60, 61)
    )
    assert known_set(kept, same, None) == kept.sets()[0].id
    assert known_set(kept, same, {"type": "object"}) is None
    assert known_set(kept, more, None) is None


@pytest.mark.parametrize(
    ("count", "last", "more", "sentence"),
    [
        (12, "", (), "Too few: 12 different examples.*Use retrieval or a few-shot prompt first"),
        (50, '{"messages": []}', (), r"quays\.jsonl, line 51: "),
        (50, "", ("--epochs", "0"), "Epochs is 0"),
        (50, "", ("--base", "reader"), "Extractive reader cannot be trained here"),
        (50, "", ("--schema", __file__), "cannot be read as a JSON schema"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(
    run, database, tmp_path, count, last, more, sentence
):
    before = Examples(database).sets()
    code, result = run(file_of(tmp_path, count, last), *more)
    assert code == 1
    assert list(result) == ["error"]
    assert re.search(sentence, result["error"])
    assert Examples(database).sets() == before
