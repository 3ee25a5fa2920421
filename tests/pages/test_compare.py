"""The page that compares models: columns side by side, stopped, kept, asked again."""

import pytest

from tests.pages.comparing import (
    BOOKING,
    FOUND,
    PAGE,
    READER,
    SCRIPTED,
    SCRIPTED_FOUND,
    drawn,
    words,
)
from tests.pages.conftest import TIMEOUT


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
