"""The model that answers, chosen in the sidebar when there is more than one."""

import streamlit as st

from components import session
from components.resources import workspace


def show() -> None:
    """Draw the switch; with a single model there is nothing to choose."""
    models = workspace().models
    if len(models) < 2:
        return
    names = list(models)
    default = workspace().settings.model
    with st.sidebar:
        st.selectbox(
            "Model",
            names,
            index=names.index(default) if default in names else 0,
            format_func=lambda name: models[name].title,
            key=session.MODEL,
            persist_state="session",
        )
