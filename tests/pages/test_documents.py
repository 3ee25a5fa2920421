"""The documents page: adding files, the table, and the reader of one document."""

from pathlib import Path
from typing import Any

from assistant.library import SAMPLES
from assistant.training.examples import new_example
from store.records import JobState
from store.training_records import Origin, Turn
from tests.pages.conftest import TIMEOUT, words

PAGE = "pages/library/documents.py"
TIDES = b"High water at Aldermouth is at noon on Sunday. " * 20


def table(session: Any) -> Any:
    (frame,) = session.dataframe
    return frame.value


def labels(session: Any) -> list[str]:
    return [button.label for button in session.main.button]


def test_empty_library_offers_the_samples_and_says_the_limit(app):
    session = app(PAGE)
    assert not session.exception
    assert not session.dataframe
    assert session.button(key="add_samples")
    assert "200 MB" in session.get("file_uploader")[0].label


def test_uploaded_files_are_queued_once(app, opened):
    session = app(PAGE)
    session.get("file_uploader")[0].upload("tides.txt", TIDES).run()
    assert not session.exception
    (job,) = opened.jobs.list()
    opened.jobs.wait([job.id], timeout=TIMEOUT)
    session.run()
    assert [one.id for one in opened.jobs.list()] == [job.id]
    assert list(table(session)["name"]) == ["tides.txt"]


def test_library_that_reads_its_first_files_is_not_called_empty(app):
    session = app(PAGE)
    assert "The library is empty." in words(session)
    file = SAMPLES / "employee-handbook.pdf"
    session.file_uploader[0].upload(file.name, file.read_bytes()).run()
    assert "The library is empty." not in words(session)


def test_file_that_cannot_be_read_is_named_and_can_be_dismissed(app, opened):
    job = opened.library.add("broken.pdf", b"this is no PDF")
    (failed,) = opened.jobs.wait([job.id], timeout=TIMEOUT)
    assert failed.state is JobState.FAILED
    session = app(PAGE)
    assert "broken" in words(session)
    assert "Retry" in labels(session)
    session.button(key=f"Dismiss_{job.id}").click().run()
    assert not session.exception
    assert not opened.jobs.list()
    assert "broken" not in words(session)


def test_failed_file_can_be_retried(app, opened):
    job = opened.library.add("broken.pdf", b"this is no PDF")
    opened.jobs.wait([job.id], timeout=TIMEOUT)
    session = app(PAGE)
    session.button(key=f"Retry_{job.id}").click().run()
    assert not session.exception
    (again,) = opened.jobs.wait([job.id], timeout=TIMEOUT)
    assert again.state is JobState.FAILED


def test_duplicate_is_told(app, add, opened):
    add("tides.txt", TIDES)
    opened.library.add("copy.txt", TIDES)
    assert "already in the library as tides" in words(app(PAGE))


def test_encrypted_file_asks_for_its_password(app, opened, tmp_path):
    job = opened.library.add("secret.pdf", encrypted(SAMPLES / "service-guide.pdf", "anchor"))
    (waiting,) = opened.jobs.wait([job.id], timeout=TIMEOUT)
    assert waiting.state is JobState.NEEDS_PASSWORD
    session = app(PAGE)
    session.text_input(key=f"password_text_{job.id}").set_value("anchor")
    next(one for one in session.button if one.label == "Unlock").click().run()
    assert not session.exception
    (done,) = opened.jobs.wait([job.id], timeout=TIMEOUT)
    assert done.state is JobState.READY


