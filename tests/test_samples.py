"""The samples are what they claim: complete, set from their sources, and holding every answer."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pypdf
import pypdfium2
import pytest

from samples.make_samples import NAMES, make

SAMPLES = Path(__file__).parents[1] / "samples"
QUESTIONS = [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_bytes().splitlines()]
ANSWERED = [entry for entry in QUESTIONS if entry["answer"]]
ON_TEXT = [entry for entry in ANSWERED if entry["kind"] != "scanned"]
ON_SCAN = [entry for entry in ANSWERED if entry["kind"] == "scanned"]


def plain(text: str) -> str:
    """Words only, so that line ends and punctuation do not matter."""
    return " ".join(re.findall(r"[\w£.,]*\w", text.lower()))


@cache
def page_texts(path: Path) -> list[str]:
    """The text of every page; a Markdown file is one page."""
    if path.suffix == ".md":
        return [path.read_text(encoding="utf-8")]
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


@cache
def read_by_ocr(name: str, page: int) -> str:
    from rapidocr_onnxruntime import RapidOCR

    with pypdfium2.PdfDocument(SAMPLES / name) as document:
        picture = np.asarray(document[page - 1].render(scale=2).to_pil())
    lines, _ = RapidOCR()(picture)
    return " ".join(text for _, text, _ in lines)


@pytest.mark.parametrize("name", NAMES)
def test_sample_is_what_its_source_gives(name: str, tmp_path: Path):
    fresh = make(name, tmp_path)
    assert page_texts(fresh) == page_texts(SAMPLES / f"{name}.pdf")


def test_making_a_sample_twice_gives_the_same_bytes(tmp_path: Path):
    (tmp_path / "again").mkdir()
    first, second = (make(NAMES[-1], folder) for folder in (tmp_path, tmp_path / "again"))
    assert first.read_bytes() == second.read_bytes()


def test_samples_are_small():
    assert sum(file.stat().st_size for file in SAMPLES.iterdir() if file.is_file()) < 2_000_000


def test_handbook_has_printed_labels_that_its_pages_show():
    document = pypdf.PdfReader(SAMPLES / "employee-handbook.pdf")
    assert document.page_labels[:4] == ["i", "ii", "1", "2"]
    for label, text in zip(
        document.page_labels[1:], page_texts(SAMPLES / "employee-handbook.pdf")[1:], strict=True
    ):
        assert re.search(rf"^{label}\s*$", text, re.MULTILINE)


def test_only_the_scanned_page_has_no_text():
    empty = [
        (name, number)
        for name in NAMES
        for number, text in enumerate(page_texts(SAMPLES / f"{name}.pdf"), 1)
        if not text.strip()
    ]
    assert empty == [("skarrow-linkspan-letters", 2)]


def test_fares_run_over_two_pages_with_the_header_repeated():
    headed = [
        bool(re.search(r"Route\s+Ticket\s+Low\s+Standard\s+High\s+Islander", text))
        for text in page_texts(SAMPLES / "service-guide.pdf")
    ]
    assert headed == [False, False, True, True, False, False]


@pytest.mark.parametrize("entry", ON_TEXT, ids=lambda entry: entry["id"])
def test_answer_stands_on_the_page_named(entry: dict):
    text = plain(page_texts(SAMPLES / entry["document"])[(entry["page"] or 1) - 1])
    for part in entry["answer"].split("; "):
        assert plain(part) in text


@pytest.mark.parametrize("entry", ON_SCAN, ids=lambda entry: entry["id"])
def test_answer_can_be_read_from_the_scan(entry: dict):
    read = read_by_ocr(entry["document"], entry["page"]).replace(" ", "")
    assert entry["answer"].replace(" ", "") in read


def test_questions_are_unique_and_of_every_kind():
    assert len({entry["id"] for entry in QUESTIONS}) == len(QUESTIONS)
    assert {entry["kind"] for entry in QUESTIONS} == {
        "fact", "table", "list", "follow-up", "scanned", "unanswerable", "off-topic",
    }  # fmt: skip


def test_follow_ups_come_after_a_question_about_the_same_document():
    by_id = {entry["id"]: entry for entry in QUESTIONS}
    follow_ups = [entry for entry in QUESTIONS if entry["kind"] == "follow-up"]
    assert follow_ups
    for entry in follow_ups:
        assert by_id[entry["after"]]["document"] == entry["document"]


def test_questions_without_an_answer_name_no_page():
    for entry in QUESTIONS:
        answered = entry["kind"] not in ("unanswerable", "off-topic")
        assert bool(entry["answer"]) == bool(entry["document"]) == answered
        assert (entry["page"] is None) == (not answered or entry["document"].endswith(".md"))


def test_shown_questions_can_be_answered():
    shown = [entry for entry in QUESTIONS if entry.get("shown")]
    assert len(shown) >= 3
    assert all(entry["answer"] and entry["kind"] != "follow-up" for entry in shown)
