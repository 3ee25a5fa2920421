"""Taking a model or an adapter off the list, after a question."""

import streamlit as st

from assistant.models.catalog import ModelEntry
from assistant.models.hub import delete_files
from assistant.models.model_folder import is_hub_name
from components import dialogs
from components.resources import workspace
from components.wording import count, plain, size
from store.model_records import Adapter, EndpointModel, HuggingFaceModel


def model(entry: ModelEntry) -> None:
    """Ask whether an added model is to go, and what with it."""
    record = workspace().models.record(entry.name)
    adapters = len(workspace().models.adapters(entry.name))
    with_them = f" with {count(adapters, 'adapter')}" if adapters else ""
    st.markdown(f"**{plain(entry.title)}** will be taken off the list{with_them}.")
    downloaded = ""
    if isinstance(record, EndpointModel):
        st.caption("Nothing changes on the server itself.")
    elif isinstance(record, HuggingFaceModel) and is_hub_name(record.source):
        disk = workspace().models.use(entry.name).disk
        if disk and st.checkbox(
            f"Delete its downloaded files too ({size(disk)})", key="delete_files"
        ):
            downloaded = record.source
    elif isinstance(record, HuggingFaceModel):
        st.caption(f"Its files stay in {plain(record.source)}.")
    dialogs.confirm("Remove", lambda: _remove(entry, downloaded))


def adapter(one: Adapter) -> None:
    """Ask whether a version of an adapter is to go."""
    st.markdown(f"**{plain(one.label)}** will be taken off the list.")
    if workspace().models.owns(one):
        st.caption("Its files are deleted; export it first if you may want it back.")
    else:
        st.caption(f"Its files stay in {plain(one.folder)}.")
    dialogs.confirm("Remove", lambda: _remove_adapter(one))


def _remove_adapter(one: Adapter) -> None:
    workspace().trials.forget(one.model)
    workspace().models.remove_adapter(one.id)


def _remove(entry: ModelEntry, downloaded: str) -> None:
    record = workspace().models.record(entry.name)
    if isinstance(record, HuggingFaceModel):
        workspace().downloads.cancel(record.source)
    workspace().trials.forget(entry.name)
    workspace().models.remove(entry.name)
    if downloaded:
        delete_files(downloaded)
