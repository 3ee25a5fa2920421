"""The messages of the open conversation, and what happens when a question is sent."""

from collections.abc import Sequence

import streamlit as st

from assistant.errors import AssistantError
from assistant.library import READABLE
from components import (
    answer,
    attachments,
    choices,
    conversation_menu,
    live_answer,
    model_switch,
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
SHOWN = 40


def show(conversation: Conversation | None) -> Sequence[Message]:
    """The title and every message; for a new conversation, where to begin. Returns the messages."""
    messages: Sequence[Message] = ()
    if conversation is None:
        samples.welcome(ask)
    else:
        conversation_menu.show(conversation)
        messages = workspace().conversations.messages(conversation.id)
        _replay(messages)
    attachments.show(conversation, ask)
    notices.kept(notices.QUESTION)
    return messages


def box(conversation: Conversation | None) -> None:
    """The box for questions and dropped files, with the switches for what answers them."""
    if draft := st.session_state.pop(DRAFT, ""):
        st.session_state[BOX] = draft
    with st.bottom:
        with notices.reporting():
            model_switch.show(conversation)
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
    if not sent.files:
        ask(sent.text)
    problems, held = attachments.add(conversation, sent.files, sent.text)
    notices.keep(notices.QUESTION, problems)
    if not held:
        st.session_state[DRAFT] = sent.text
    st.rerun()


def ask(question: str) -> None:
    """Start an answer and show it; a question that cannot be used goes back into the box."""
    open_one = session.conversation_id()
    try:
        conversation = workspace().conversations.get(open_one) if open_one else None
        chosen = choices.of(conversation)
        started = workspace().ask(
            question,
            conversation_id=open_one,
            model=chosen.entry.name,
            retrieval=chosen.retrieval,
        )
        choices.keep(started.conversation_id, chosen)
    except (AssistantError, StoreError) as error:
        notices.keep(notices.QUESTION, [str(error)])
        st.session_state[DRAFT] = question
    else:
        notices.keep(notices.QUESTION, [])
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
            live_answer.show(message, question)
        else:
            answer.show(message, question)
