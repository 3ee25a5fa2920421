"""Where a new conversation begins: the guided start, or questions worth trying."""

from collections.abc import Callable

import streamlit as st

from components import attachments, job_list
from components.notices import reporting
from components.resources import workspace
from components.wording import count, plain

INTERVAL = 1.0
QUESTIONS = 4
PICKED = "picked_question"


def welcome(ask: Callable[[str], None]) -> None:
    """The start of a new conversation; choosing a question asks it."""
    documents = workspace().library.documents()
    st.title("Ask your documents", anchor=False)
    if not documents:
        start()
        if not attachments.waiting():  # those are shown where they were dropped
            job_list.live()
        return
    st.markdown(
        f"Every answer comes from the {count(len(documents), 'document')} in your library. "
        "Each sentence is cited and checked, and when the library has no answer, you are told so."
    )
    if left := len(workspace().jobs.list(unfinished_only=True)):
        st.fragment(_still_reading, run_every=INTERVAL)(left)
    if questions := workspace().library.sample_questions():
        _questions(questions[:QUESTIONS], ask)


def _still_reading(drawn: int) -> None:
    left = len(workspace().jobs.list(unfinished_only=True))
    if left != drawn:
        st.rerun()  # there is one document more to tell of and to try
    st.caption(f":material/autorenew: {count(left, 'more file')} being read.")


def _questions(questions: list[str], ask: Callable[[str], None]) -> None:
    picked = st.pills("Questions to try", questions, format_func=plain, key=PICKED)
    if picked:
        del st.session_state[PICKED]
        ask(picked)


def start(*, upload_here: bool = False) -> None:
    """What an empty library offers; `upload_here` when the upload box is on the same page."""
    if any(job.state.unfinished for job in job_list.open_jobs()):
        st.markdown("Your documents are being read. You can ask as soon as the first one is ready.")
        return
    st.markdown(
        "The library is empty. Add your own PDF, text or Markdown files, or look around first "
        "with the documents of a made-up company."
    )
    with st.container(horizontal=True):
        if st.button(
            "Try with sample documents",
            type="primary",
            icon=":material/auto_stories:",
            key="add_samples",
        ):
            with reporting(), st.spinner("Adding the sample documents"):
                workspace().library.add_samples()
                st.rerun()
        if not upload_here and st.button(
            "Add your own", icon=":material/upload_file:", key="add_own"
        ):
            st.switch_page("pages/library/documents.py")
