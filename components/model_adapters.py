"""The adapters of a base model: their versions, which one is published, what to do with each."""

from typing import Literal

import streamlit as st

from assistant.models.built_in import is_sample
from assistant.models.catalog import ModelEntry
from components import dialogs, model_removal, model_schema, model_state
from components.dialogs import Dialog
from components.notices import reporting
from components.resources import workspace
from components.wording import count, moment, size
from store.model_records import Adapter, AdapterState

SHOWN = 3
ADAPTER, DELETE = ":material/tune:", ":material/delete:"
BADGES: dict[AdapterState, tuple[str, Literal["green", "blue", "gray"]]] = {
    AdapterState.PUBLISHED: ("Published", "green"),
    AdapterState.CANDIDATE: ("Candidate", "blue"),
    AdapterState.ARCHIVED: ("Archived", "gray"),
}


def show(base: ModelEntry) -> None:
    """Draw the adapters, the published one and then the newest first, and the way to add one."""
    adapters = sorted(
        workspace().models.adapters(base.name),
        key=lambda one: (one.state is AdapterState.PUBLISHED, one.created_at),
        reverse=True,
    )
    for adapter in adapters[:SHOWN]:
        _row(adapter)
    if older := adapters[SHOWN:]:
        with st.expander(count(len(older), "more version"), key=f"more_{base.name}"):
            for adapter in older:
                _row(adapter)
    dialogs.button(
        "Add an adapter",
        Dialog("Add an adapter", ADAPTER, _add, (base,)),
        icon=ADAPTER,
        key=f"add_adapter_{base.name}",
        type="tertiary",
        help="A folder with a PEFT adapter that was made for this model.",
    )


def _row(adapter: Adapter) -> None:
    entry = workspace().models.get(adapter.model)  # archived ones answer no questions
    words, color = BADGES[adapter.state]
    disk = workspace().models.use(entry.name).disk if entry else 0
    facts = [moment(adapter.created_at)] + ([size(disk)] if disk else [])
    with st.container(horizontal=True, vertical_alignment="center", key=f"adapter_{adapter.id}"):
        st.badge(words, icon=ADAPTER, color=color)
        st.markdown(f"{adapter.name}, version {adapter.version}", width="content")
        st.caption(" · ".join(facts), width="content")
        st.space("stretch")
        with st.container(horizontal=True, wrap=False, width="content"):
            _actions(adapter, entry)
    if entry:
        model_state.outcome(entry)


def _actions(adapter: Adapter, entry: ModelEntry | None) -> None:
    if entry:
        model_state.try_out(entry)
        model_schema.button(entry)
    published = adapter.state is AdapterState.PUBLISHED
    st.button(
        "Roll back" if published else "Publish",
        icon=":material/undo:" if published else ":material/publish:",
        key=f"publish_{adapter.id}",
        type="tertiary",
        help="Publishes the version that was published before; without one, the base stands alone."
        if published
        else "Makes this version the fine-tuned model of its base.",
        on_click=_publish,
        args=(adapter, published),
    )
    if not is_sample(adapter.id):
        question = Dialog("Remove the adapter", DELETE, model_removal.adapter, (adapter,))
        dialogs.button("Remove", question, icon=DELETE, key=f"remove_{adapter.id}", type="tertiary")


def _publish(adapter: Adapter, published: bool) -> None:
    with reporting():
        models = workspace().models
        models.roll_back(adapter.base) if published else models.publish(adapter.id)


def _add(base: ModelEntry) -> None:
    with st.form("adapter_form", border=False):
        folder = st.text_input("Folder", key="adapter_folder", placeholder="/srv/adapters/support")
        name = st.text_input(
            "Name",
            key="adapter_name",
            placeholder="support",
            help="A name that is there already gets the next version.",
        )
        if not st.form_submit_button("Add", type="primary"):
            return
    with reporting():
        workspace().models.add_adapter((folder or "").strip(), base.name, (name or "").strip())
        dialogs.close()
        st.rerun()
