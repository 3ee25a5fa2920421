"""Files of questions on the page: run, opened, cancelled, deleted."""

import time
from typing import Any

import pytest

from store.comparison_records import Batch, Contestant
from tests.pages.comparing import BOOKING, FOUND, PAGE, READER, SCRIPTED_FOUND, words
from tests.pages.conftest import TIMEOUT

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
    batch = run_file(session, "harbour.csv", CSV, FOUND, SCRIPTED_FOUND)
    assert "Done" in words(session)
    said = "2 questions to Extractive reader + retrieval, Scripted replies + retrieval"
    assert said in words(session)
    session.button(key=f"open_{batch.id}").click().run()
    assert not session.exception
    averages, answers = session.dataframe
    assert list(averages.value["Who"]) == [
        "Extractive reader + retrieval",
        "Scripted replies + retrieval",
    ]
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
