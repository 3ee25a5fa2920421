"""The commands: what each does, as one JSON object, and its errors in plain sentences."""

import json
import os

import pytest

from assistant.cli import main
from tests.ingestion.drawing import PROSE, draw, encrypted, write
from tests.ingestion.small import opened

FERRY = "# Ferries\n\nThe ferry to Skarrow leaves the harbour at nine in the morning.\n"
TRAIN = "# Trains\n\nThe night train to Oslo has eleven carriages.\n"


@pytest.fixture
def texts(tmp_path):
    folder = tmp_path / "texts"
    (folder / "inside").mkdir(parents=True)
    (folder / "ferries.md").write_text(FERRY)
    (folder / "inside" / "trains.txt").write_text(TRAIN)
    (folder / "picture.png").write_bytes(b"\x89PNG")
    return folder


@pytest.fixture
def run(capfd):
    """Runs a command in this process; returns its exit code and its JSON."""

    def run_command(*arguments: object) -> tuple[int, dict]:
        capfd.readouterr()
        code = main([str(a) for a in arguments] + ["--json"])
        printed = capfd.readouterr().out
        assert printed.count("\n") == 1
        return code, json.loads(printed)

    return run_command


@pytest.fixture
def added(run, texts):
    """The documents of a library of two texts, by name."""
    code, result = run("add", texts)
    assert code == 0
    return {document["name"]: document for document in result["documents"]}


def test_adding_a_folder_tells_what_became_of_every_file(run, texts):
    code, result = run("add", texts)
    assert code == 0
    assert set(result) == {"documents", "seconds", "stages"}
    assert set(result["stages"]) == {"parse", "chunk", "embed", "store"}
    assert [(d["name"], d["status"], d["pages"], d["chunks"], d["reason"])
            for d in result["documents"]] == [
        ("ferries.md", "ready", 1, 1, None),
        ("trains.txt", "ready", 1, 1, None),
    ]  # fmt: skip
    code, result = run("add", texts / "ferries.md", texts)
    assert code == 0
    assert [d["status"] for d in result["documents"]] == ["duplicate"] * 3


def page(canvas) -> None:
    write(canvas, [PROSE])


def test_locked_file_asks_for_its_password_in_words(run, tmp_path):
    pdf = draw(tmp_path / "plain.pdf", page)
    locked = encrypted(pdf, tmp_path / "locked.pdf", "sesame")
    code, result = run("add", locked)
    [document] = result["documents"]
    assert (code, document["status"], document["needs_password"]) == (1, "failed", True)
    assert result["error"] == document["reason"]
    assert "password" in document["reason"]
    code, result = run("add", locked, "--password", "sesame")
    assert (code, result["documents"][0]["status"]) == (0, "ready")


def test_one_bad_file_among_good_ones_is_no_error_of_the_command(run, texts):
    (texts / "empty.pdf").write_bytes(b"")
    (texts / "fake.pdf").write_text("no pdf")
    code, result = run("add", texts)
    assert code == 0
    failed = {d["name"]: d["reason"] for d in result["documents"] if d["status"] == "failed"}
    assert set(failed) == {"empty.pdf", "fake.pdf"}
    assert "0 bytes" in failed["empty.pdf"]


def test_nothing_is_taken_in_when_a_path_is_wrong(run, texts):
    code, result = run("add", texts, texts / "missing.pdf")
    assert code == 1
    assert result == {"error": f"{texts / 'missing.pdf'}: there is no such file or folder."}
    assert run("list")[1] == {"documents": []}
    (texts / "empty").mkdir()
    code, result = run("add", texts / "empty")
    assert code == 1
    assert "no PDF, plain text or Markdown file" in result["error"]


def test_file_name_that_is_no_text_does_not_stop_the_command(run, tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("Coffee at nine.")
    code, result = run("add", tmp_path)
    assert (code, result["documents"][0]["name"]) == (0, "caf.txt")


def test_listing_and_removing(run, added, home):
    code, result = run("list")
    assert code == 0
    assert {d["name"] for d in result["documents"]} == set(added)
    ferry = added["ferries.md"]["id"]
    code, result = run("remove", ferry, ferry)
    assert (code, [d["id"] for d in result["documents"]]) == (0, [ferry])
    assert [d["name"] for d in run("list")[1]["documents"]] == ["trains.txt"]
    for path in home.rglob("*"):
        assert not path.is_file() or b"Skarrow" not in path.read_bytes(), path
    code, result = run("remove", added["trains.txt"]["id"], "unknown")
    assert code == 1
    assert "no longer" in result["error"]
    assert len(run("list")[1]["documents"]) == 1


def test_searching_one_query_or_a_file_of_them(run, added, tmp_path):
    code, result = run("search", "when", "does", "the", "ferry", "leave", "-k", "1")
    [found] = result["results"]
    assert code == 0
    assert (found["id"], found["query"]) == (None, "when does the ferry leave")
    [hit] = found["hits"]
    assert set(hit) >= {"document", "page", "chunk", "text", "score"}
    assert (hit["document"], hit["page"], hit["text"]) == ("ferries.md", None, FERRY.strip())
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"id": 7, "text": "train"}\n\n{"id": "b", "text": "港 ferry"}\n')
    code, result = run("search", "--queries", queries)
    assert [(r["id"], r["hits"][0]["document"]) for r in result["results"]] == [
        (7, "trains.txt"),
        ("b", "ferries.md"),
    ]
    assert all(r["milliseconds"] > 0 for r in result["results"])


