"""Which comparison the page is about; the address carries it, so that a reload finds it again."""

import streamlit as st

from components.notices import problem
from components.resources import workspace
from store.comparison_records import Comparison
from store.errors import NotFound

ID = "comparison"


def current() -> Comparison | None:
    """The open comparison; None when there is none or it no longer exists."""
    if named := st.query_params.get(ID):
        st.session_state[ID] = named
    elif kept := st.session_state.get(ID):
        st.query_params[ID] = kept
    wanted: str | None = st.session_state.get(ID)
    if wanted is None:
        return None
    try:
        return workspace().store.comparisons.get(wanted)
    except NotFound as error:
        show(None)
        problem(str(error))
        return None


def show(comparison_id: str | None) -> None:
    """Look at another comparison; None is none of them."""
    st.session_state[ID] = comparison_id
    if comparison_id:
        st.query_params[ID] = comparison_id
    else:
        st.query_params.pop(ID, None)
