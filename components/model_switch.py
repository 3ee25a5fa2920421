"""The switches beside the question box: model, base or fine-tuned, with or without retrieval."""

import streamlit as st

from components import choices
from components.choices import Choices
from components.notices import reporting
from components.resources import workspace
from components.wording import plain
from store.answer_records import Conversation

MISSING = "missing: "
RETRIEVAL = (
    "On: the answer comes from your documents, and every sentence is checked against them. "
    "Off: the model answers from what it has learnt."
)


def show(conversation: Conversation | None) -> None:
    """Draw the switches that leave a choice."""
    chosen = choices.of(conversation)
    bases = [entry.name for entry in workspace().models.bases()]
    with st.container(horizontal=True, vertical_alignment="center", key="switches"):
        if len(bases) > 1:
            _model(conversation, chosen, bases)
        if workspace().models.fine_tuned(chosen.model):
            _fine_tuned(conversation, chosen)
        _retrieval(conversation, chosen)
    status = chosen.entry.status
    if status == "needs download":
        st.caption(":orange[:material/warning:] Its weights are not here yet; see *Models*.")
    elif status.startswith(MISSING):
        st.caption(f":orange[:material/warning:] {plain(status.removeprefix(MISSING))}")


# What is drawn is always what was kept: another tab may have chosen something else.


def _model(conversation: Conversation | None, chosen: Choices, bases: list[str]) -> None:
    st.session_state["model"] = chosen.model
    st.selectbox(
        "Model",
        bases,
        format_func=lambda name: workspace().models.find(name).title,
        key="model",
        label_visibility="collapsed",
        width=220,
        on_change=_changed,
        args=(conversation, "model"),
    )


def _fine_tuned(conversation: Conversation | None, chosen: Choices) -> None:
    st.session_state["fine_tuned"] = chosen.fine_tuned
    st.segmented_control(
        "Base or fine-tuned",
        [False, True],
        format_func=lambda tuned: "Fine-tuned" if tuned else "Base",
        key="fine_tuned",
        required=True,
        label_visibility="collapsed",
        on_change=_changed,
        args=(conversation, "fine_tuned"),
    )


def _retrieval(conversation: Conversation | None, chosen: Choices) -> None:
    st.session_state["retrieval"] = chosen.retrieval
    st.toggle(
        "Retrieval",
        key="retrieval",
        help=RETRIEVAL,
        on_change=_changed,
        args=(conversation, "retrieval"),
    )


def _changed(conversation: Conversation | None, name: str) -> None:
    with reporting():
        choices.change(conversation, name, st.session_state[name])
