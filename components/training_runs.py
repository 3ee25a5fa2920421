"""All runs of fine-tuning, and the form for a new one."""

import streamlit as st

from components import training_form, training_open, training_state
from components.notices import reporting
from components.resources import workspace
from components.wording import moment, plain
from store.training_records import RunState, TrainingRun

INTERVAL = 1.0


def show() -> None:
    """The form, and the list, which is kept up to date while one is at work."""
    training_form.show()
    busy = any(_at_work(run) for run in workspace().training.runs())
    st.fragment(_list, run_every=INTERVAL if busy else None)(busy)


def _at_work(run: TrainingRun) -> bool:
    return run.state in (RunState.QUEUED, RunState.RUNNING)


def _list(drawn_busy: bool) -> None:
    runs = workspace().training.runs()
    if any(map(_at_work, runs)) != drawn_busy:
        st.rerun()
    with reporting():
        if not runs:
            st.caption("Nothing has been trained yet.")
        for run in runs:
            with st.container(border=True, gap="xsmall", key=f"run_{run.id}"):
                _card(run)


def _card(run: TrainingRun) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        opened = st.button(plain(run.name), type="tertiary", key=f"open_{run.id}")
        training_state.badge(run)
        st.space("stretch")
        training_state.actions(run)
    st.caption(f"{training_state.facts(run)} · {moment(run.created_at)}")
    training_state.progress(run, workspace().training.progress(run.id))
    if run.summary:
        st.caption(plain(run.summary))
    if opened:
        training_open.show_run(run.id)
        st.rerun()
