"""The one dialog that may be open; kept in the session, so that no rerun closes it by accident."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from components.notices import reporting

OPEN = "open_dialog"
DRAWER = 760


@dataclass(frozen=True)
class Dialog:
    """What to show: `body(*args)` under a Markdown title; a drawer opens beside the page."""

    title: str
    icon: str
    body: Callable[..., None]
    args: tuple[Any, ...] = ()
    drawer: bool = False


def show(dialog: Dialog) -> None:
    """Have a dialog shown at the end of this run and the following ones, until it is closed."""
    st.session_state[OPEN] = dialog


def button(
    label: str,
    dialog: Dialog,
    *,
    icon: str,
    key: str,
    type: Literal["secondary", "tertiary"] = "secondary",
    help: str | None = None,
) -> None:
    """A button that opens a dialog; it may stand in a fragment."""
    if st.button(label, icon=icon, key=key, type=type, help=help):
        show(dialog)
        st.rerun()


def close() -> None:
    """Close it with the next run."""
    st.session_state.pop(OPEN, None)


def draw() -> None:
    """Draw the open dialog, if any; the frame calls this once, after the page."""
    dialog: Dialog | None = st.session_state.get(OPEN)
    if dialog is None:
        return
    st.dialog(
        dialog.title,
        icon=dialog.icon,
        width=DRAWER if dialog.drawer else "small",
        position="right" if dialog.drawer else "center",
        on_dismiss=close,
    )(dialog.body)(*dialog.args)


def confirm(label: str, act: Callable[[], object], *, keep: str = "Keep") -> None:
    """A button that does it and one that does not; either closes the dialog."""
    with st.container(horizontal=True):
        if st.button(label, type="primary", key="confirm"):
            with reporting():
                act()
                close()
                st.rerun()
        if st.button(keep, key="keep"):
            close()
            st.rerun()
