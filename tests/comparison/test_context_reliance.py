"""Evidence given by hand, and whether a model follows it or its memory."""

import json
from pathlib import Path

import pytest

from assistant.comparison.context_reliance import Item, Said, measure, said
from assistant.comparison.given_evidence import checked_passages
from assistant.errors import BadInput, ModelUnavailable
from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from store.answer_records import Fate, Verdict
from tests.comparison.guide import LOST, READER, READER_FOUND, SCRIPTED_FOUND

CAPITAL = Item(
    question="What is the capital of France?",
    true=("Paris",),
    false=("Lyon",),
    passages=("The capital of France is Paris, on the Seine.", "France is in Europe."),
    swapped=("The capital of France is Lyon, on the Seine.", "France is in Europe."),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is paris.", Said.TRUE),
        ("It is Lyon, not Nice [1].", Said.FALSE),
        ("Paris or Lyon", Said.BOTH),
        ("The Parisians know.", Said.NEITHER),
        ("", Said.NEITHER),
    ],
)
def test_answer_is_searched_for_either_word_for_word(text: str, expected: Said):
    assert said(text, CAPITAL) is expected


def test_date_counts_in_any_of_its_forms():
    item = Item("When?", ("December 1, 2017", "1 Dec 2017"), ("May 2, 2018",), (), ())
    assert said("On 1 Dec. 2017.", item) is Said.TRUE
    assert said("On December 1st.", item) is Said.NEITHER


def test_reader_follows_the_passages_whatever_they_say(workspace: Workspace):
    found = measure(workspace.comparer, workspace.store.comparisons, [CAPITAL] * 2, "reader")
    assert found.with_true == {Said.TRUE: 2}
    assert found.with_false == {Said.FALSE: 2}
    assert found.without == {Said.NEITHER: 2}
    assert (found.follows, found.remembers) == (1, 0)
    assert workspace.store.comparisons.list() == []


def test_model_that_remembers_is_found_out(settings: Settings, tmp_path: Path):
    path = tmp_path / "script.json"
    path.write_text(json.dumps([{"reply": "It has always been Paris. [1]"}]))
    opened = open_workspace(Settings.from_environment(script=str(path)), role="the tests")
    try:
        found = measure(opened.comparer, opened.store.comparisons, [CAPITAL], "scripted")
    finally:
        opened.close()
    assert (found.follows, found.remembers) == (0, 1)
    assert found.without == {Said.TRUE: 1}


def test_failing_model_is_not_counted_as_silent(ferries: Workspace):
    item = Item(f"fails: {LOST}", ("90",), ("30",), ("Kept for 90 days.",), ("Kept for 30 days.",))
    with pytest.raises(ModelUnavailable, match="not answering"):
        measure(ferries.comparer, ferries.store.comparisons, [item], "scripted")


def test_given_passages_take_the_place_of_the_library(ferries: Workspace):
    passages = ("Dogs are fed at noon.", "Lost property is kept for 30 days in Bergen.")
    running = ferries.comparer.compare(
        LOST, (READER, READER_FOUND, SCRIPTED_FOUND), kb="library", passages=passages
    )
    running.wait(30)
    found = ferries.store.comparisons.get(running.id)
    assert found.passages == passages
    without, reader, scripted = found.columns
    assert "30 days" in reader.text
    assert (reader.citations[0].quote, reader.citations[0].boxes) == (passages[1], ())
    assert scripted.sentences[0].verdict is Verdict.UNSUPPORTED  # it still says 90 days
    assert without.citations == ()
    trace = ferries.traces.get(reader.trace_id or "")
    assert [(one.text, one.fate) for one in trace.candidates] == [
        (passages[1], Fate.KEPT),
        (passages[0], Fate.KEPT),
    ]


@pytest.mark.parametrize(
    ("texts", "said_of_it"),
    [(["", " \x00"], "empty"), (["x"] * 11, "11 passages"), (["x" * 4001], "4,001 characters")],
)
def test_evidence_that_cannot_be_used_is_named(texts: list[str], said_of_it: str):
    with pytest.raises(BadInput, match=said_of_it):
        checked_passages(texts)


def test_empty_passages_are_left_out():
    assert checked_passages([" One. ", "", "Two."]) == ("One.", "Two.")
