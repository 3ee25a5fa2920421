"""What a refusal says was searched and what came closest."""

from dataclasses import replace

import pytest

from assistant.answering.refusal import explain
from assistant.retrieval.hits import Hit
from store.records import Media
from tests.passages import hit


def closest(page: int, label: str | None) -> Hit:
    """A hit on this page of a PDF, with the page number printed on it."""
    found = hit("The ferry leaves at nine.", document="guide.pdf")
    return replace(
        found,
        chunk=replace(found.chunk, page=page, label=label),
        document=replace(found.document, media=Media.PDF, pages=10),
    )


@pytest.mark.parametrize(
    ("label", "page"), [("5", "page 7 (printed 5)"), ("7", "page 7"), (None, "page 7")]
)
def test_closest_passage_is_named_by_its_page_and_the_printed_number(label, page):
    best = closest(7, label)
    text = explain("When does the train leave?", [best.document], [best])
    assert f"The closest passage is in guide.pdf, {page}. " in text
