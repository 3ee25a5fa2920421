"""The page that compares models: columns, stopping, blind votes, files of questions, ratings."""

import json
import re
import time
from typing import Any

import pytest

from store.comparison_records import Batch, Comparison, Contestant
from tests.pages import conftest
from tests.pages.conftest import TIMEOUT

PAGE = "pages/ask/compare.py"
BOOKING = "Do foot passengers need to book?"
READER, FOUND = Contestant("reader", False), Contestant("reader", True)
SCRIPTED, SCRIPTED_FOUND = Contestant("scripted", False), Contestant("scripted", True)


@pytest.fixture
def start(opened):
    """Sends a question through the page, without waiting for the answers."""

    def send(session: Any, question: str, *columns: Contestant, blind: bool = False) -> str:
        session.text_area(key="compare_question").set_value(question)
        if columns:
            session.multiselect(key="compare_columns").set_value(list(columns))
        session.toggle(key="compare_blind").set_value(blind)
        session.button(key="compare").click().run()
        assert not session.exception
        return session.query_params["comparison"]

    return send


@pytest.fixture
def compare(opened, start):
    """Sends a question through the page and waits for the answers, which are then drawn."""

    def send(session: Any, question: str, *columns: Contestant, blind: bool = False) -> Comparison:
        found = start(session, question, *columns, blind=blind)
        if running := opened.comparer.running(found):
            running.wait(TIMEOUT)
        session.run()
        assert not session.exception
        return opened.store.comparisons.get(found)

    return send


def words(session: Any) -> str:
    """All text on the page, with ordinary spaces."""
    return conftest.words(session).replace("\N{NO-BREAK SPACE}", " ")


def drawn(session: Any) -> list[dict[str, Any]]:
    """What the browser is told to draw for each answer."""
    return [json.loads(one.proto.json) for one in session.get("bidi_component")]


def test_preset_compares_the_base_without_and_with_retrieval(app, add, compare):
    add("faq.md")
    session = app(PAGE)
    assert session.multiselect(key="compare_columns").value == [READER, FOUND]
    found = compare(session, BOOKING)
    assert [column.contestant for column in found.columns] == [READER, FOUND]
    shown = words(session)
    assert "**Extractive reader + retrieval**" in shown
    assert "First token" in shown
    assert "Supported" in shown
    (answer,) = drawn(session)
    assert answer["sources"]
    links = [one.proto.query_string for one in session.get("page_link")]
    assert {f"id={column.trace_id}" for column in found.columns} <= set(links)


def test_sentences_are_marked_only_where_there_was_something_to_check_them_against(
    app, add, compare
):
    add("faq.md")
    session = app(PAGE)
    compare(session, BOOKING, SCRIPTED, SCRIPTED_FOUND)
    without, found = drawn(session)
    marks = [
        [run for block in answer["blocks"] for run in block.get("runs", []) if "mark" in run]
        for answer in (without, found)
    ]
    assert marks[0] == []
    assert marks[1]


def test_another_preset_fills_in_its_columns(app):
    session = app(PAGE)
    session.button(key="preset_scripted").click().run()
    assert session.multiselect(key="compare_columns").value == [SCRIPTED, SCRIPTED_FOUND]


@pytest.mark.parametrize(
    ("question", "columns", "said"), [(" ", (), "empty"), (BOOKING, (READER,), "2 to 4")]
)
def test_what_cannot_be_compared_gets_one_sentence(app, opened, question, columns, said):
    session = app(PAGE)
    session.text_area(key="compare_question").set_value(question)
    if columns:
        session.multiselect(key="compare_columns").set_value(list(columns))
    session.button(key="compare").click().run()
    assert not session.exception
    assert [said in one.value for one in session.error] == [True]
    assert opened.store.comparisons.list() == []


def test_running_column_is_found_again_by_a_new_session_and_stopped_alone(app, add, opened, start):
    add("faq.md")
    session = app(PAGE)
    found = start(session, f"Slowly: {BOOKING}", SCRIPTED, SCRIPTED_FOUND)
    running = opened.comparer.running(found)
    for answer in running.answers:
        next(iter(answer))
    again = app(PAGE, comparison=found)
    assert [one["writing"] for one in drawn(again)] == [True, True]
    again.button(key="stop_0").click().run()
    running.answers[0].wait(TIMEOUT)
    assert not running.answers[1].done
    again.run()
    assert "Stopped before it was finished" in words(again)
    again.button(key="stop_all").click().run()
    running.wait(TIMEOUT)
    again.run()
    assert [one["writing"] for one in drawn(again)] == [False, False]


def test_another_page_and_back_keeps_the_comparison(app, add, compare):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING)
    session.switch_page("pages/library/documents.py").run()
    session.switch_page(PAGE).run()
    assert session.query_params["comparison"] == found.id
    assert drawn(session)