def encrypted(path: Path, password: str) -> bytes:
    from io import BytesIO

    from pypdf import PdfWriter

    writer, out = PdfWriter(clone_from=path), BytesIO()
    writer.encrypt(password, algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


def test_table_shows_what_is_known_of_each_document(app, add):
    document = add("service-guide.pdf")
    row = table(app(PAGE)).iloc[0]
    assert row["name"] == "service-guide.pdf"
    assert row["pages"] == document.pages
    assert row["chunks"] == document.chunks
    assert row["size"] == document.size


def test_filter_keeps_the_documents_that_fit(app, add):
    add("tides.txt", TIDES)
    add("winds.txt", b"The wind is from the west. " * 20)
    session = app(PAGE)
    session.text_input(key="document_filter").set_value("WIND").run()
    assert list(table(session)["name"]) == ["winds.txt"]
    session.text_input(key="document_filter").set_value("snow").run()
    assert not session.dataframe
    assert "snow" in words(session)


def select(session: Any, rows: list[int]) -> Any:
    (key,) = [one.key for one in session.dataframe]
    session.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return session.run()


def test_selected_documents_can_be_deleted_after_a_confirmation(app, add, opened):
    add("tides.txt", TIDES)
    add("winds.txt", b"The wind is from the west. " * 20)
    session = select(app(PAGE), [0, 1])
    assert "2 documents selected" in words(session)
    session.button(key="delete_document").click().run()
    assert len(opened.library.documents()) == 2
    session.button(key="confirm").click().run()
    assert not session.exception
    assert not opened.library.documents()


def test_examples_that_go_with_a_document_are_told_before(app, add, opened):
    document = add("tides.txt", TIDES)
    said = (Turn("user", "When is high water?"), Turn("assistant", "At noon. [1]"))
    in_set = opened.store.examples.make_set("tides").id
    made = new_example(in_set, Origin.DOCUMENT, said, documents=(document.id,))
    opened.store.examples.add([made])
    session = app(PAGE, document=document.id)
    session.button(key="delete_document").click().run()
    assert "So will 1 example for fine-tuning made from it." in words(session)
    session.button(key="confirm").click().run()
    assert not opened.store.examples.list(in_set)


def test_document_can_be_renamed(app, add, opened):
    document = add("tides.txt", TIDES)
    session = app(PAGE, document=document.id)
    session.button(key="rename_document").click().run()
    session.text_input(key="new_document_name").set_value("high water")
    next(one for one in session.button if one.proto.is_form_submitter).click().run()
    assert opened.library.document(document.id).name == "high water.txt"


def test_document_can_be_read_again(app, add, opened):
    document = add("tides.txt", TIDES)
    session = app(PAGE, document=document.id)
    session.button(key="reingest_document").click().run()
    assert not session.exception
    assert len(opened.jobs.list()) == 2


def test_reader_shows_the_page_beside_what_was_read(app, add, opened):
    document = add("service-guide.pdf")
    session = app(PAGE, document=document.id, page="2")
    assert not session.exception
    assert session.image
    assert opened.library.page(document.id, 2).text.split()[0] in words(session)
    assert "Text of the file" in words(session)
    assert any("Passages" in tab.label for tab in session.tabs)


def test_scanned_pages_are_marked_as_read_by_ocr(app, add):
    document = add("skarrow-linkspan-letters.pdf")
    assert document.pages_by_ocr
    session = app(PAGE, document=document.id, page=str(document.pages_by_ocr[0]))
    assert "read by OCR" in words(session)
    assert "Read by OCR" in words(session)
    assert "by OCR" in table(app(PAGE)).iloc[0]["notes"]


def test_text_file_is_read_without_pictures(app, add):
    session = app(PAGE, document=add("faq.md").id)
    assert not session.exception
    assert not session.image
    assert "Questions passengers ask" in words(session)


def test_unknown_document_gets_one_sentence(app):
    session = app(PAGE, document="nothing")
    assert not session.exception
    assert len(session.error) == 1
    session.button(key="all_documents").click().run()
    assert not session.error


def test_names_cannot_smuggle_in_markup(app, opened):
    job = opened.library.add("![x](https:evil.pdf", b"this is no PDF")
    opened.jobs.wait([job.id], timeout=TIMEOUT)
    (row,) = [one.value for one in app(PAGE).markdown if "evil" in one.value]
    assert "![x](" not in row


def test_refused_upload_stays_told_until_it_is_dismissed(app, opened):
    session = app(PAGE)
    session.file_uploader[0].upload("empty.txt", b"").run()
    session.run()
    assert "empty.txt" in words(session)
    session.button(key="dismiss_upload").click().run()
    assert not session.error
