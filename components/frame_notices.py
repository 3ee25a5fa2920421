"""What must be known on every page: a model still loading, vectors of another model."""

import streamlit as st

from components.notices import problem, reporting
from components.resources import workspace
from components.wording import plain, stage

INTERVAL = 1.0


def show() -> None:
    """Draw the notices that apply; usually none."""
    warm = workspace().warm
    if warm.error:
        problem(warm.error)
    elif not warm.ready:
        with st.sidebar:
            st.fragment(_loading, run_every=INTERVAL)()
    if why := workspace().library.mismatch():
        st.warning(plain(why), icon=":material/sync_problem:")
        st.fragment(_rebuild, run_every=INTERVAL)()


def _rebuild() -> None:
    """The button that rebuilds; while it happens, how far it is."""
    if not workspace().library.mismatch():
        st.rerun()
    working = workspace().jobs.list(unfinished_only=True)
    if working:
        job = working[-1]
        st.caption(f":material/autorenew: {stage(job.stage, job.done, job.total)}")
    elif st.button("Rebuild", icon=":material/construction:", key="rebuild"):
        with reporting():
            workspace().library.rebuild()


def _loading() -> None:
    warm = workspace().warm
    if warm.ready or warm.error:
        st.rerun()
    since = f", {warm.seconds:.0f} s" if warm.seconds else ""
    st.caption(f":material/hourglass_top: Loading the search model{since}")
