"""What one browser session is looking at; the address carries what a reload must find again."""

import streamlit as st

CONVERSATION = "conversation"
PAGE = "page_shown"


def conversation_id() -> str | None:
    """The conversation in the address, else the one last open in this session."""
    named = st.query_params.get(CONVERSATION)
    if named:
        st.session_state[CONVERSATION] = named
    elif kept := st.session_state.get(CONVERSATION):
        st.query_params[CONVERSATION] = kept
    return st.session_state.get(CONVERSATION)


def open_conversation(conversation: str | None) -> None:
    """Look at another conversation; None is the empty, new one."""
    st.session_state[CONVERSATION] = conversation
    if conversation:
        st.query_params[CONVERSATION] = conversation
    else:
        st.query_params.pop(CONVERSATION, None)


def page_changed(page: str) -> bool:
    """Note which page is drawn; whether it is another one than in the run before."""
    before = st.session_state.get(PAGE, page)
    st.session_state[PAGE] = page
    return bool(before != page)
