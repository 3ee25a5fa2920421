"""Conversations are kept, found, named, taken away and judged."""

from secrets import token_hex

from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor

LOST = "How long is lost property kept at the ticket office?"
SHIP = "What did the Campion cost?"


def menu(visitor: Visitor, choice: str) -> Locator:
    """Choose from the menu of the open conversation; returns the dialog that opens."""
    visitor.page.get_by_role("main").get_by_role("button", name="more_horiz").click()
    visitor.press(choice)
    return visitor.page.get_by_test_id("stDialog")


def listed(visitor: Visitor, title: str) -> Locator:
    """The conversation of that title in the sidebar."""
    return visitor.page.get_by_test_id("stSidebar").get_by_role("button", name=title, exact=True)


def renamed(visitor: Visitor, words: str) -> str:
    """Rename the open conversation; returns its title, which a test run once more has not used."""
    title = f"{words} {token_hex(3)}"
    dialog = menu(visitor, "Rename")
    dialog.get_by_role("textbox", name="Title").fill(title)
    visitor.press("Rename", dialog)
    expect(dialog).to_have_count(0)
    expect(visitor.page.get_by_role("heading", name=title)).to_be_visible()
    return title


def test_conversation_can_be_renamed_searched_for_and_opened_again(visitor: Visitor):
    visitor.visit()
    visitor.ask(LOST)
    title = renamed(visitor, "Umbrellas")
    visitor.new_conversation()
    search = visitor.page.get_by_role("searchbox", name="Search conversations")
    search.fill("no such words anywhere")
    expect(visitor.page.get_by_text("No conversation has these words.")).to_be_visible()
    search.fill("umbrella")
    listed(visitor, title).click()
    expect(visitor.answers).to_contain_text(["90 days"])


def test_words_of_an_answer_find_its_conversation(visitor: Visitor):
    visitor.visit()
    visitor.ask(SHIP)
    title = renamed(visitor, "The new ship")
    visitor.page.get_by_role("searchbox", name="Search conversations").fill("18.4 million")
    expect(listed(visitor, title)).to_be_visible()


def test_deleted_conversation_is_gone_after_a_confirmation(visitor: Visitor):
    visitor.visit()
    visitor.ask(LOST)
    title = renamed(visitor, "To be deleted")
    path = visitor.path
    dialog = menu(visitor, "Delete")
    visitor.press("Keep", dialog)
    expect(dialog).to_have_count(0)
    expect(visitor.answers).to_have_count(1)
    visitor.press("Delete", menu(visitor, "Delete"))
    expect(visitor.answers).to_have_count(0)
    expect(listed(visitor, title)).to_have_count(0)
    visitor.visit(path)
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    expect(visitor.box).to_be_visible()


def test_exported_conversation_has_questions_answers_and_sources(visitor: Visitor):
    visitor.visit()
    visitor.ask(LOST)
    visitor.page.get_by_role("main").get_by_role("button", name="more_horiz").click()
    text = visitor.download("Download as Markdown")
    for words in (LOST, "90 days", "employee-handbook.pdf, page 7 (printed 5)"):
        assert words in text


def test_thumb_and_its_reason_are_kept(visitor: Visitor):
    visitor.visit()
    answer = visitor.ask(LOST)
    answer.get_by_role("radio", name="Thumbs down").click()
    visitor.press("Say why", answer)
    reason = visitor.page.get_by_role("textbox", name="What was wrong?")
    reason.fill("It does not say where.")
    visitor.press("Save")
    expect(answer.get_by_role("button", name="Reason given")).to_be_visible()
    visitor.page.reload()
    expect(answer.get_by_role("radio", name="Thumbs down")).to_be_checked()
    visitor.press("Reason given", answer)
    expect(reason).to_have_value("It does not say where.")


def test_thumb_pressed_again_is_taken_back(visitor: Visitor):
    visitor.visit()
    answer = visitor.ask(LOST)
    thumb = answer.get_by_role("radio", name="Thumbs up")
    for chosen in (True, False, True, False):
        thumb.click()
        expect(thumb).to_be_checked(checked=chosen)
        expect(answer.get_by_role("button", name="Say why")).to_have_count(int(chosen))
    visitor.page.reload()
    expect(thumb).not_to_be_checked()
