"""All documents of the library as a table to filter, sort, select and open."""

from collections.abc import Sequence
from hashlib import sha256

import streamlit as st

from components import document_actions
from components.resources import workspace
from components.wording import count, marks
from store.records import Document

OPENED = "opened_document"


def show() -> None:
    """The table with its filter; choosing a name opens that document."""
    documents = workspace().library.documents()
    words = st.text_input(
        "Filter documents",
        type="search",
        placeholder="Filter by name, title or author",
        key="document_filter",
        live=True,
        label_visibility="collapsed",
    )
    shown = [one for one in documents if _fits(one, words or "")]
    pages = sum(one.pages for one in shown)
    all_of_them = count(len(documents), "document")
    found = all_of_them if len(shown) == len(documents) else f"{len(shown):,} of {all_of_them}"
    st.caption(
        f"{found}, {count(pages, 'page')}. Choose a name to open it, "
        "a column to sort by, or rows to act on several."
        if shown
        else f"None of {all_of_them} fits “{words}”."
    )
    if shown:
        _table(shown)


def _fits(document: Document, words: str) -> bool:
    text = " ".join([document.name, document.title, *document.metadata.values()]).casefold()
    return all(word in text for word in words.casefold().split())


def _table(documents: Sequence[Document]) -> None:
    ids = [one.id for one in documents]
    key = f"documents_{sha256(' '.join(ids).encode()).hexdigest()[:12]}"
    config = st.column_config
    state = st.dataframe(
        {
            "name": [one.name for one in documents],
            "title": [one.title for one in documents],
            "pages": [one.pages if one.paged else None for one in documents],
            "chunks": [one.chunks for one in documents],
            "size": [one.size for one in documents],
            "added": [one.added_at.astimezone() for one in documents],
            "notes": [marks(one) or "Ready" for one in documents],
        },
        column_config={
            "name": config.ButtonColumn(
                "Name",
                type="tertiary",
                alignment="left",
                pinned=True,
                width=205,
                key=OPENED,
                on_click=_open,
                args=(ids,),
            ),
            "title": config.TextColumn("Title", width=160),
            "pages": config.NumberColumn("Pages", format="localized"),
            "chunks": config.NumberColumn("Passages", format="localized"),
            "size": config.NumberColumn("Size", format="bytes"),
            "added": config.DatetimeColumn("Added", format="D MMM YYYY"),
            "notes": config.TextColumn("State"),
        },
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="",
        alt="Documents in the library",
    )
    document_actions.bar([documents[row] for row in state.selection.rows if row < len(documents)])


def _open(ids: list[str]) -> None:
    clicked = st.session_state[OPENED]
    if clicked is not None:
        document_actions.open_document(ids[clicked["row"]])
