"""The upload box: files go straight into the queue and the browser's copies are dropped."""

import streamlit as st

from assistant.library import READABLE
from components import attachments, notices
from components.resources import workspace

ROUND = "upload_round"
PLACE = "upload"


def show() -> None:
    """Let the person choose or drop files, and say which could not be taken."""
    limit = workspace().settings.upload_megabytes
    turn = st.session_state.setdefault(ROUND, 0)
    files = st.file_uploader(
        f"Add PDF, text or Markdown files, up to {limit} MB each",
        type=list(READABLE),
        accept_multiple_files=True,
        max_upload_size=limit,
        key=f"upload_{turn}",
    )
    if files:
        _, problems = attachments.queue(files)
        notices.keep(PLACE, problems)
        st.session_state[ROUND] = turn + 1
        st.rerun()
    notices.kept(PLACE)
