"""The one workspace of this process, shared by all sessions."""

from threading import Event

import streamlit as st

from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace

PATIENCE = 2.0  # seconds
drawn = Event()  # set when a first page is


@st.cache_resource(show_spinner=False, on_release=lambda opened: opened.close())
def workspace() -> Workspace:
    """The open workspace; app.py opens it on start, and starts its work."""
    return open_workspace(Settings.from_environment(), work=False)


def start_work() -> None:
    """Take up jobs and load models once a first page is drawn, or when nobody asks for one: either
    would hold it up."""
    drawn.wait(PATIENCE)
    workspace().start_work()
    workspace().warm_up()
