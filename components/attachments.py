"""Files dropped into the chat: taken into the library, their progress shown where they fell."""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from assistant.errors import AssistantError
from components import job_list
from components.resources import workspace
from components.wording import plain
from store.errors import StoreError
from store.records import JobState

JOBS = "attached_jobs"
QUESTION = "attached_question"
WAITING = (JobState.QUEUED, JobState.RUNNING, JobState.NEEDS_PASSWORD)


def queue(files: Sequence[UploadedFile]) -> tuple[list[str], list[str]]:
    """Add uploaded files to the library: ids of their jobs, and a sentence for each refused one."""
    jobs, problems = [], []
    for file in files:
        try:
            jobs.append(workspace().library.add(file.name, file).id)
        except (AssistantError, StoreError) as error:
            problems.append(str(error))
    return jobs, problems


def add(files: Sequence[UploadedFile], question: str) -> list[str]:
    """Take in dropped files; `question` is asked once they are ready. Returns what went wrong."""
    jobs, problems = queue(files)
    st.session_state[JOBS] = [*waiting(), *jobs]
    if question.strip():
        st.session_state[QUESTION] = question
    return problems


def waiting() -> list[str]:
    """Ids of the jobs of dropped files that are still shown in the chat."""
    return list(st.session_state.get(JOBS, []))


def show(ask: Callable[[str], None]) -> None:
    """The dropped files and the question that waits for them."""
    jobs = job_list.open_jobs(waiting())
    question = st.session_state.get(QUESTION, "")
    if question and not any(job.state in WAITING for job in jobs):
        _forget_ready()
        del st.session_state[QUESTION]
        ask(question)
    if not jobs:
        return
    if question:
        with st.chat_message("user", avatar=":material/person:"):
            st.text(question)
            st.caption("Will be asked as soon as the files are ready.")
            if st.button("Ask now", icon=":material/send:", key="ask_now"):
                del st.session_state[QUESTION]
                ask(question)
    job_list.live([job.id for job in jobs])
    if not question and all(job.state in job_list.DONE for job in jobs):
        st.caption(
            f"{plain(', '.join(job.name for job in jobs))}: ready, ask away.",
        )


def _forget_ready() -> None:
    kept = [job.id for job in job_list.open_jobs(waiting()) if job.state not in job_list.DONE]
    st.session_state[JOBS] = kept
