"""The one workspace of this process, shared by all sessions."""

import streamlit as st

from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace


@st.cache_resource(show_spinner=False, on_release=lambda opened: opened.close())
def workspace() -> Workspace:
    """The open workspace; app.py opens it on start, so that jobs are taken up without a visitor."""
    opened = open_workspace(Settings.from_environment())
    opened.warm_up()
    return opened
