"""The conversations in the sidebar: start, search and open them."""

from itertools import groupby

import streamlit as st

from components import session
from components.notices import problem
from components.resources import workspace
from components.wording import day, plain
from store.answer_records import Conversation
from store.errors import NotFound

SHOWN = 60


def current() -> Conversation | None:
    """The open conversation; None for a new one or when it no longer exists."""
    wanted = session.conversation_id()
    if wanted is None:
        return None
    try:
        return workspace().conversations.get(wanted)
    except NotFound as error:
        session.open_conversation(None)
        problem(str(error))
        return None


def sidebar(open_one: Conversation | None) -> None:
    """Draw the list into the sidebar, newest first, under the day it was last used."""
    with st.sidebar:
        st.button(
            "New conversation",
            icon=":material/add_comment:",
            key="new_conversation",
            width="stretch",
            on_click=session.open_conversation,
            args=(None,),
        )
        search = st.text_input(
            "Search conversations",
            type="search",
            placeholder="Search conversations",
            key="conversation_search",
            live=True,
            label_visibility="collapsed",
        )
        found = workspace().conversations.list(search or "")
        if not found:
            st.caption("No conversation has these words." if search else "No conversations yet.")
        for heading, group in groupby(found[:SHOWN], key=lambda one: day(one.updated_at)):
            _group(heading, list(group), open_one)
        if len(found) > SHOWN:
            st.caption(f"{len(found) - SHOWN} older ones: search to find them.")


def _group(heading: str, conversations: list[Conversation], open_one: Conversation | None) -> None:
    with st.container(gap=None):
        st.caption(heading)
        for one in conversations:
            opened = open_one is not None and one.id == open_one.id
            st.button(
                f"**{plain(one.title)}**" if opened else plain(one.title),
                key=f"open_{one.id}",
                type="tertiary",
                icon=":material/chat_bubble:" if opened else None,
                wrap=False,
                on_click=session.open_conversation,
                args=(one.id,),
            )
