"""Models compared in the browser: streamed side by side, stopped, voted on blind, in files."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.server import PATIENCE
from tests.browser.visitor import Visitor

LOST = "How long is lost property kept at the ticket office?"
READER, READER_FOUND = "Extractive reader", "Extractive reader + retrieval"
SCRIPTED, SCRIPTED_FOUND = "Scripted replies", "Scripted replies + retrieval"
MINI, TUNED = "Openbook mini", "Openbook mini + support-voice"
VOTED = re.compile("Your vote")


def choose(visitor: Visitor, *titles: str) -> None:
    """Choose these columns and no others."""
    box = visitor.page.get_by_role("combobox", name="Columns")
    visitor.press("Clear all")
    for title in titles:
        box.click()
        visitor.page.get_by_role("option", name=title, exact=True).click()
    visitor.page.keyboard.press("Escape")
    visitor.settled()


def compare(visitor: Visitor, question: str) -> None:
    visitor.page.get_by_role("textbox", name="Question").fill(question)
    visitor.press("Compare")
    visitor.page.wait_for_url("**comparison=*")


def column(visitor: Visitor, title: str) -> Locator:
    """The column under this name."""
    name = visitor.page.get_by_text(title, exact=True)
    return visitor.page.get_by_test_id("stColumn").filter(has=name)


def finished(visitor: Visitor) -> None:
    """Wait until every answer is there: only then can be voted."""
    question = visitor.page.get_by_text("Which answer is best?")
    expect(question).to_be_visible(timeout=PATIENCE * 1000)
    visitor.settled()


def test_columns_are_written_side_by_side_from_the_same_evidence(visitor: Visitor):
    visitor.visit("/compare")
    choose(visitor, READER, READER_FOUND, SCRIPTED, SCRIPTED_FOUND)
    compare(visitor, f"Slowly: {LOST}")
    for title in (SCRIPTED, SCRIPTED_FOUND):
        expect(column(visitor, title).locator(".caret")).to_be_visible()
    expect(column(visitor, READER_FOUND)).to_contain_text("90 days")
    finished(visitor)
    expect(column(visitor, SCRIPTED)).to_contain_text("Supported 0%")
    expect(column(visitor, SCRIPTED_FOUND)).to_contain_text("Supported 100%")
    traces = []
    for title in (READER, READER_FOUND, SCRIPTED_FOUND):
        traces.append(visitor.trace_of(column(visitor, title)))
    assert traces[0]["candidates"] == []
    assert traces[1]["candidates"] == traces[2]["candidates"] != []


def test_base_and_fine_tuned_are_compared_with_and_without_retrieval(visitor: Visitor):
    visitor.visit("/compare")
    visitor.press("Preset")
    visitor.press("Openbook mini")
    compare(visitor, LOST)
    finished(visitor)
    for model in (MINI, TUNED):
        expect(column(visitor, model)).to_contain_text("was given none for this question")
        expect(column(visitor, f"{model} + retrieval")).to_contain_text("90 days")
        expect(column(visitor, f"{model} + retrieval")).to_contain_text("Supported 100%")
    for title in (TUNED, f"{TUNED} + retrieval"):
        expect(column(visitor, title)).to_contain_text("Thanks for asking!")
        expect(column(visitor, title.replace(TUNED, MINI))).not_to_contain_text("Thanks")


def test_citation_opens_the_page_it_stands_on(visitor: Visitor):
    visitor.visit("/compare")
    choose(visitor, READER_FOUND, SCRIPTED_FOUND)
    compare(visitor, LOST)
    finished(visitor)
    chip = column(visitor, READER_FOUND).get_by_role("button", name="Show the passage")
    chip.first.click()
    expect(visitor.page.get_by_role("dialog").get_by_role("img").last).to_be_visible()


def test_one_column_is_stopped_and_a_reload_loses_nothing(visitor: Visitor):
    visitor.visit("/compare")
    choose(visitor, SCRIPTED, SCRIPTED_FOUND)
    compare(visitor, f"Forever: {LOST}")
    stopped = column(visitor, SCRIPTED)
    expect(stopped.locator(".caret")).to_be_visible()
    visitor.press("Stop", stopped)
    expect(stopped).to_contain_text("Stopped before it was finished")
    visitor.page.reload()
    expect(stopped).to_contain_text("Stopped before it was finished")
    expect(column(visitor, SCRIPTED_FOUND).locator(".caret")).to_be_visible()
    visitor.go_to("Documents")
    visitor.wait_for_rows("annual-report.pdf")
    visitor.go_to("Compare")
    expect(column(visitor, SCRIPTED_FOUND).locator(".caret")).to_be_visible()
    visitor.press("Stop all")
    finished(visitor)
    expect(column(visitor, SCRIPTED_FOUND)).to_contain_text("Stopped before it was finished")


def test_blind_vote_reveals_the_names_and_moves_the_rating(visitor: Visitor):
    visitor.visit("/compare")
    choose(visitor, READER_FOUND, SCRIPTED)
    visitor.page.get_by_text("Blind", exact=True).click()
    compare(visitor, f"Slowly: {LOST}")
    finished(visitor)
    main = visitor.page.get_by_role("main")
    for told in (READER_FOUND, "First token", "Why this answer"):
        expect(main.locator("[data-testid=stColumn]").get_by_text(told)).to_have_count(0)
    cited = column(visitor, "Answer A").get_by_role("button", name="Show the passage").count()
    visitor.press("Answer A" if cited else "Answer B")
    expect(main.get_by_text(VOTED)).to_contain_text(f"{READER_FOUND}, given blind")
    expect(main.get_by_text(re.compile(r"replies\s+\d+\s+-\d+"))).to_be_visible()
    expect(main.get_by_text(re.compile(r"retrieval\s+\d+\s+\+\d+"))).to_be_visible()
    visitor.page.get_by_text("Ratings", exact=True).click()
    visitor.wait_for_rows(SCRIPTED)
    rows = {row[0]: row for row in visitor.table()}
    assert int(rows[READER_FOUND][1]) > 1000 > int(rows[SCRIPTED][1])


def test_difference_between_two_answers_is_marked(visitor: Visitor):
    visitor.visit("/compare")
    choose(visitor, READER_FOUND, SCRIPTED_FOUND)
    compare(visitor, f"Slowly: {LOST}")
    finished(visitor)
    visitor.page.get_by_text("Text difference").click()
    details = visitor.page.get_by_test_id("stExpander").filter(has_text="Text difference")
    expect(details.locator("del").last).to_be_visible()
    expect(details).to_contain_text("only in Scripted replies + retrieval")


def test_file_of_questions_is_run_and_comes_back_as_csv(visitor: Visitor):
    visitor.visit("/compare?view=Question+files")
    choose(visitor, READER, READER_FOUND)
    rows = f"question\n{LOST}\nHow many passengers were carried in 2024?\n"
    box = visitor.page.get_by_test_id("stFileUploaderDropzone").locator("input")
    box.set_input_files({"name": "q.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    expect(visitor.page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    visitor.press("Run")
    card = visitor.page.locator("[class*='st-key-batch_']")
    expect(card).to_contain_text("Done", timeout=PATIENCE * 1000)
    visitor.press("q.csv", card)
    visitor.page.wait_for_url("**batch=*")
    text = visitor.download("Download all answers")
    assert text.count("\n") == 5
    assert "642,115" in text
