"""Files on their way into the library: stage, progress, and what to do when one does not get in."""

from collections.abc import Callable, Collection
from typing import Literal

import streamlit as st

from components.notices import reporting
from components.resources import workspace
from components.wording import STATE_WORDS, count, plain, remaining, stage
from store.records import Job, JobState

Color = Literal["red", "orange", "green", "blue", "gray"]

INTERVAL = 1.0
WORKING_SHOWN = 6
SEVERAL = 2
DONE = (JobState.READY, JobState.DUPLICATE)
BADGES: dict[JobState, tuple[str, Color]] = {
    JobState.QUEUED: (":material/schedule:", "gray"),
    JobState.RUNNING: (":material/autorenew:", "blue"),
    JobState.NEEDS_PASSWORD: (":material/lock:", "orange"),
    JobState.READY: (":material/check_circle:", "green"),
    JobState.DUPLICATE: (":material/content_copy:", "gray"),
    JobState.FAILED: (":material/error:", "red"),
    JobState.CANCELLED: (":material/cancel:", "gray"),
}


def open_jobs(only: Collection[str] | None = None) -> list[Job]:
    """Jobs that need watching or deciding, newest first; with `only`, those, ready ones too."""
    jobs = workspace().jobs.list()
    if only is not None:
        return [job for job in jobs if job.id in only]
    return [job for job in jobs if job.state is not JobState.READY]


def live(only: Collection[str] | None = None) -> None:
    """Draw the open jobs and keep them up to date while any is at work."""
    jobs = open_jobs(only)
    if not jobs:
        return
    busy = any(job.state.unfinished for job in jobs)
    st.fragment(_watch, run_every=INTERVAL if busy else None)(only, _ended(only))


def _ended(only: Collection[str] | None) -> frozenset[tuple[str, JobState]]:
    """How the watched jobs ended that did, ready ones too: those change the rest of the page."""
    jobs = [job for job in workspace().jobs.list() if only is None or job.id in only]
    return frozenset((job.id, job.state) for job in jobs if not job.state.unfinished)


def _watch(only: Collection[str] | None, seen: frozenset[tuple[str, JobState]]) -> None:
    """Redraw; when a job ended since the page was drawn, the page is drawn anew as well."""
    jobs = open_jobs(only)
    unfinished = [job for job in jobs if job.state.unfinished]
    if _ended(only) != seen or not jobs:
        st.rerun()
    with reporting():
        working = sorted(unfinished, key=lambda job: (job.state is JobState.QUEUED, job.created_at))
        for job in working[:WORKING_SHOWN]:
            row(job)
        if len(working) > WORKING_SHOWN:
            st.caption(f"{count(len(working) - WORKING_SHOWN, 'more file')} waiting.")
        ended = [job for job in jobs if not job.state.unfinished]
        for job in ended:
            row(job)
        decided = [job for job in ended if job.state is not JobState.NEEDS_PASSWORD]
        if len(decided) > SEVERAL:
            st.button("Dismiss all", icon=":material/close:", on_click=_dismiss, args=(decided,))


def row(job: Job) -> None:
    """One file with its state and the actions that make sense in it."""
    icon, color = BADGES[job.state]
    with st.container(border=True, gap="small", key=f"job_{job.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            if job.reason:
                st.markdown(f":{color}[{icon}] {plain(job.reason)}", width="stretch")
            else:
                st.markdown(f"**{plain(job.name)}**", width="content")
                st.badge(STATE_WORDS[job.state], icon=icon, color=color)
                st.space("stretch")
            _actions(job)
        if job.state is JobState.RUNNING:
            _progress(job)
        if job.state is JobState.NEEDS_PASSWORD:
            _password(job)


def _progress(job: Job) -> None:
    words = stage(job.stage, job.done, job.total)
    left = workspace().jobs.seconds_left(job)
    if left is not None:
        words += f" · {remaining(left)}"
    if job.cancel_requested:
        words = "Cancelling"
    st.progress(min(1.0, job.done / job.total) if job.total else 0.0, text=words)


def _actions(job: Job) -> None:
    jobs = workspace().jobs
    if job.state.unfinished:
        disabled = job.cancel_requested
        _action("Cancel", ":material/close:", jobs.cancel, job, disabled=disabled)
        return
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        _action("Retry", ":material/refresh:", jobs.retry, job)
    _action("Dismiss", ":material/close:", jobs.dismiss, job)


def _action(
    label: str, icon: str, act: Callable[[str], object], job: Job, *, disabled: bool = False
) -> None:
    st.button(
        label,
        icon=icon,
        key=f"{label}_{job.id}",
        type="tertiary",
        disabled=disabled,
        on_click=_do,
        args=(act, job.id),
    )


def _do(act: Callable[[str], object], job_id: str) -> None:
    with reporting():
        act(job_id)


def _dismiss(jobs: list[Job]) -> None:
    with reporting():
        for job in jobs:
            workspace().jobs.dismiss(job.id)


def _password(job: Job) -> None:
    with st.form(f"password_{job.id}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            password = st.text_input(
                f"Password of {plain(job.name)}", type="password", key=f"password_text_{job.id}"
            )
            unlock = st.form_submit_button("Unlock", icon=":material/lock_open:")
    if unlock and password:
        with reporting():
            workspace().jobs.unlock(job.id, password)
            st.rerun()
