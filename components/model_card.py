"""One base model: what it is, its state, what can be done with it, and its fine-tuned ones."""

import streamlit as st

from assistant.models.catalog import ModelEntry
from assistant.models.endpoint import Endpoint
from components import (
    dialogs,
    model_adapters,
    model_download,
    model_removal,
    model_schema,
    model_state,
)
from components.dialogs import Dialog
from components.model_state import LOADED, LOADING, NEEDS_DOWNLOAD
from components.notices import reporting
from components.resources import workspace
from components.wording import plain, size
from store.model_records import EndpointModel, HuggingFaceModel

HAVE_WEIGHTS = ("mini", "huggingface")
ABOUT = {
    "reader": "Copies the best sentences of the passages, word for word; nothing to load",
    "scripted": "Says what its script tells it, for demonstrations and tests",
    "mini": "Comes with Openbook",
}


def show(entry: ModelEntry) -> None:
    """Draw its card."""
    with st.container(border=True, gap="xsmall", key=f"model_{entry.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _head(entry)
            st.space("stretch")
            with st.container(horizontal=True, wrap=False, width="content"):
                _actions(entry)
        st.caption(" · ".join(_facts(entry)))
        model_download.show(entry)
        model_state.outcome(entry)
        if entry.kind in HAVE_WEIGHTS and entry.status != NEEDS_DOWNLOAD:
            model_adapters.show(entry)
        elif tuned := workspace().models.fine_tuned(entry.name):
            _beside(tuned)


def _head(entry: ModelEntry) -> None:
    st.markdown(f"**{plain(entry.title)}**", width="content")
    model_state.badge(entry)
    if entry.name == workspace().settings.model:
        st.badge("Default", color="gray", help="Answers when no model was chosen.")
    if not stays_here(entry):
        st.badge("Leaves this machine", icon=":material/public:", color="orange")


def _facts(entry: ModelEntry) -> list[str]:
    """Where a model is and what it takes, in words."""
    record = workspace().models.record(entry.name)
    if isinstance(record, EndpointModel):
        key = [f"key from {plain(record.key_variable)}"] if record.key_variable else []
        return [f"{plain(record.model)} at `{record.address}`", *key]
    facts = [ABOUT[entry.kind]] if entry.kind in ABOUT else []
    if isinstance(record, HuggingFaceModel):
        facts += [plain(record.source), record.precision]
    use = workspace().models.use(entry.name)
    facts += [f"{size(use.disk)} on disk"] if use.disk else []
    facts += [f"{size(use.memory)} in memory"] if use.memory else []
    return facts


def _actions(entry: ModelEntry) -> None:
    models = workspace().models
    model_state.try_out(entry)
    if entry.kind in HAVE_WEIGHTS and entry.status != NEEDS_DOWNLOAD:
        loaded = entry.status == LOADED
        st.button(
            "Unload" if loaded else "Load",
            icon=":material/eject:" if loaded else ":material/memory:",
            key=f"load_{entry.name}",
            type="tertiary",
            help="Frees its memory." if loaded else "Makes the first answer come sooner.",
            disabled=entry.status == LOADING,
            on_click=_load,
            args=(entry.name, loaded),
        )
    if models.record(entry.name):
        model_schema.button(entry)
        question = Dialog("Remove the model", ":material/delete:", model_removal.model, (entry,))
        dialogs.button(
            "Remove", question, icon=question.icon, key=f"remove_{entry.name}", type="tertiary"
        )


def _beside(tuned: ModelEntry) -> None:
    """The fine-tuned model that a server has beside the base."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"model_{tuned.name}"):
        st.badge("Fine-tuned", icon=":material/tune:", color="blue")
        st.markdown(plain(tuned.title), width="content")
        st.space("stretch")
        model_state.try_out(tuned)
    if workspace().trials.get(tuned.name):  # else it is no other than that of the base
        model_state.outcome(tuned)


def stays_here(entry: ModelEntry) -> bool:
    """Whether questions and passages stay on this machine."""
    record = workspace().models.record(entry.name)
    return not isinstance(record, EndpointModel) or Endpoint(record.address).on_this_machine


def _load(name: str, loaded: bool) -> None:
    with reporting():
        models = workspace().models
        models.unload(name) if loaded else models.warm(name)
        st.session_state[model_state.LEAVING] = name if loaded else None
