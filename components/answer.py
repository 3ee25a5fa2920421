"""One finished answer in the chat: the text with its citations, or why there is none."""

from collections.abc import Callable

import streamlit as st

from assistant.sentences import shorten
from components import answer_view, feedback, source_dialog
from components.notices import problem
from components.resources import workspace
from components.wording import count, duration, plain
from store.answer_records import Citation, Message, MessageState
from store.page_names import place

AVATAR = ":material/auto_stories:"
INTERRUPTED = "This answer was interrupted before it was finished."
EXCERPT = 240


def show(message: Message, question: str, ask: Callable[[str], None]) -> None:
    """Draw an answer to `question`; `ask` starts a new one when this one did not succeed."""
    with st.chat_message("assistant", avatar=AVATAR):
        if message.rewritten and message.rewritten != question:
            st.caption(f":material/manage_search: Searched for: {plain(message.rewritten)}")
        if message.state is MessageState.FAILED:
            problem(message.error or INTERRUPTED)
        elif message.refused:
            _refusal(message)
        else:
            _text(message)
        if message.state is not MessageState.DONE:
            _unfinished(message, question, ask)
        _footer(message)


def _text(message: Message) -> None:
    chosen = answer_view.show(
        message.text,
        key=f"answer_{message.id}",
        sentences=message.sentences,
        citations=message.citations,
    )
    source_dialog.open_marker(message.citations, chosen)
    if message.citations:
        _sources(message)


def _refusal(message: Message) -> None:
    with st.container(border=True):
        st.badge("No answer in the library", icon=":material/search_off:", color="gray")
        st.text(message.text)


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


def _unfinished(message: Message, question: str, ask: Callable[[str], None]) -> None:
    if message.state is MessageState.STOPPED:
        st.caption(":material/stop_circle: Stopped before it was finished.")
    elif message.state is MessageState.RUNNING:
        st.caption(f":material/error: {INTERRUPTED}")
    again = st.button("Try again", icon=":material/refresh:", key=f"again_{message.id}")
    if again and question:
        ask(question)


def _footer(message: Message) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if message.trace_id:
            st.page_link(
                "pages/ask/traces.py",
                label="Why this answer",
                icon=":material/account_tree:",
                query_params={"id": message.trace_id},
            )
        if facts := _facts(message):
            st.caption(facts, width="content")
        if message.state is MessageState.DONE:
            feedback.show(message.id)


def _facts(message: Message) -> str:
    entry = workspace().models.get(message.model)
    facts = [plain(entry.title if entry else message.model)] if message.model else []
    if total := message.milliseconds.get("total"):
        facts.append(plain(duration(total)))
    return " · ".join(facts)
