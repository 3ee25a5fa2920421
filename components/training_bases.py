"""The models that can be trained here."""

import streamlit as st

from assistant.models.catalog import ModelEntry
from components.model_state import NEEDS_DOWNLOAD
from components.resources import workspace

WEIGHTS_HERE = ("mini", "huggingface")


def trainable() -> list[ModelEntry]:
    """Base models whose weights are on this machine."""
    return [
        entry
        for entry in workspace().models.bases()
        if entry.kind in WEIGHTS_HERE and entry.status != NEEDS_DOWNLOAD
    ]


def choose(label: str, *, key: str) -> str:
    """A box for one of them; its name."""
    titles = {entry.name: entry.title for entry in trainable()}
    return st.selectbox(
        label, list(titles), format_func=titles.__getitem__, key=key, persist_state="session"
    )
