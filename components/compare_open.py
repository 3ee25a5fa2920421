"""What the page Compare shows: one comparison, one file of questions, or the ratings.

The address carries it, so that a reload finds it again.
"""

import streamlit as st

from components.notices import problem
from components.resources import workspace
from store.comparison_records import Batch, Comparison
from store.errors import NotFound

VIEW = "view"
QUESTION, FILES, RATINGS = "Question", "Question files", "Ratings"
COMPARISON = "comparison"
BATCH = "batch"


def view() -> str:
    """The view that is chosen, with the switch for it."""
    chosen = st.segmented_control(
        "View",
        [QUESTION, FILES, RATINGS],
        default=QUESTION,
        required=True,
        key=VIEW,
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen or QUESTION


def comparison() -> Comparison | None:
    """The open comparison; None when there is none or it no longer exists."""
    wanted = _wanted(COMPARISON)
    if wanted is None:
        return None
    try:
        return workspace().store.comparisons.get(wanted)
    except NotFound as error:
        _open(COMPARISON, None)
        problem(str(error))
        return None


def batch() -> Batch | None:
    """The open file of questions; None when there is none or it no longer exists."""
    wanted = _wanted(BATCH)
    if wanted is None:
        return None
    try:
        return workspace().store.comparison_batches.get(wanted)
    except NotFound as error:
        _open(BATCH, None)
        problem(str(error))
        return None


def show(comparison_id: str | None) -> None:
    """Look at another comparison, None at none of them; in another view only from callbacks."""
    _look_at(QUESTION)
    _open(COMPARISON, comparison_id)


def show_batch(batch_id: str | None) -> None:
    """Look at another file of questions, None at none; in another view only from callbacks."""
    _look_at(FILES)
    _open(BATCH, batch_id)


def _look_at(view: str) -> None:
    if st.session_state.get(VIEW) != view:  # outside of callbacks it may not be set
        st.session_state[VIEW] = view


def _wanted(name: str) -> str | None:
    """What the address names, else what was last open in this session."""
    if named := st.query_params.get(name):
        st.session_state[name] = named
    elif kept := st.session_state.get(name):
        st.query_params[name] = kept
    wanted: str | None = st.session_state.get(name)
    return wanted


def _open(name: str, wanted: str | None) -> None:
    st.session_state[name] = wanted
    if wanted:
        st.query_params[name] = wanted
    else:
        st.query_params.pop(name, None)
