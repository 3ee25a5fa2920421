"""The frame around the pages: navigation and what must be known everywhere."""

import pytest
from streamlit.runtime.pages_manager import PagesManager

from tests.pages.conftest import FRAME, words

PAGES = [
    "pages/ask/chat.py",
    "pages/ask/compare.py",
    "pages/ask/traces.py",
    "pages/library/documents.py",
]


def test_no_page_stands_directly_in_the_pages_folder():
    assert not list((FRAME.parent / "pages").glob("*.py"))


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_thin(page):
    assert len((FRAME.parent / page).read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("page", PAGES)
def test_frame_runs_around_every_page(app, page):
    session = app(page)
    assert not session.exception
    assert session.session_state["page_shown"]


def test_first_visitor_is_not_told_that_the_page_does_not_exist():
    assert PagesManager.uses_pages_directory is False


def test_pictures_of_the_frame_are_our_own():
    pictures = list((FRAME.parent / "components").glob("*.svg"))
    assert {"icon.svg", "logo.svg"} <= {path.name for path in pictures}
    for path in pictures:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text


def test_vectors_of_another_model_are_told_and_can_be_rebuilt(app, opened):
    opened.store.knowledge_bases.create("library", "another-model", 768)
    session = app()
    assert "another-model" in words(session)
    session.button(key="rebuild").click().run()
    assert not session.exception
    assert opened.jobs.list()
