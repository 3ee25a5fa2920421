"""Pages are named by their number, with the printed label where it differs, and never guessed."""

import pytest

from store.page_names import page_name, place


@pytest.mark.parametrize(
    ("page", "label", "words"),
    [(4, "iv", "page 4 (printed iv)"), (4, "4", "page 4"), (4, None, "page 4"), (None, "iv", "")],
)
def test_page_name_never_guesses(page, label, words):
    assert page_name(page, label) == words


def test_place_of_a_document_without_pages_is_its_name():
    assert place("faq.md", None, None) == "faq.md"
    assert place("guide.pdf", 7, "5") == "guide.pdf, page 7 (printed 5)"
