"""Files dropped into the chat: taken into the library, their progress shown where they fell.

A question that was sent with them is held in the row of its conversation until they are ready, so
that a reload does not lose it and only one tab asks it.
"""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from assistant.answering.ask import TITLE_CHARACTERS
from assistant.errors import AssistantError
from assistant.sentences import shorten
from components import choices, job_list, session
from components.resources import workspace
from components.wording import plain
from store.answer_records import Conversation
from store.errors import StoreError
from store.records import JobState

JOBS = "attached_jobs"
HELD = "held"  # among the choices of a conversation: {"question": text, "jobs": ids}
WAITING = (JobState.QUEUED, JobState.RUNNING, JobState.NEEDS_PASSWORD)
ANOTHER = "Another question still waits for its files; send this one when it has been asked."


def queue(files: Sequence[UploadedFile]) -> tuple[list[str], list[str]]:
    """Add uploaded files to the library: ids of their jobs, and a sentence for each refused one."""
    jobs, problems = [], []
    for file in files:
        try:
            jobs.append(workspace().library.add(file.name, file).id)
        except (AssistantError, StoreError) as error:
            problems.append(str(error))
    return jobs, problems


def add(
    conversation: Conversation | None, files: Sequence[UploadedFile], question: str
) -> tuple[list[str], bool]:
    """Take in dropped files and hold the question until they are ready. Returns what went wrong,
    and whether the question is held. Raises NotFound."""
    jobs, problems = queue(files)
    st.session_state[JOBS] = [*waiting(), *jobs]
    if not (jobs and question.strip()):
        return problems, False
    if conversation is not None and HELD in conversation.choices:
        return [*problems, ANOTHER], False
    _hold(conversation, question)
    return problems, True


def waiting() -> list[str]:
    """Ids of the jobs of dropped files that are still shown in the chat."""
    return list(st.session_state.get(JOBS, []))


def show(conversation: Conversation | None, ask: Callable[[str], None]) -> None:
    """The dropped files and the question that waits for them."""
    held = conversation.choices.get(HELD) if conversation else None
    jobs = job_list.open_jobs({*waiting(), *(held["jobs"] if held else [])})
    if conversation and held:
        if not any(job.state in WAITING for job in jobs if job.id in held["jobs"]):
            _release(conversation.id, ask)
        with st.chat_message("user", avatar=":material/person:"):
            st.text(held["question"])
            st.caption("Will be asked as soon as the files are ready.")
            if st.button("Ask now", icon=":material/send:", key="ask_now"):
                _release(conversation.id, ask)
    job_list.live([job.id for job in jobs])
    if jobs and not held and all(job.state in job_list.DONE for job in jobs):
        st.caption(
            f"{plain(', '.join(job.name for job in jobs))}: ready, ask away.",
        )


def _hold(conversation: Conversation | None, question: str) -> None:
    """Keep a question with its conversation, which begins with it if there is none."""
    conversations = workspace().conversations
    if conversation is None:
        chosen = choices.of(None)
        title = shorten(question, TITLE_CHARACTERS)
        conversation = conversations.create(workspace().settings.kb, title)
        choices.keep(conversation.id, chosen)
        session.open_conversation(conversation.id)
    conversations.choose(conversation.id, {HELD: {"question": question, "jobs": waiting()}})


def _release(conversation_id: str, ask: Callable[[str], None]) -> None:
    """Ask the question that is held, unless another tab did, and forget the files that are in."""
    held = workspace().conversations.take(conversation_id, HELD)
    if held is None:
        st.rerun()
    jobs = job_list.open_jobs({*waiting(), *held["jobs"]})
    st.session_state[JOBS] = [job.id for job in jobs if job.state not in job_list.DONE]
    ask(held["question"])
