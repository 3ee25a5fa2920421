"""Taking an adapter elsewhere: as a zip, or merged into its base as one whole model."""

import streamlit as st

from assistant.training import registry
from components.notices import reporting
from components.resources import workspace
from components.wording import plain, size
from store.model_records import Adapter

ICON = ":material/ios_share:"
LARGEST = 200_000_000  # bytes that are sent through the browser
MERGED = "merged_into"  # in the session: the folders written, by adapter


def show(adapter: Adapter) -> None:
    """Draw both ways out."""
    with reporting():
        _zip(adapter)
    st.divider()
    with reporting():
        _merged(adapter)


def _zip(adapter: Adapter) -> None:
    st.markdown("**The adapter**")
    st.caption("For this or another Openbook, PEFT, or vLLM, over the same base; with its card.")
    disk = workspace().models.use(adapter.model).disk
    if disk > LARGEST:
        st.markdown(f"It has {size(disk)}; copy its folder {plain(adapter.folder)}.")
        return
    st.download_button(
        "Download as zip",
        # made now: what is made at the click is refused while the page is being drawn
        data=registry.export_zip(adapter, workspace().models),
        file_name=f"{adapter.label}.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        key="export_zip",
    )


def _merged(adapter: Adapter) -> None:
    st.markdown("**One whole model**")
    st.caption(
        "For programs that know no adapters. The base is loaded once more while it is written."
    )
    written: dict[str, str] = st.session_state.setdefault(MERGED, {})
    if st.button("Write the model", icon=":material/merge:", key="merge"):
        with st.spinner("Writing the model…"):
            opened = workspace()
            made = registry.merge(adapter, opened.models, opened.settings.home)
            written[adapter.id] = str(made)
    if folder := written.get(adapter.id):
        st.success(f"The model is in {plain(folder)}.", icon=":material/check:")
