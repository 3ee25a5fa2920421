"""One finished answer in the chat: the text with its citations, or why there is none."""

import streamlit as st

from assistant.sentences import shorten
from components import answer_again, answer_view, feedback, schema_fit, source_dialog
from components.answer_again import Maker
from components.notices import problem
from components.wording import count, duration, plain
from store.answer_records import Citation, Message, MessageState
from store.page_names import place

AVATAR = ":material/auto_stories:"
INTERRUPTED = "This answer was interrupted before it was finished."
UNCHECKED = ":material/folder_off: Answered without your documents, so nothing in it is checked."
EXCERPT = 240


def show(message: Message, question: str) -> None:
    """Draw an answer to `question`."""
    with st.chat_message("assistant", avatar=AVATAR):
        label(message)
        if message.rewritten and message.rewritten != question:
            st.caption(f":material/manage_search: Searched for: {plain(message.rewritten)}")
        if message.state is MessageState.FAILED:
            problem(message.error or INTERRUPTED)
        elif message.refused and message.retrieval:
            _refusal(message)
        else:
            _text(message)
        if message.state is not MessageState.DONE:
            _unfinished(message)
        _footer(message)


def label(message: Message) -> None:
    """What made the answer."""
    st.caption(plain(answer_again.words(Maker(message.model, message.retrieval))))


def _text(message: Message) -> None:
    chosen = answer_view.show(
        message.text,
        key=f"answer_{message.id}",
        sentences=message.sentences if message.retrieval else (),
        citations=message.citations,
    )
    source_dialog.open_marker(message.citations, chosen)
    schema_fit.show(message.fit)
    if not message.retrieval:
        st.caption(UNCHECKED)
    if message.citations:
        _sources(message)


def _refusal(message: Message) -> None:
    with st.container(border=True):
        st.badge("No answer in the library", icon=":material/search_off:", color="gray")
        st.text(message.text)
        schema_fit.show(message.fit)


def _sources(message: Message) -> None:
    with st.expander(count(len(message.citations), "source"), icon=":material/menu_book:"):
        for citation in message.citations:
            _source(message.id, citation)


def _source(message_id: str, citation: Citation) -> None:
    where = place(citation.document, citation.page, citation.label)
    with st.container(gap=None):
        st.button(
            plain(f"[{citation.marker}] {where}"),
            key=f"source_{message_id}_{citation.marker}",
            type="tertiary",
            help="Show the passage",
            on_click=source_dialog.open_source,
            args=(citation,),
        )
        st.caption(f"“{plain(shorten(citation.quote, EXCERPT))}”")


def _unfinished(message: Message) -> None:
    if message.state is MessageState.STOPPED:
        st.caption(":material/stop_circle: Stopped before it was finished.")
    elif message.state is MessageState.RUNNING:
        st.caption(f":material/error: {INTERRUPTED}")
    answer_again.retry(message)


def _footer(message: Message) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if message.trace_id:
            st.page_link(
                "pages/ask/traces.py",
                label="Why this answer",
                icon=":material/account_tree:",
                query_params={"id": message.trace_id},
            )
        if total := message.milliseconds.get("total"):
            st.caption(plain(duration(total)), width="content")
        if message.state is MessageState.DONE:
            feedback.show(message.id)
        answer_again.menu(message)
