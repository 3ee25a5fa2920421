"""The messages of the open conversation, and what happens when a question is sent."""

from collections.abc import Sequence

import streamlit as st

from assistant.errors import AssistantError
from assistant.library import READABLE
from components import (
    answer,
    attachments,
    conversation_menu,
    live_answer,
    notices,
    samples,
    session,
)
from components.resources import workspace
from components.wording import count
from store.answer_records import Conversation, Message, MessageState
from store.errors import StoreError

BOX = "question"
DRAFT = "question_draft"
PLACE = "question"
SHOWN = 40


def show(conversation: Conversation | None) -> None:
    """The title and every message; for a new conversation, where to begin."""
    if conversation is None:
        samples.welcome(ask)
    else:
        conversation_menu.show(conversation)
        _replay(workspace().conversations.messages(conversation.id))
    attachments.show(ask)
    notices.kept(PLACE)


def box() -> None:
    """The box for questions and dropped files."""
    if draft := st.session_state.pop(DRAFT, ""):
        st.session_state[BOX] = draft
    sent = st.chat_input(
        "Ask your documents, or drop files here",
        key=BOX,
        accept_file="multiple",
        file_type=list(READABLE),
        max_upload_size=workspace().settings.upload_megabytes,
        submit_mode="disable",
    )
    if not sent:
        return
    if sent.files:
        notices.keep(PLACE, attachments.add(sent.files, sent.text))
        st.rerun()
    ask(sent.text)


def ask(question: str) -> None:
    """Start an answer and show it; a question that cannot be used goes back into the box."""
    open_one = session.conversation_id()
    try:
        started = workspace().ask(question, conversation_id=open_one, model=session.chosen_model())
    except (AssistantError, StoreError) as error:
        notices.keep(PLACE, [str(error)])
        st.session_state[DRAFT] = question
    else:
        notices.keep(PLACE, [])
        session.open_conversation(started.conversation_id)
    st.rerun()


def _replay(messages: Sequence[Message]) -> None:
    question = ""
    earlier = max(0, len(messages) - SHOWN)
    if earlier and not st.toggle(f"Show {count(earlier, 'earlier message')}", key="show_earlier"):
        messages = messages[earlier:]
    for message in messages:
        if message.role == "user":
            question = message.text
            with st.chat_message("user", avatar=":material/person:"):
                st.text(message.text)
        elif message.state is MessageState.RUNNING:
            live_answer.show(message, question, ask)
        else:
            answer.show(message, question, ask)
