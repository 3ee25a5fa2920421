"""The download of a model from the hub: begin, follow, cancel."""

from collections.abc import Callable

import streamlit as st

from assistant.models.catalog import ModelEntry
from assistant.models.hub import Download
from components.model_state import NEEDS_DOWNLOAD
from components.notices import reporting
from components.resources import workspace
from components.wording import plain, remaining, size
from store.model_records import HuggingFaceModel


def show(entry: ModelEntry) -> None:
    """Draw it for a model that has to be downloaded; nothing for one that is here."""
    record = workspace().models.record(entry.name)
    if not isinstance(record, HuggingFaceModel) or entry.status != NEEDS_DOWNLOAD:
        return
    download = workspace().downloads.get(record.source)
    with st.container(horizontal=True, vertical_alignment="center"):
        if download and download.running:
            _progress(download)
            _action("Cancel", ":material/close:", workspace().downloads.cancel, record.source)
            return
        if download and download.reason:
            st.markdown(f":red[:material/error: {plain(download.reason)}]", width="stretch")
        else:
            st.caption("Its files are not on this machine yet.", width="stretch")
        _action("Download", ":material/download:", workspace().downloads.start, record.source)


def _progress(download: Download) -> None:
    if not download.total:
        st.progress(0.0, text="Asking the hub what there is")
        return
    words = f"{size(download.written)} of {size(download.total)}"
    if (left := download.seconds_left) is not None:
        words += f" · {remaining(left)}"
    st.progress(min(1.0, download.written / download.total), text=words)


def _action(label: str, icon: str, act: Callable[[str], object], source: str) -> None:
    st.button(
        label,
        icon=icon,
        key=f"{label}_{source}",
        type="tertiary",
        on_click=_do,
        args=(act, source),
    )


def _do(act: Callable[[str], object], source: str) -> None:
    with reporting():
        act(source)
