"""An answer goes on while the person reloads, looks elsewhere or leaves, and stops when told to."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.visitor import SCRIPTED, Visitor

SLOW = "Slowly: how long is lost property kept at the ticket office?"
ENDLESS = "Forever: how long is lost property kept at the ticket office?"
SENTENCE = "Lost property is kept for 90 days"
WHOLE = 5
MANY = 99


@pytest.fixture
def answer(visitor: Visitor) -> Locator:
    """An answer that has begun and takes some seconds more."""
    visitor.visit()
    visitor.choose_model(SCRIPTED)
    visitor.send(SLOW)
    begun(visitor.answers.first)
    return visitor.answers.first


def begun(answer: Locator) -> None:
    expect(answer.locator(".caret")).to_be_visible()
    expect(answer).to_contain_text("Lost property")


def sentences(answer: Locator) -> int:
    """How many sentences a finished answer has, once it is drawn."""
    expect(answer.locator(".caret")).to_have_count(0)
    expect(answer.locator("#answer")).to_contain_text(SENTENCE)
    return (answer.locator("#answer").text_content() or "").count(SENTENCE)


def test_reload_in_the_middle_loses_nothing(visitor: Visitor, answer: Locator):
    visitor.page.reload()
    begun(answer)
    visitor.finished(answer)
    assert sentences(answer) == WHOLE
    assert len(answer.get_by_role("button", name="Show the passage").all()) >= WHOLE


def test_another_page_in_the_middle_loses_nothing(visitor: Visitor, answer: Locator):
    visitor.go_to("Documents")
    visitor.wait_for_rows("annual-report.pdf")
    visitor.go_to("Chat")
    begun(answer)
    visitor.finished(answer)
    assert sentences(answer) == WHOLE


def test_answer_is_finished_for_somebody_who_left(visitor: Visitor, answer: Locator):
    path = visitor.path
    other = visitor.another_tab()
    visitor.page.close()
    other.visit(path)
    other.finished(other.answers.first)
    assert sentences(other.answers.first) == WHOLE


def test_stopped_answer_keeps_what_was_written(visitor: Visitor):
    visitor.visit()
    visitor.choose_model(SCRIPTED)
    visitor.send(ENDLESS)
    answer = visitor.answers.first
    begun(answer)
    expect(answer).to_contain_text("90 days")
    visitor.press("Stop", answer)
    expect(answer).to_contain_text("Stopped before it was finished")
    kept = sentences(answer)
    assert 1 <= kept < MANY
    visitor.page.reload()
    expect(answer).to_contain_text("Stopped before it was finished")
    assert sentences(answer) == kept


def test_stages_are_shown_while_the_answer_is_made(visitor: Visitor, answer: Locator):
    expect(answer.get_by_text("Writing the answer").first).to_be_visible()
    visitor.finished(answer)
    expect(answer.get_by_text("Writing the answer")).to_have_count(0)
