"""One document: its facts, and each page's picture beside what was read from it."""

import streamlit as st

from components import document_actions, page_text
from components.notices import problem
from components.resources import workspace
from components.wording import count, moment, page_list, pdf_date, plain, size
from store.errors import NotFound
from store.records import Chunk, Document, Page, PageSource

PICTURE_WIDTH = 1200


def show(document_id: str) -> None:
    """The document with this id, or one sentence when there is none."""
    st.button(
        "All documents",
        icon=":material/arrow_back:",
        type="tertiary",
        key="all_documents",
        on_click=document_actions.close_document,
    )
    try:
        document = workspace().library.document(document_id)
    except NotFound as error:
        problem(str(error))
        return
    st.subheader(plain(document.name), anchor=False)
    st.caption(_facts(document))
    with st.container(horizontal=True):
        document_actions.buttons([document])
    _warnings(document)
    number = _number(document)
    page = workspace().library.page(document.id, number)
    chunks = [one for one in workspace().library.chunks(document.id) if one.page == number]
    if document.paged:
        picture, text = st.columns(2, gap="medium")
        with picture:
            _picture(document, page)
        with text:
            _text(page, chunks, document)
    else:
        _text(page, chunks, document)


def _facts(document: Document) -> str:
    facts = [document.title] if document.title and document.title != document.name else []
    facts += [document.metadata[key] for key in ("author", "subject") if document.metadata.get(key)]
    if created := document.metadata.get("created"):
        facts.append(f"written {pdf_date(created)}")
    if document.paged:
        facts.append(count(document.pages, "page"))
    facts += [
        count(document.chunks, "passage"),
        size(document.size),
        f"added {moment(document.added_at)}",
    ]
    return " · ".join(plain(fact) for fact in facts)


def _warnings(document: Document) -> None:
    if missing := document.pages_without_text:
        noun = "Page" if len(missing) == 1 else "Pages"
        verb = "has" if len(missing) == 1 else "have"
        st.warning(
            f"{noun} {page_list(missing)} {verb} no text: nothing on them can be found.",
            icon=":material/hide_source:",
        )
    if scanned := document.pages_by_ocr:
        noun = "Page" if len(scanned) == 1 else "Pages"
        verb = "was" if len(scanned) == 1 else "were"
        st.caption(
            f":material/document_scanner: {noun} {page_list(scanned)} {verb} read by OCR; "
            "check important figures against the picture."
        )
    if document.quarantined:
        verb = "is" if document.quarantined == 1 else "are"
        st.warning(
            f"{count(document.quarantined, 'passage')} {verb} held back: no answer is made from "
            "text that speaks to the assistant instead of to you.",
            icon=":material/gpp_maybe:",
        )


def _number(document: Document) -> int:
    """The page in the address, chosen anew with the page buttons."""
    if document.pages < 2:
        return 1
    return st.pagination(document.pages, key=document_actions.PAGE, bind="query-params")


def _picture(document: Document, page: Page) -> None:
    st.image(
        workspace().library.page_picture(document.id, page.number, width=PICTURE_WIDTH),
        width="stretch",
        alt=f"Page {page.number} of {document.name}",
    )


def _text(page: Page, chunks: list[Chunk], document: Document) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _source(page)
        if page.label and page.label != str(page.number):
            st.caption(f"Printed page number: {plain(page.label)}", width="content")
    if page.note:
        st.caption(plain(page.note))
    read, passages = st.tabs(["As read", f"Passages ({len(chunks)})"])
    with read:
        page_text.show(page)
    with passages:
        if not chunks:
            st.caption("This page has no passages.")
        for chunk in chunks:
            with st.container(border=True):
                st.caption(plain(f"{chunk.position}. {chunk.heading}".rstrip(". ")))
                if chunk.quarantined:
                    st.badge("Held back", icon=":material/gpp_maybe:", color="red")
                    st.caption(plain(chunk.quarantined))
                st.text(chunk.text)


def _source(page: Page) -> None:
    if page.source is PageSource.OCR:
        sure = f", {page.confidence:.0%} sure" if page.confidence is not None else ""
        st.badge(f"Read by OCR{sure}", icon=":material/document_scanner:", color="orange")
    elif page.source is PageSource.NONE:
        st.badge("No text", icon=":material/hide_source:", color="gray")
    else:
        st.badge("Text of the file", icon=":material/text_fields:", color="green")
