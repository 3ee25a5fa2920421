"""All models that can answer, one card for each base, kept up to date while any is at work."""

import streamlit as st

from components import dialogs, model_card, model_form, model_state
from components.dialogs import Dialog
from components.notices import reporting
from components.resources import workspace
from components.wording import count, size

INTERVAL = 1.0


def show() -> None:
    """Draw them, and the way to add another one."""
    busy = _busy()
    st.fragment(_list, run_every=INTERVAL if busy else None)(busy)


def _summary() -> None:
    models = workspace().models
    bases = models.bases()
    memory = sum(models.use(name).memory for name in models)
    away = sum(not model_card.stays_here(entry) for entry in bases)
    words = [count(len(bases), "model")]
    words += [f"{size(memory)} in memory"] if memory else []
    words += [f"{away:,} behind an address on another machine"] if away else []
    st.caption(", ".join(words) + ".", width="content")


def _list(drawn_busy: bool) -> None:
    """Redraw; when work began or ended since the page was drawn, the page is drawn anew as well."""
    if _busy() != drawn_busy:
        st.rerun()
    with reporting():
        with st.container(horizontal=True, vertical_alignment="center"):
            _summary()
            st.space("stretch")
            form = Dialog("Add a model", ":material/add:", model_form.show)
            dialogs.button("Add a model", form, icon=":material/add:", key="add_model")
        for entry in workspace().models.bases():
            model_card.show(entry)


def _busy() -> bool:
    """Whether anything changes without a click."""
    opened = workspace()
    leaving = opened.models.get(st.session_state.get(model_state.LEAVING) or "")
    return (
        (leaving is not None and leaving.status == model_state.LOADED)
        or any(entry.status == model_state.LOADING for entry in opened.models.values())
        or any(download.running for download in opened.downloads.list())
        or any((tried := opened.trials.get(name)) and tried.running for name in opened.models)
    )
