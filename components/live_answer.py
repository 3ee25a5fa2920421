"""An answer while it is being written: the stages, the text so far and a stop button.

The answer runs in a thread of its own; this only looks at it a few times a second, so a rerun,
another page or a reload loses nothing and simply looks again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from assistant.answering.answer import Answer
from components import answer, answer_view
from components.notices import reporting
from components.resources import workspace
from components.wording import duration, plain, step, waiting
from store.answer_records import Message, MessageState

INTERVAL = 0.4
MOMENT = 0.6  # seconds; longer would hold up whoever presses Stop at once


def show(message: Message, question: str) -> None:
    """Attach to a running answer, or show it as it is when it has just ended."""
    running = workspace().running_answer(message.id)
    if running is not None and not running.done:
        with st.chat_message("assistant", avatar=answer.AVATAR):
            answer.label(message)
            _attached(message.id, message.model)
        return
    answer.show(workspace().conversations.message(message.id), question)


def wait_a_moment(shown: Sequence[Message]) -> None:
    """Draw an answer that comes at once when it is there, not when the page looks next.

    `shown` are the messages as they were drawn, and all else is drawn too; an answer that has been
    written for longer is not waited for.
    """
    for message in shown:
        left = MOMENT - (datetime.now(UTC) - message.created_at).total_seconds()
        if message.state is MessageState.RUNNING and left > 0:
            running = workspace().running_answer(message.id)
            if running is None or running.wait(left).state is not MessageState.RUNNING:
                st.rerun()


@st.fragment(run_every=INTERVAL)
def _attached(message_id: str, model: str) -> None:
    running = workspace().running_answer(message_id)
    if running is None or running.done:
        st.rerun()
    with reporting():
        _stages(running, model)
        if running.text:
            answer_view.show(running.text, key=f"writing_{message_id}", writing=True)
        st.button(
            "Stop",
            icon=":material/stop_circle:",
            key=f"stop_{message_id}",
            on_click=running.stop,
        )


def _stages(running: Answer, model: str) -> None:
    box = st.status(
        f":shimmer[{plain(doing(running, model))}]",
        type="compact",
        expanded=not running.text,
    )
    for one in running.stages:
        words = plain(step(one.name))
        if one.done:
            words += f" :gray[{plain(duration(one.milliseconds))}]"
        box.status(words, type="step", state="complete" if one.done else "running")


def doing(running: Answer, model: str) -> str:
    """What is done for a running answer at the moment, in words."""
    current = next((one for one in running.stages if not one.done), None)
    entry = workspace().models.get(model)
    if current and current.name == "write" and entry and entry.status == "loading":
        return "Loading the model"
    if running.ahead:
        return waiting(running.ahead)
    return step(current.name) if current else "Starting"
