"""Files come in through the page, are shown, opened and deleted, or are refused in one sentence."""

from pathlib import Path

from playwright.sync_api import expect

from assistant.library import SAMPLES
from tests.browser.boxed_words import amber
from tests.browser.visitor import Visitor, picture_loaded
from tests.ingestion.drawing import PROSE, draw, encrypted, wrapped, write


def written(path: Path, words: str) -> Path:
    """A PDF of one page with these words and some prose."""
    return draw(path, lambda canvas: write(canvas, wrapped(f"{words} {PROSE}", 80)))


def test_uploaded_files_are_listed_with_pages_and_passages(visitor: Visitor):
    visitor.visit("/documents")
    visitor.wait_for_rows("annual-report.pdf", "employee-handbook.pdf")
    rows = {row[0]: row for row in visitor.table()}
    for name, title, pages in (
        ("annual-report.pdf", "Annual Report 2025", "7"),
        ("employee-handbook.pdf", "Employee Handbook", "10"),
    ):
        assert rows[name][1:3] == [title, pages]
        assert int(rows[name][3]) > int(pages)
        assert int(rows[name][4]) == (SAMPLES / name).stat().st_size
        assert rows[name][-1] == "Ready"


def test_document_is_shown_page_by_page_beside_what_was_read(visitor: Visitor):
    visitor.visit("/documents")
    visitor.wait_for_rows("annual-report.pdf")
    visitor.open_row("annual-report.pdf")
    page = visitor.page
    picture = page.get_by_role("img", name="Page 1 of annual-report.pdf")
    assert not amber(SAMPLES / "annual-report.pdf", 1, picture_loaded(picture)).any()
    visitor.press("Page 3")
    expect(page.get_by_role("img", name="Page 3 of annual-report.pdf")).to_be_visible()
    expect(page.get_by_role("tabpanel").first).to_contain_text("642,115")
    visitor.page.reload()
    expect(page.get_by_role("img", name="Page 3 of annual-report.pdf")).to_be_visible()


def test_locked_file_asks_for_its_password_and_becomes_ready(visitor: Visitor, tmp_path: Path):
    plain = written(tmp_path / "plain.pdf", "The safe of the harbour office holds 40 crowns.")
    visitor.visit("/documents")
    visitor.upload(encrypted(plain, tmp_path / "locked.pdf", "anchor"))
    password = visitor.page.get_by_role("textbox", name="Password of locked.pdf")
    expect(password).to_be_visible()
    password.fill("wrong")
    visitor.press("Unlock")
    expect(visitor.page.get_by_text("password").filter(has_text="wrong")).to_be_visible()
    password.fill("anchor")
    visitor.press("Unlock")
    visitor.wait_for_rows("locked.pdf")
    expect(password).to_have_count(0)
    visitor.go_to("Chat")
    answer = visitor.ask("How many crowns does the safe of the harbour office hold?")
    expect(answer).to_contain_text("40 crowns")


def test_broken_file_gets_one_sentence_and_can_be_dismissed(visitor: Visitor):
    visitor.visit("/documents")
    visitor.upload({"name": "torn.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 torn"})
    told = visitor.told_of("torn.pdf")
    expect(told.get_by_role("button", name="Retry")).to_be_visible()
    sentence = told.get_by_text("torn.pdf").inner_text()
    assert sentence.count(".") <= 3 and "Traceback" not in sentence, sentence
    visitor.dismiss("torn.pdf")
    visitor.wait_until_gone("torn.pdf")


def test_empty_file_gets_one_sentence(visitor: Visitor):
    visitor.visit("/documents")
    visitor.upload({"name": "nothing.pdf", "mimeType": "application/pdf", "buffer": b""})
    expect(visitor.page.get_by_role("alert")).to_contain_text("nothing.pdf is empty")


def test_same_file_again_is_a_duplicate(visitor: Visitor):
    visitor.visit("/documents")
    visitor.upload(SAMPLES / "annual-report.pdf")
    expect(visitor.page.get_by_text("annual-report.pdf is already in the library")).to_be_visible()
    visitor.dismiss("annual-report.pdf")
    assert [row[0] for row in visitor.table()].count("annual-report.pdf") == 1


def test_question_about_a_deleted_document_is_refused(visitor: Visitor, tmp_path: Path):
    words = "The Griselda carries nine hundred barrels of pilchards to Zeebrugge."
    question = "How many barrels of pilchards does the Griselda carry to Zeebrugge?"
    visitor.visit("/documents")
    visitor.upload(written(tmp_path / "pilchards.pdf", words))
    visitor.wait_for_rows("pilchards.pdf")
    visitor.go_to("Chat")
    expect(visitor.ask(question)).to_contain_text("nine hundred barrels")

    visitor.go_to("Documents")
    visitor.wait_for_rows("pilchards.pdf")
    visitor.open_row("pilchards.pdf")
    visitor.press("Delete")
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog).to_contain_text("pilchards.pdf will be erased")
    visitor.press("Delete", dialog)
    expect(visitor.page.get_by_role("heading", name="Documents")).to_be_visible()
    visitor.wait_for_rows("annual-report.pdf")
    visitor.wait_until_gone("pilchards.pdf")

    visitor.go_to("Chat")
    visitor.new_conversation()
    answer = visitor.ask(question)
    expect(answer).to_contain_text("No answer in the library")
    expect(answer).not_to_contain_text("nine hundred")


def test_ready_file_appears_beside_one_that_failed(visitor: Visitor, tmp_path: Path):
    worn = f"worn-{tmp_path.name}.pdf"  # another name where the test is run once more
    visitor.visit("/documents")
    visitor.upload({"name": worn, "mimeType": "application/pdf", "buffer": b"%PDF-1.7 worn"})
    expect(visitor.told_of(worn).get_by_role("button", name="Retry")).to_be_visible()
    visitor.upload(written(tmp_path / "sound.pdf", "The bell of Sallow weighs 40 kg."))
    visitor.wait_for_rows("sound.pdf")
    expect(visitor.told_of(worn)).to_be_visible()
    visitor.dismiss(worn)
    visitor.upload({"name": "torn.doc", "mimeType": "application/msword", "buffer": b"torn"})
    box = visitor.page.get_by_test_id("stFileUploader")
    expect(box.get_by_text("torn.doc")).to_be_visible()
    expect(box.get_by_text("sound.pdf")).not_to_be_visible()