def test_failed_and_refused_columns_say_so(app, add, compare):
    add("faq.md")
    session = app(PAGE)
    compare(session, "fail: Who won the football world cup in 1998?", SCRIPTED, FOUND)
    assert "told to fail" in session.error[0].value
    assert "No answer" in words(session)


def test_unknown_comparison_gets_one_sentence(app):
    session = app(PAGE, comparison="gone")
    assert not session.exception
    assert "no comparison" in session.error[0].value
    assert "comparison" not in session.query_params


def test_blind_comparison_tells_no_names_before_the_vote(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, FOUND, SCRIPTED_FOUND, blind=True)
    shown = words(session)
    assert "**Answer A**" in shown
    assert not any(
        told in shown for told in ("Extractive reader", "Scripted replies", "First token")
    )
    assert not session.get("page_link")
    session.button(key="vote_1").click().run()
    assert not session.exception
    vote = opened.store.comparisons.vote(found.id)
    assert (vote.best, vote.blind) == (1, True)
    shown = words(session)
    assert "**Extractive reader + retrieval**" in shown
    assert "First token" in shown
    assert "given blind" in shown


def test_vote_moves_the_rating_and_taking_it_back_moves_it_again(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, READER, FOUND)
    session.button(key="vote_1").click().run()
    assert re.search(r"reader \*\*\d+\*\* :red\[-", words(session))
    assert re.search(r"retrieval \*\*\d+\*\* :green\[\+", words(session))
    session.button(key="take_back").click().run()
    assert opened.store.comparisons.votes() == []
    session.button(key="vote_equal").click().run()
    assert opened.store.comparisons.vote(found.id).best is None
    assert ":green[" not in words(session)


def test_names_can_be_shown_without_a_vote(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, READER, FOUND, blind=True)
    session.button(key="reveal").click().run()
    assert "**Extractive reader**" in words(session)
    session.button(key="vote_none").click().run()
    assert not opened.store.comparisons.vote(found.id).blind


def test_ratings_of_all_votes_are_listed(app, add, compare):
    add("faq.md")
    session = app(PAGE)
    compare(session, BOOKING, READER, FOUND, blind=True)
    session.button(key="vote_0").click().run()
    compare(session, BOOKING, FOUND, SCRIPTED_FOUND)
    session.button(key="vote_0").click().run()
    ratings = app(PAGE, view="Ratings")
    (table,) = ratings.dataframe
    assert sorted(table.value["Votes"]) == [1, 1, 2]
    assert sum(table.value["Wins"]) == 2
    ratings.toggle(key="blind_only").set_value(True).run()
    assert len(ratings.dataframe[0].value) == 2


def test_ratings_without_votes_say_how_to_get_some(app):
    assert "No votes yet" in words(app(PAGE, view="Ratings"))


def test_difference_marks_the_words_of_either_answer(app, add, compare):
    add("faq.md")
    session = app(PAGE)
    compare(session, BOOKING, READER, FOUND)
    assert ":red-background[~~I answer from" in words(session)
    assert ":green-background[" in words(session)


def test_evidence_is_shown_with_its_places(app, add, compare):
    add("faq.md")
    session = app(PAGE)
    compare(session, BOOKING, READER, FOUND)
    assert any(one.label.startswith("Evidence: ") for one in session.expander)
    assert "faq.md" in words(session)


def test_better_answer_is_kept(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, READER, FOUND)
    session.text_area(key=f"compare_correction_{found.id}").set_value("Never.")
    next(one for one in session.button if one.label == "Save").click().run()
    assert opened.store.comparisons.get(found.id).correction == "Never."


def test_comparison_is_put_into_the_form_again_and_deleted(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, SCRIPTED, FOUND)
    other = app(PAGE, comparison=found.id)
    other.button(key="again").click().run()
    assert other.text_area(key="compare_question").value == BOOKING
    assert other.multiselect(key="compare_columns").value == [SCRIPTED, FOUND]
    other.button(key="delete").click().run()
    other.button(key="confirm").click().run()
    assert not other.exception
    assert opened.store.comparisons.list() == []


def test_earlier_comparisons_are_listed_without_giving_blind_ones_away(app, add, compare):
    add("faq.md")
    session = app(PAGE)
    compare(session, BOOKING, READER, FOUND)
    compare(session, BOOKING, READER, FOUND, blind=True)
    (table,) = app(PAGE).dataframe
    assert list(table.value["columns"]) == [
        "2 answers, blind",
        "Extractive reader, Extractive reader + retrieval",
    ]


CSV = f"question\n{BOOKING}\nHow are lost things found again?\n".encode()