def test_search_in_an_empty_library_finds_nothing(run):
    code, result = run("search", "anything")
    assert (code, result["results"][0]["hits"]) == (0, [])


def test_asking_gives_a_cited_answer_and_a_trace(run, added):
    code, result = run("ask", "When does the ferry to Skarrow leave the harbour?")
    [answer] = result["answers"]
    assert code == 0
    assert set(answer) >= {
        "id", "question", "answer", "refused", "sentences", "citations", "trace", "model",
        "milliseconds",
    }  # fmt: skip
    assert not answer["refused"]
    assert "nine" in answer["answer"]
    [citation] = [c for c in answer["citations"] if c["document"] == "ferries.md"]
    assert citation["quote"] in FERRY
    assert all(marker in {c["marker"] for c in answer["citations"]}
               for s in answer["sentences"] for marker in s["citations"])  # fmt: skip
    assert set(answer["milliseconds"]) == {"retrieval", "first_token", "total"}
    code, trace = run("trace", answer["trace"])
    assert (code, trace["question"]) == (0, "When does the ferry to Skarrow leave the harbour?")
    assert trace["candidates"] and trace["prompt"]
    code, result = run("trace", "unknown")
    assert code == 1
    assert set(result) == {"error"}


def test_bad_question_among_good_ones_has_its_own_sentence(run, added, tmp_path):
    questions = tmp_path / "questions.jsonl"
    lines = [{"id": 1, "question": "How many carriages has the night train?"},
             {"id": 2, "text": "x" * 20_000}, {"id": 3, "text": " "}]  # fmt: skip
    questions.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, result = run("ask", "--questions", questions)
    assert code == 0
    first, long, blank = result["answers"]
    assert "eleven" in first["answer"] and first["error"] is None
    assert "20,000 characters" in long["error"]
    assert "empty" in blank["error"]
    code, result = run("ask", "x" * 20_000)
    assert code == 1
    assert "20,000 characters" in result["error"]


@pytest.mark.parametrize(
    ("content", "line"),
    [("not json\n", 1), ('{"id": 1, "text": "a"}\n[]\n', 2), ('{"id": 1}\n', 1),
     ('{"text": 5}\n', 1)],
)  # fmt: skip
def test_line_that_is_no_question_is_named(run, tmp_path, content, line):
    file = tmp_path / "questions.jsonl"
    file.write_text(content)
    for code, result in (run("ask", "--questions", file), run("search", "--queries", file)):
        assert code == 1
        assert f"questions.jsonl, line {line}: not an object" in result["error"]


@pytest.mark.parametrize("arguments", [["search", " "], ["list", "--home", "/dev/null/x"]])
def test_known_error_ends_with_1_and_one_sentence(run, arguments):
    code, result = run(*arguments)
    assert code == 1
    assert set(result) == {"error"}
    assert result["error"].endswith(".")
    assert "\n" not in result["error"]


def test_wrong_setting_is_a_known_error(run, monkeypatch):
    monkeypatch.setenv("OPENBOOK_CHUNK_WORDS", "many")
    assert run("list") == (
        1,
        {"error": "OPENBOOK_CHUNK_WORDS is 'many', which is not a whole number."},
    )


def test_unknown_model_is_named_with_those_there_are(run, added):
    code, result = run("ask", "When?", "--model", "oracle")
    assert code == 1
    assert "'oracle'" in result["error"] and "reader" in result["error"]
    code, result = run("models")
    assert code == 0
    mini = "openbook-mini"
    assert [m["name"] for m in result["models"]] == ["reader", mini, f"{mini}+support-voice"]
    assert set(result["models"][0]) == {"name", "kind", "base", "status"}


def test_rebuilding_needs_a_knowledge_base(run, added):
    assert run("rebuild") == (
        0,
        {"knowledge_base": "library", "status": "ready", "reason": None},
    )
    code, result = run("rebuild", "--kb", "other")
    assert code == 1
    assert "no knowledge base 'other'" in result["error"]


def test_store_of_another_model_refuses_searching_and_asking(run, settings, texts):
    with opened(settings) as small:
        small.jobs.wait([small.library.add("ferries.md", FERRY.encode()).id])
    for command in (["search", "ferry"], ["ask", "When?"], ["add", texts]):
        code, result = run(*command)
        assert code == 1
        assert "words-64" in result["error"] and "rebuild" in result["error"]
    assert run("rebuild")[0] == 0
    code, result = run("search", "ferry")
    assert (code, result["results"][0]["hits"][0]["document"]) == (0, "ferries.md")


def test_doctor_looks_at_everything_needed(run, monkeypatch):
    code, result = run("doctor")
    assert code == 0
    checks = {check["name"]: check for check in result["checks"]}
    assert set(checks) == {
        "python",
        "packages",
        "home",
        "store",
        "embedding",
        "reranker",
        "model",
        "ocr",
    }
    assert all(check["ok"] and check["found"] for check in checks.values())
    monkeypatch.setenv("OPENBOOK_MODEL", "oracle")
    code, result = run("doctor")
    assert code == 1
    assert [check["name"] for check in result["checks"] if not check["ok"]] == ["model"]
    assert "'oracle'" in result["error"]
