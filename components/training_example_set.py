"""One set of examples: its head, and the views of it."""

import streamlit as st

from components import (
    training_checks,
    training_examples,
    training_open,
    training_review,
    training_set_menu,
    training_sources,
    training_versions,
)
from components.notices import reporting
from components.resources import workspace
from store.training_records import ExampleSet, ExampleState

EXAMPLES, ADD, REVIEW = "Examples", "Add", "Review"
VIEWS = {
    EXAMPLES: training_examples.show,
    ADD: training_sources.show,
    REVIEW: training_review.show,
    "Check": training_checks.show,
    "Versions": training_versions.show,
}


def show(examples: ExampleSet) -> None:
    """Its head, and the view that is chosen."""
    st.button(
        "All sets",
        icon=":material/arrow_back:",
        type="tertiary",
        key="all_sets",
        on_click=training_open.show_set,
        args=(None,),
    )
    training_set_menu.show(examples)
    tabs = st.tabs(
        list(VIEWS), default=_first(examples), key=f"view_of_{examples.id}", on_change="rerun"
    )
    for tab, draw in zip(tabs, VIEWS.values(), strict=True):
        if tab.open:
            with tab, reporting():
                draw(examples)


def _first(examples: ExampleSet) -> str:
    """Where a visitor has something to do."""
    key = f"first_view_of_{examples.id}"
    if key not in st.session_state:
        counts = workspace().store.examples.counts(examples.id)
        waiting = counts[ExampleState.WAITING]
        empty = not counts[ExampleState.READY]
        st.session_state[key] = REVIEW if empty and waiting else ADD if empty else EXAMPLES
    return str(st.session_state[key])
