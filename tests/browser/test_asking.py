"""What can be asked, how, and what is said when there is no answer."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.visitor import SCRIPTED, Visitor
from tests.ingestion.drawing import PROSE, draw, wrapped, write

LOST = "How long is lost property kept at the ticket office?"


def test_follow_up_question_shows_how_it_was_completed(visitor: Visitor):
    visitor.visit()
    expect(visitor.ask("How many passengers were carried in 2024?")).to_contain_text("642,115")
    follow_up = visitor.ask("And in 2021?")
    expect(follow_up).to_contain_text("Searched for: How many passengers were carried in 2021?")
    expect(follow_up).to_contain_text("412,618")
    assert visitor.trace_of(follow_up)["question"] == "And in 2021?"


def test_question_without_an_answer_is_refused_without_sources(visitor: Visitor):
    visitor.visit()
    answer = visitor.ask("Who won the football world cup in 1998?")
    expect(answer).to_contain_text("No answer in the library")
    expect(answer).to_contain_text("I searched")
    expect(answer.get_by_role("button", name="Show the passage")).to_have_count(0)
    trace = visitor.trace_of(answer)
    assert trace["refused"]
    assert trace["prompt"] == []


def test_empty_question_is_not_sent(visitor: Visitor):
    visitor.visit()
    visitor.box.fill("")
    visitor.box.press("Enter")
    expect(visitor.page.get_by_role("button", name="Send message")).to_be_disabled()
    visitor.ask(LOST)
    expect(visitor.answers).to_have_count(1)


def test_blank_question_gets_one_sentence(visitor: Visitor):
    visitor.visit()
    visitor.send("  \n ")
    alert = visitor.page.get_by_role("alert")
    expect(alert).to_have_text("errorThe question is empty; type what you want to know.")
    visitor.ask(LOST)
    expect(visitor.answers).to_have_count(1)
    expect(alert).to_have_count(0)


def test_question_that_is_too_long_gets_one_sentence_and_is_not_lost(visitor: Visitor):
    question = ("How long? " * 2000).strip()
    visitor.visit()
    visitor.send(question)
    alert = visitor.page.get_by_role("alert")
    expect(alert).to_contain_text("19,999 characters; the most is 4,000")
    expect(visitor.box).to_have_value(question)
    expect(visitor.answers).to_have_count(0)
    visitor.ask(LOST)
    expect(alert).to_have_count(0)


def test_failing_model_says_why_and_the_question_can_be_tried_again(visitor: Visitor):
    visitor.visit()
    visitor.choose_model(SCRIPTED)
    answer = visitor.ask(f"Failing: {LOST}")
    expect(answer).to_contain_text("The scripted model was told to fail.")
    visitor.choose_model("Extractive reader")
    visitor.press("Try again", answer)
    visitor.finished(visitor.answers.nth(1))
    expect(visitor.answers.nth(1)).to_contain_text("90 days")


def test_markup_in_an_answer_stays_text(visitor: Visitor):
    visitor.visit()
    visitor.choose_model(SCRIPTED)
    answer = visitor.ask(f"Markup: {LOST}")
    expect(answer).to_contain_text("![x](https://example.com/x.png) <img src=")
    expect(answer.locator("img")).to_have_count(0)
    expect(answer.locator(".bold")).to_have_text("kept")


def test_invented_source_becomes_no_chip_and_its_sentence_is_marked(visitor: Visitor):
    visitor.visit()
    visitor.choose_model(SCRIPTED)
    answer = visitor.ask(f"Markup: {LOST}")
    expect(answer).to_contain_text("It is sold in June")
    expect(answer.get_by_role("button", name="Source 7")).to_have_count(0)
    expect(answer.get_by_role("img", name="Not supported").last).to_be_visible()


def test_file_dropped_into_the_chat_is_read_before_its_question_is_asked(
    visitor: Visitor, tmp_path: Path
):
    words = f"The weathercock of Tarn Bay was gilded in 1911. {PROSE}"
    path = draw(tmp_path / "weathercock.pdf", lambda canvas: write(canvas, wrapped(words, 80)))
    visitor.visit()
    visitor.attach(path)
    visitor.send("When was the weathercock of Tarn Bay gilded?")
    answer = visitor.answers.first
    visitor.finished(answer)
    expect(answer).to_contain_text("1911")
    expect(answer.get_by_role("button", name="weathercock.pdf").first).to_be_visible()
