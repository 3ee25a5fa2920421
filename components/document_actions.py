"""What can be done with documents: open, rename, download, read again, delete."""

from collections.abc import Sequence

import streamlit as st

from components import dialogs, training_lineage
from components.dialogs import Dialog
from components.notices import reporting
from components.resources import workspace
from components.wording import count, plain
from store.records import Document, Media

DOCUMENT = "document"
PAGE = "page"
MIME = {Media.PDF: "application/pdf", Media.TEXT: "text/plain", Media.MARKDOWN: "text/markdown"}
NAMED = 5


def bar(documents: Sequence[Document]) -> None:
    """The actions for the documents selected in the table."""
    if not documents:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{count(len(documents), 'document')} selected**", width="content")
        if len(documents) == 1:
            st.button(
                "Open",
                icon=":material/menu_book:",
                key="open_selected",
                on_click=open_document,
                args=(documents[0].id,),
            )
        buttons(documents)


def buttons(documents: Sequence[Document]) -> None:
    """Rename and download for one document; read again and delete for any number."""
    if len(documents) == 1:
        st.button(
            "Rename",
            icon=":material/edit:",
            key="rename_document",
            on_click=dialogs.show,
            args=(Dialog("Rename document", ":material/edit:", _rename, (documents[0],)),),
        )
        _download(documents[0])
    if st.button(
        "Read again",
        icon=":material/refresh:",
        key="reingest_document",
        help="Reads the file anew; the present reading serves until then.",
    ):
        with reporting():
            for document in documents:
                workspace().library.reingest(document.id)
            st.rerun()
    st.button(
        "Delete",
        icon=":material/delete:",
        key="delete_document",
        on_click=dialogs.show,
        args=(Dialog("Delete from the library", ":material/delete:", _delete, (documents,)),),
    )


def open_document(document_id: str) -> None:
    st.query_params[DOCUMENT] = document_id


def close_document() -> None:
    """Back to the table; the page in the address goes with the page buttons it belongs to."""
    st.query_params.pop(DOCUMENT, None)
    st.session_state.pop(PAGE, None)


def _download(document: Document) -> None:
    st.download_button(
        "Download",
        data=lambda: workspace().library.file(document.id).read_bytes(),
        file_name=document.name,
        mime=MIME[document.media],
        icon=":material/download:",
        on_click="ignore",
        key="download_document",
    )


def _rename(document: Document) -> None:
    with st.form("rename_document_form", border=False):
        name = st.text_input("Name", document.name, max_chars=150, key="new_document_name")
        if not st.form_submit_button("Rename", type="primary"):
            return
    with reporting():
        workspace().library.rename(document.id, name or "")
        dialogs.close()
        st.rerun()


def _delete(documents: Sequence[Document]) -> None:
    names = ", ".join(f"**{plain(one.name)}**" for one in documents[:NAMED])
    more = f" and {len(documents) - NAMED} more" if len(documents) > NAMED else ""
    examples = workspace().store.examples
    made = [example for one in documents for example in examples.from_document(one.id)]
    st.markdown(
        f"{names}{more} will be erased: the file, its text and everything it can be found by."
        f"{training_lineage.also_erased(made)} This cannot be undone."
    )
    dialogs.confirm("Delete", lambda: _remove(documents))


def _remove(documents: Sequence[Document]) -> None:
    for document in documents:
        workspace().library.remove(document.id)
    close_document()
