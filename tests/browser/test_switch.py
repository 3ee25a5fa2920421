"""The switches beside the question box, and several answers to one question."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from assistant.settings import Settings
from assistant.workspace import open_workspace
from store.model_records import HuggingFaceModel
from tests.browser.server import Server, running
from tests.browser.visitor import SCRIPTED, Visitor
from tests.models.tiny import save_adapter, save_model

LOST = "How long is lost property kept at the ticket office?"
UNCHECKED = "Answered without your documents"


@pytest.fixture
def harbour(own_server: Server, tmp_path: Path) -> Server:
    """A server that has a tiny model with a published adapter and no documents."""
    base = save_model(tmp_path / "base")
    settings = Settings.from_environment({}, home=own_server.home)
    with closing(open_workspace(settings, role="the tests", work=False)) as workspace:
        models = workspace.models
        models.add(HuggingFaceModel("harbour", "Harbour", datetime.now(UTC), str(base)))
        adapter = models.add_adapter(save_adapter(tmp_path / "support", base), "harbour", "support")
        models.publish(adapter.id)
    return own_server


def retrieval(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("switch", name="Retrieval")


def switch(visitor: Visitor, name: str) -> Locator:
    return visitor.page.get_by_role("radio", name=name, exact=True)


def without_retrieval(visitor: Visitor) -> None:
    visitor.page.get_by_test_id("stCheckbox").filter(has_text="Retrieval").locator("label").click()
    expect(retrieval(visitor)).not_to_be_checked()
    visitor.settled()


def test_base_and_fine_tuned_answer_two_questions_of_one_conversation(
    harbour: Server, arrive: Callable[..., Visitor]
):
    with running(harbour):
        visitor = arrive(harbour)
        visitor.visit()
        visitor.choose_model("Harbour")
        without_retrieval(visitor)
        expect(switch(visitor, "Base")).to_be_checked()
        base = visitor.ask(LOST)
        expect(base).to_contain_text("Harbour, without retrieval")
        switch(visitor, "Fine-tuned").click()
        visitor.settled()
        tuned = visitor.ask(LOST)
        expect(tuned).to_contain_text("Harbour + support, without retrieval")
        texts = [answer.locator("#answer").inner_text() for answer in (base, tuned)]
        assert all(texts) and texts[0] != texts[1]
        assert [visitor.trace_of(one)["model"] for one in (base, tuned)] == [
            "harbour",
            "harbour+support",
        ]
        path = visitor.path
    with running(harbour):
        visitor.visit(path)
        expect(switch(visitor, "Fine-tuned")).to_be_checked()
        expect(retrieval(visitor)).not_to_be_checked()
        expect(visitor.answers).to_have_count(2)


def test_choices_before_the_first_question_survive_a_reload(visitor: Visitor):
    visitor.visit()
    visitor.choose_model(SCRIPTED)
    without_retrieval(visitor)
    expect(visitor.page).to_have_url(re.compile("model=scripted.*retrieval=no"))
    visitor.page.reload()
    expect(visitor.page.get_by_role("combobox", name="Model")).to_have_value(SCRIPTED)
    expect(retrieval(visitor)).not_to_be_checked()


def test_answers_of_two_models_stand_one_below_the_other(visitor: Visitor):
    visitor.visit()
    visitor.choose_model(SCRIPTED)
    first = visitor.ask(f"Markup: {LOST}")
    visitor.ask(LOST)
    for wanted in ("Extractive reader, with retrieval", "Scripted replies, without retrieval"):
        visitor.press("Answer again with…", first)
        visitor.page.get_by_role("menuitem", name=wanted).click()
        expect(visitor.answers.filter(has_text=wanted)).to_have_count(1)
        visitor.finished(visitor.answers.filter(has_text=wanted))
    visitor.page.reload()
    expect(visitor.answers).to_contain_text(
        [
            "Scripted replies, with retrieval",
            "Extractive reader, with retrieval",
            "Scripted replies, without retrieval",
            "Scripted replies, with retrieval",
        ]
    )
    unchecked = visitor.answers.nth(2)
    expect(unchecked).to_contain_text(UNCHECKED)
    expect(unchecked.get_by_role("img", name="Not supported")).to_have_count(0)
    expect(visitor.answers.nth(1)).to_contain_text("90 days")