@pytest.fixture
def run_file(opened):
    """Runs a file of questions through the page and waits until it is worked off."""

    def send(session: Any, name: str, data: bytes, *columns: Contestant) -> Batch:
        session.file_uploader[0].set_value((name, data, "text/csv")).run()
        session.multiselect(key="compare_columns").set_value(list(columns))
        session.button(key="run_file").click().run()
        assert not session.exception
        (batch,) = opened.store.comparison_batches.list()
        end = time.monotonic() + TIMEOUT
        while opened.store.comparison_batches.get(batch.id).state.unfinished:
            assert time.monotonic() < end
            time.sleep(0.05)
        session.run()
        return opened.store.comparison_batches.get(batch.id)

    return send


def test_file_of_questions_is_run_opened_and_exported(app, add, run_file, opened):
    add("faq.md")
    session = app(PAGE, view="Question files")
    assert session.button(key="run_file").disabled
    batch = run_file(session, "harbour.csv", CSV, READER, FOUND)
    assert "Done" in words(session)
    assert "2 questions to Extractive reader, Extractive reader + retrieval" in words(session)
    session.button(key=f"open_{batch.id}").click().run()
    assert not session.exception
    averages, answers = session.dataframe
    assert list(averages.value["Who"]) == ["Extractive reader", "Extractive reader + retrieval"]
    assert list(averages.value["Answers"]) == [2, 2]
    assert list(answers.value["question"]) == list(batch.questions)
    assert session.get("download_button")[0].proto.label == "Download all answers"
    again = app(PAGE, view="Question files", batch=batch.id)
    assert "harbour.csv" in words(again)


def test_question_of_a_file_leads_to_the_next_and_back(app, add, run_file, opened):
    add("faq.md")
    session = app(PAGE, view="Question files")
    batch = run_file(session, "harbour.csv", CSV, READER, FOUND)
    first, second = opened.store.comparisons.of_batch(batch.id)
    session = app(PAGE, comparison=first.id)
    assert session.button(key="previous question").disabled
    session.button(key="next question").click().run()
    assert session.query_params["comparison"] == second.id
    session.button(key="back_to_file").click().run()
    assert not session.exception
    assert session.query_params["batch"] == batch.id
    assert len(session.dataframe) == 2


def test_file_without_questions_gets_one_sentence(app, opened):
    session = app(PAGE, view="Question files")
    session.file_uploader[0].set_value(("harbour.csv", b"asked\nWho?", "text/csv")).run()
    session.button(key="run_file").click().run()
    assert not session.exception
    assert "no column 'question'" in session.error[0].value
    assert opened.store.comparison_batches.list() == []


def test_running_file_is_cancelled_resumed_and_deleted(app, add, opened):
    add("faq.md")
    data = f"question\nslowly: {BOOKING}\n".encode()
    batch = opened.batches.add("harbour.csv", data, (READER, SCRIPTED_FOUND), kb="library")
    session = app(PAGE, view="Question files")
    session.button(key=f"Cancel_{batch.id}").click().run()
    assert not session.exception
    assert "Cancelled" in words(session)
    session.button(key=f"Go on_{batch.id}").click().run()
    assert opened.store.comparison_batches.get(batch.id).state.unfinished
    session.button(key=f"Cancel_{batch.id}").click().run()
    session.button(key=f"Delete_{batch.id}").click().run()
    session.button(key="confirm").click().run()
    assert not session.exception
    assert opened.store.comparison_batches.list() == []


def test_evidence_is_edited_and_the_models_asked_again(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, FOUND, SCRIPTED_FOUND)
    session.toggle(key=f"edit_{found.id}").set_value(True).run()
    for area in session.text_area:
        if area.label.startswith("Passage"):
            area.set_value("")
    session.text_area(key=f"passage_0_{found.id}").set_value("Foot passengers book at the zoo.")
    again = next(one for one in session.button if one.label.startswith("Run again"))
    again.click().run()
    assert not session.exception
    second = session.query_params["comparison"]
    assert second != found.id
    if running := opened.comparer.running(second):
        running.wait(TIMEOUT)
    session.run()
    assert "With evidence written by hand" in words(session)
    assert "Which answer is best?" not in words(session)
    kept = opened.store.comparisons.get(second)
    assert kept.passages == ("Foot passengers book at the zoo.",)
    assert "zoo" in kept.columns[0].text


def test_empty_evidence_gets_one_sentence(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, FOUND, SCRIPTED_FOUND)
    session.toggle(key=f"edit_{found.id}").set_value(True).run()
    for area in session.text_area:
        if area.label.startswith("Passage"):
            area.set_value("")
    next(one for one in session.button if one.label.startswith("Run again")).click().run()
    assert not session.exception
    assert "leave at least one passage" in session.error[0].value
    assert len(opened.store.comparisons.list()) == 1
