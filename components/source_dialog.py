"""The page behind a citation: the lines with the quoted words boxed, then the whole page and its
neighbours."""

from collections.abc import Sequence

import streamlit as st

from components import dialogs, page_text
from components.dialogs import Dialog
from components.notices import problem, reporting
from components.resources import workspace
from components.wording import plain
from store.answer_records import Citation
from store.errors import NotFound
from store.page_names import page_name
from store.records import Document

PAGE = "source_page"  # the whole page that is shown; absent while the quote is
PICTURE_WIDTH = 1200


def open_source(citation: Citation) -> None:
    """Show where a citation comes from."""
    st.session_state.pop(PAGE, None)
    title = plain(f"Source {citation.marker}: {citation.document}")
    dialogs.show(Dialog(title, ":material/menu_book:", _body, (citation,), drawer=True))


def open_marker(citations: Sequence[Citation], marker: int | None) -> None:
    """Show the citation with this marker; nothing when none was clicked."""
    for citation in citations:
        if citation.marker == marker:
            open_source(citation)


def _body(citation: Citation) -> None:
    with reporting():
        facts = [page_name(citation.page, citation.label).capitalize(), citation.heading]
        if words := " · ".join(plain(fact) for fact in facts if fact):
            st.caption(words)
        with st.container(border=True):
            st.text(f"“{' '.join(citation.quote.split())}”")
        try:
            document = workspace().library.document(citation.document_id)
        except NotFound:
            problem("This document has been deleted from the library; only the quote is left.")
            return
        if document.paged:
            _pages(document, citation)
        else:
            _text(document, citation)
        with st.expander("The passage it was taken from", icon=":material/notes:"):
            st.text(citation.passage)


def _pages(document: Document, citation: Citation) -> None:
    quoted = citation.stored_page
    chosen: int | None = st.session_state.get(PAGE)
    shown = chosen or quoted
    boxes = citation.boxes if shown == quoted else ()
    strip = chosen is None and bool(boxes)
    _turn(document, shown, quoted, strip=strip)
    picture = workspace().library.page_picture(
        document.id, shown, boxes=boxes, width=PICTURE_WIDTH, strip=strip
    )
    name = f"Page {shown} of {document.name}" + (", the lines around the quote" if strip else "")
    st.image(picture, width="stretch", alt=name + (", the quoted words are boxed" if boxes else ""))
    if shown == quoted and not boxes:
        st.caption("The place of the quoted words on this page is not known.")


def _turn(document: Document, shown: int, quoted: int, *, strip: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _step("Previous", ":material/chevron_left:", shown - 1, shown <= 1)
        st.markdown(f"Page {shown} of {document.pages}", width="content")
        _step("Next", ":material/chevron_right:", shown + 1, shown >= document.pages)
        if strip:
            _step("Whole page", ":material/fullscreen:", quoted, False)
        elif st.session_state.get(PAGE):
            _step("Back to the quote", ":material/undo:", None, False)
        st.page_link(
            "pages/library/documents.py",
            label="Open the document",
            icon=":material/open_in_new:",
            query_params={"document": document.id, "page": str(shown)},
        )


def _step(label: str, icon: str, page: int | None, disabled: bool) -> None:
    st.button(
        label, icon=icon, key=f"source_{label}", disabled=disabled, on_click=_turn_to, args=(page,)
    )


def _turn_to(page: int | None) -> None:
    st.session_state[PAGE] = page


def _text(document: Document, citation: Citation) -> None:
    page = workspace().library.page(document.id, citation.stored_page)
    page_text.quoted(page.text, citation.start, citation.end)
    st.page_link(
        "pages/library/documents.py",
        label="Open the document",
        icon=":material/open_in_new:",
        query_params={"document": document.id},
    )
