"""RAFT: the right passage among hard distractors, a share without it, quotes that are cited."""

import re
from itertools import islice
from pathlib import Path

import pytest

from assistant.answering.line import Line
from assistant.models.mini_format import CANNOT_FIND, PASSAGE
from assistant.settings import Settings
from assistant.training import raft
from assistant.training.examples import answer_of, question_of
from assistant.training.shown_passages import Shown, shown
from assistant.workspace import Workspace, open_workspace
from store.training_records import Example, ExampleState, Origin

ROWS = 10


@pytest.fixture(scope="module")
def rows(guides: Workspace) -> list[Example]:
    """Ten of them, two without the right passage."""
    line = Line(guides.store, guides.retriever, guides.settings)
    set_id = guides.store.examples.make_set("raft").id
    documents = guides.library.documents()
    return list(islice(raft.propose(line, documents, set_id, condensed=False), ROWS))


def passages_of(example: Example) -> dict[str, str]:
    return {
        number: " ".join(text.split()) for number, text in PASSAGE.findall(example.turns[1].content)
    }


def squeezed(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def test_four_distractors_stand_beside_the_right_passage(rows: list[Example]):
    found = shown(rows)
    assert (found.rows, found.with_right, found.without) == (ROWS, 8, 2)
    assert (found.distractors, found.passages) == (4.0, 5.0)


def test_targets_quote_the_right_passage_and_no_distractor_says_it(rows: list[Example]):
    for example in rows:
        if answer_of(example) == CANNOT_FIND:
            continue
        quote, _, marker = answer_of(example).rpartition(" [")
        said = squeezed(re.sub(r"(?:^|(?<=; ))[^:;]+: ", "", quote))  # cells without their heads
        shown = passages_of(example)
        assert said in squeezed(shown.pop(marker.removesuffix("]")))
        assert all(said not in squeezed(other) for other in shown.values())
        assert "stands among 4 distractors" in example.note


def test_without_the_right_passage_declining_is_right(rows: list[Example]):
    lacking = [example for example in rows if answer_of(example) == CANNOT_FIND]
    for example in lacking:
        assert len(passages_of(example)) == 5
        assert "there are distractors only" in example.note
        asked = set(re.findall(r"\w{4,}", question_of(example).lower()))
        shown = " ".join(passages_of(example).values()).lower()
        assert any(word in shown for word in asked), "hard ones share words with the question"


def test_rows_name_pages_and_lineage(rows: list[Example], guides: Workspace):
    (document,) = guides.library.documents()
    for example in rows:
        assert (example.state, example.origin) == (ExampleState.WAITING, Origin.DOCUMENT)
        assert example.documents == (document.id,)
        assert re.match(r"From service-guide\.pdf, page \d", example.note)
        fences = re.findall(
            r'<passage number="\d" document="[^"]+" page="\d+"', example.turns[1].content
        )
        assert len(fences) == 5


def test_share_and_number_can_be_chosen_and_small_models_read_lines(guides: Workspace):
    line = Line(guides.store, guides.retriever, guides.settings)
    set_id = guides.store.examples.make_set("other raft").id
    found = raft.propose(
        line, guides.library.documents(), set_id, condensed=True, distractors=2, without=0.0
    )
    for example in islice(found, 3):
        said = answer_of(example)
        assert said != CANNOT_FIND
        quote, _, marker = said.rpartition(" [")
        lines = {n: text.split("\n") for n, text in PASSAGE.findall(example.turns[1].content)}
        assert any(quote in its for its in lines.values())
        assert [len(its) for its in lines.values()] == [1, 1, 1], "a line of each passage"
        assert "among 2 distractors" in example.note


def test_no_library_no_rows(settings: Settings):
    workspace = open_workspace(settings, role="the tests", work=False)
    try:
        line = Line(workspace.store, workspace.retriever, workspace.settings)
        set_id = workspace.store.examples.make_set("empty").id
        assert list(raft.propose(line, [], set_id, condensed=True)) == []
        assert shown([]) == Shown(0, 0, 0, 0.0, 0.0)
    finally:
        workspace.close()


def test_northwind(shared_data: Path, settings: Settings):
    """The handbook of a made-up company: its pages stand in the prompts."""
    workspace = open_workspace(settings, role="the tests")
    try:
        folder = shared_data / "pdfs" / "northwind" / "docs"
        names = ("Benefit_Options.pdf", "PerksPlus.pdf")
        jobs = [workspace.library.add(name, folder / name) for name in names]
        workspace.jobs.wait([job.id for job in jobs])
        line = Line(workspace.store, workspace.retriever, workspace.settings)
        set_id = workspace.store.examples.make_set("northwind").id
        found = list(raft.propose(line, workspace.library.documents(), set_id, condensed=False))
        made = shown(found)
        assert made.rows == made.with_right + made.without >= 3
        assert (made.distractors, made.passages) == (4.0, 5.0)
        assert all(re.match(r"From \w+\.pdf, page \d", example.note) for example in found)
    finally:
        workspace.close()
