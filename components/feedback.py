"""The thumb on an answer and the reason for it."""

import streamlit as st

from components.notices import reporting
from components.resources import workspace

LONGEST_REASON = 1000


@st.fragment
def show(message_id: str) -> None:
    """Thumbs for one answer; once given, a place for the reason."""
    given = workspace().conversations.feedback(message_id)
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.feedback(
            "thumbs",
            key=f"thumbs_{message_id}",
            default=int(given.helpful) if given else None,
            on_change=_keep,
            args=(message_id,),
        )
        if given:
            label = "Reason given" if given.reason else "Say why"
            with st.popover(label, type="tertiary", key=f"why_{message_id}"):
                _reason(message_id, given.helpful, given.reason)


def _keep(message_id: str) -> None:
    thumb = st.session_state[f"thumbs_{message_id}"]
    with reporting():
        if thumb is None:  # the chosen thumb was pressed again
            workspace().conversations.remove_feedback(message_id)
        else:
            workspace().conversations.set_feedback(message_id, bool(thumb), "")


def _reason(message_id: str, helpful: bool, reason: str) -> None:
    with st.form(f"reason_{message_id}", border=False):
        st.text_area(
            "What was good?" if helpful else "What was wrong?",
            reason,
            max_chars=LONGEST_REASON,
            key=f"reason_text_{message_id}",
        )
        st.form_submit_button("Save", on_click=_keep_reason, args=(message_id, helpful))


def _keep_reason(message_id: str, helpful: bool) -> None:
    reason = st.session_state[f"reason_text_{message_id}"] or ""
    with reporting():
        workspace().conversations.set_feedback(message_id, helpful, reason.strip())
