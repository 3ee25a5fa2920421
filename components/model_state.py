"""The state of one model, how it is tried out, and what came of that."""

import time
from typing import Literal

import streamlit as st

from assistant.models.catalog import ModelEntry
from assistant.models.trials import Tried
from assistant.sentences import shorten
from components.notices import reporting
from components.resources import workspace
from components.wording import duration, plain

Color = Literal["red", "orange", "green", "blue", "gray"]

LOADING = "loading"
LOADED = "loaded"
MISSING = "missing: "
NEEDS_DOWNLOAD = "needs download"
LEAVING = "model_leaving"  # in the session: a model that is unloaded after what it is writing
BADGES: dict[str, tuple[str, str, Color]] = {
    "ready": ("Ready", ":material/check:", "green"),
    LOADED: ("In memory", ":material/memory:", "green"),
    LOADING: ("Loading", ":material/hourglass_top:", "blue"),
    NEEDS_DOWNLOAD: ("Not downloaded", ":material/download:", "orange"),
    MISSING: ("Cannot be used", ":material/error:", "red"),
}
REPLY = 300  # characters shown


def badge(entry: ModelEntry) -> None:
    """What a status means, as a badge."""
    status = MISSING if entry.status.startswith(MISSING) else entry.status
    words, icon, color = BADGES[status]
    st.badge(words, icon=icon, color=color)


def try_out(entry: ModelEntry) -> None:
    """The button that lets a model say hello."""
    tried = workspace().trials.get(entry.name)
    st.button(
        "Test",
        icon=":material/play_arrow:",
        key=f"test_{entry.name}",
        type="tertiary",
        help="Lets the model say hello, and tells how fast it is.",
        disabled=entry.status == NEEDS_DOWNLOAD or bool(tried and tried.running),
        on_click=_do,
        args=("start", entry.name),
    )


def outcome(entry: ModelEntry) -> None:
    """Why a model cannot be used, or what came of trying it out."""
    tried = workspace().trials.get(entry.name)
    if entry.status.startswith(MISSING) and not (tried and tried.error):
        _problem(entry.status.removeprefix(MISSING))
    if not tried:
        return
    if tried.running:
        seconds = duration((time.monotonic() - tried.began) * 1000)
        st.caption(f":material/hourglass_top: Saying hello, {seconds} so far.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            _told(tried)
        st.button(
            "Dismiss",
            icon=":material/close:",
            key=f"forget_{entry.name}",
            type="tertiary",
            on_click=_do,
            args=("forget", entry.name),
        )


def _told(tried: Tried) -> None:
    if (trial := tried.trial) is None:
        _problem(tried.error)
        return
    st.markdown(f"“{plain(shorten(trial.text, REPLY))}”" if trial.text else "It wrote nothing.")
    facts = [f"First word after {duration(trial.first_token_seconds * 1000)}"]
    if trial.tokens_per_second:
        facts.append(f"{trial.tokens_per_second:,.0f} tokens a second")
    st.caption(" · ".join([*facts, f"{duration(trial.seconds * 1000)} in all"]))


def _problem(sentence: str) -> None:
    st.markdown(f":red[:material/error: {plain(sentence)}]")


def _do(act: Literal["start", "forget"], name: str) -> None:
    with reporting():
        getattr(workspace().trials, act)(name)
