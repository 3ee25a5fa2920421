"""From a question to its cited answer, to the boxed words on the page, and to the trace."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from assistant.library import SAMPLES
from tests.browser.boxed_words import (
    amber,
    amber_pixels,
    letters,
    tinted_outside,
    tinted_shares,
    words_in,
)
from tests.browser.visitor import Visitor, picture_loaded

LOST = "How long is lost property kept at the ticket office?"
SHIP = "What did the Campion cost?"
WHOLE = re.compile(r"^Page \d+ of [\w.-]+, the quoted words are boxed$")
LAPTOP = {"width": 1280, "height": 640}


def chips(answer: Locator) -> Locator:
    return answer.get_by_role("button", name="Show the passage")


def cited(trace: dict[str, Any], marker: str) -> dict[str, Any]:
    """The citation behind a chip."""
    return next(one for one in trace["citations"] if str(one["marker"]) == marker)


@pytest.mark.parametrize(
    ("question", "document", "said"),
    [(LOST, "employee-handbook.pdf", "90 days"), (SHIP, "annual-report.pdf", "£18.4 million")],
)
def test_boxed_words_on_the_cited_page_are_the_quote(
    visitor: Visitor, question: str, document: str, said: str
):
    visitor.visit()
    answer = visitor.ask(question)
    expect(answer).to_contain_text(said)
    trace = visitor.trace_of(answer)
    markers = chips(answer).all_text_contents()
    assert markers
    assert set(markers) == {str(one["marker"]) for one in trace["citations"]}
    citation = cited(trace, markers[0])
    assert citation["document"] == document

    chips(answer).first.click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog).to_contain_text(" ".join(citation["quote"].split()))
    visitor.press("Whole page", dialog)
    picture = dialog.get_by_role("img", name=WHOLE)
    path, page, boxes = SAMPLES / document, citation["page"], citation["boxes"]
    assert letters(words_in(path, page, boxes)) == letters(citation["quote"])
    tinted = amber(path, page, picture_loaded(picture))
    assert min(tinted_shares(tinted, boxes)) > 0.6
    assert tinted_outside(tinted, boxes) == 0


def test_quoted_words_low_on_the_page_are_seen_at_once(arrive, openbook):
    visitor = arrive(openbook, viewport=LAPTOP)
    visitor.visit()
    chips(visitor.ask(LOST)).first.click()
    dialog = visitor.page.get_by_role("dialog")
    lines = dialog.get_by_role("img", name="the lines around the quote")
    assert amber_pixels(picture_loaded(lines)) > 0
    expect(lines).to_be_in_viewport(ratio=1)
    visitor.press("Whole page", dialog)
    whole = dialog.get_by_role("img", name=WHOLE)
    assert amber_pixels(picture_loaded(whole)) > 0
    expect(whole).not_to_be_in_viewport(ratio=1)
    visitor.press("Back to the quote", dialog)
    expect(lines).to_be_in_viewport(ratio=1)


def test_neighbours_of_the_cited_page_are_one_click_away(visitor: Visitor):
    visitor.visit()
    answer = visitor.ask(LOST)
    chips(answer).first.click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Page 7 of 10")
    visitor.press("Next", dialog)
    expect(dialog).to_contain_text("Page 8 of 10")
    unboxed = dialog.get_by_role("img", name="Page 8 of employee-handbook.pdf")
    tinted = amber(SAMPLES / "employee-handbook.pdf", 8, picture_loaded(unboxed))
    assert not tinted.any()
    visitor.press("Back to the quote", dialog)
    expect(dialog.get_by_role("img", name="Page 7 of employee-handbook.pdf")).to_be_visible()
    visitor.press("Close", dialog)
    expect(dialog).to_have_count(0)
    expect(answer).to_contain_text("90 days")


def test_sources_below_the_answer_open_the_same_page(visitor: Visitor):
    visitor.visit()
    answer = visitor.ask(LOST)
    visitor.show_sources(answer)
    answer.get_by_role("button", name="[1] employee-handbook.pdf").click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog.get_by_role("img", name="the quoted words are boxed")).to_be_visible()


def test_trace_tells_stages_candidates_prompt_and_answer(visitor: Visitor):
    visitor.visit()
    answer = visitor.ask(LOST)
    answer.get_by_role("link", name="Why this answer").click()
    visitor.page.wait_for_url("**/traces?id=*")
    main = visitor.page.get_by_role("main")
    expect(main.get_by_role("heading", name=LOST)).to_be_visible()
    chart = main.get_by_role("img").filter(has_text="Choosing the evidence")
    expect(chart).to_contain_text("Writing the answer")
    expect(main.get_by_role("code").last).to_contain_text(f"Question: {LOST}")
    trace = json.loads(visitor.download("Download as JSON"))
    found, kept = trace["candidates"], [c for c in trace["candidates"] if c["fate"] == "kept"]
    assert 0 < len(kept) < len(found)
    expect(main.get_by_role("region", name=f"{len(found)} candidates")).to_be_visible()
    visitor.press(f"Kept ({len(kept)})")
    expect(main.get_by_role("region", name=f"{len(kept)} candidates")).to_be_visible()
    assert {"rewrite", "dense search", "keyword search", "write", "check"} <= {
        span["name"] for span in trace["spans"]
    }
    assert all(c["scores"] and c["ranks"] for c in found)
    assert trace["prompt"][-1]["content"].endswith(LOST)
    assert [s["verdict"] for s in trace["sentences"]] == ["supported"]


def test_address_of_a_trace_opens_for_somebody_else(visitor: Visitor, arrive, openbook):
    visitor.visit()
    answer = visitor.ask(LOST)
    answer.get_by_role("link", name="Why this answer").click()
    visitor.page.wait_for_url("**/traces?id=*")
    other = arrive(openbook)
    other.visit(visitor.path)
    expect(other.page.get_by_role("heading", name=LOST)).to_be_visible()
    expect(other.page.get_by_role("heading", name="Candidates")).to_be_visible()
    other.page.get_by_role("link", name="Open the conversation").click()
    expect(other.answers).to_contain_text(["90 days"])


def test_traces_are_listed_and_opened_from_the_list(visitor: Visitor):
    visitor.visit()
    visitor.ask(SHIP)
    visitor.go_to("Traces")
    visitor.page.get_by_role("searchbox", name="Question contains").fill("campion")
    visitor.wait_for_rows("Campion")
    expect(visitor.page.locator("canvas [role=gridcell]").filter(has_text=LOST)).to_have_count(0)
    visitor.open_row(SHIP)
    expect(visitor.page.get_by_role("heading", name=SHIP)).to_be_visible()
    visitor.press("All traces")
    expect(visitor.page.get_by_role("heading", name="Traces")).to_be_visible()
