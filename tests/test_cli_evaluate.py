"""The command `evaluate`: the ladder over questions whose answers are in the library."""

import json

import pytest

from assistant.cli import main
from assistant.retrieval.ranking_measures import reciprocal_rank

TEXTS = {
    "ferries.md": "# Ferries\n\nThe ferry to Skarrow leaves the harbour at nine in the morning.\n",
    "trains.txt": "The night train to Oslo has eleven carriages and a dining car.\n",
    "birds.txt": "Puffins nest on the cliffs of the island from April to August.\n",
}
QUESTIONS = [
    {"question": "When does the ferry to Skarrow leave?", "document": "ferries.md",
     "answer": "nine in the morning"},
    {"question": "How long is the night train?", "document": "trains.txt", "page": 1},
    {"question": "Where do puffins nest?", "document": "foxes.txt", "answer": "cliffs"},
    {"question": "Who won the cup?", "document": None, "answer": ""},
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluate")
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    files = [str(folder / name) for name in TEXTS]
    assert main(["add", *files, "--home", str(folder / "home"), "--json"]) == 0
    return folder / "home"


@pytest.fixture
def evaluate(home, tmp_path, capfd):
    def run(rows, *more):
        file = tmp_path / "questions.jsonl"
        file.write_text("\n".join(json.dumps(row) for row in rows))
        capfd.readouterr()
        arguments = ["evaluate", "--questions", str(file), "--home", str(home), *more]
        return main(arguments), capfd.readouterr().out

    return run


def test_every_way_of_searching_is_measured(evaluate):
    code, printed = evaluate(QUESTIONS, "--json")
    report = json.loads(printed)["report"]
    assert code == 0
    assert (report["questions"], report["left_out"]) == (2, 1)
    names = [rung["name"] for rung in report["retrieval"]]
    ladder = [
        "keyword", "dense", "hybrid", "hybrid, reranked", "hybrid, by evidence", "with titles",
        "with parts", "with feedback", "reranked", "by evidence",
    ]  # fmt: skip
    assert names == ladder
    for rung in report["retrieval"]:
        assert rung["figures"]["nDCG@10"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
        assert rung["milliseconds"] > 0


def test_people_read_a_table(evaluate):
    _, printed = evaluate(QUESTIONS)
    span = ("Span", "recall@5")
    told, heads, *rows = printed.splitlines()
    assert told == "2 questions; 1 left out, whose answers are not in the library"
    assert heads.split() == ["search", "nDCG@10", "Recall@5", "Recall@10", "MRR@10", *span, "ms"]
    assert rows[0].startswith("keyword") and "1.000 (1.00-1.00)" in rows[0]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (QUESTIONS[2:3], "the library has no passage that answers its questions."),
        (QUESTIONS[3:], "has no questions whose document, page or answer is given."),
        ([{"question": "", "document": "ferries.md"}], "line 1: it has no question."),
    ],
)
def test_file_that_tells_nothing_is_refused(evaluate, rows, reason):
    code, printed = evaluate(rows, "--json")
    assert code == 1
    assert json.loads(printed)["error"].endswith(reason)


def test_missing_file_is_named(home, tmp_path, capfd):
    missing = str(tmp_path / "nothing.jsonl")
    assert main(["evaluate", "--questions", missing, "--home", str(home), "--json"]) == 1
    assert "nothing.jsonl cannot be read" in json.loads(capfd.readouterr().out)["error"]


def test_reciprocal_rank_is_of_the_first_that_is_relevant():
    gains = {"a": 0.0, "b": 1.0, "c": 2.0}
    assert reciprocal_rank(["x", "a", "b", "c"], gains, 10) == 1 / 3
    assert reciprocal_rank(["x", "a", "b"], gains, 2) == 0.0
