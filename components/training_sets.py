"""All sets of examples, and how the first one comes about."""

from collections.abc import Sequence

import streamlit as st

from components import training_import, training_open
from components.resources import workspace
from store.training_records import ExampleSet, ExampleState

OPENED = "opened_set"


def show() -> None:
    """The sets there are, then the ways to another one."""
    sets = workspace().store.examples.sets()
    if sets:
        _table(sets)
        training_import.new_set()
        training_import.samples()
    else:
        _start()
        training_import.samples(first=True)
        training_import.new_set()


def _start() -> None:
    st.markdown(
        "Examples teach a model *how* to answer: a tone, a form, a habit. What is true it reads in "
        "your documents. Look around with the examples that come along, or bring your own."
    )


def _table(sets: Sequence[ExampleSet]) -> None:
    config = st.column_config
    examples = workspace().store.examples
    counts = [examples.counts(one.id) for one in sets]
    st.dataframe(
        {
            "name": [one.name for one in sets],
            "ready": [count[ExampleState.READY] for count in counts],
            "waiting": [count[ExampleState.WAITING] for count in counts],
            "versions": [len(examples.versions(one.id)) for one in sets],
            "made": [one.created_at.astimezone() for one in sets],
        },
        column_config={
            "name": config.ButtonColumn(
                "Set",
                type="tertiary",
                alignment="left",
                width=300,
                key=OPENED,
                on_click=_open,
                args=([one.id for one in sets],),
            ),
            "ready": config.NumberColumn("Ready", format="localized", help="Counted by a run."),
            "waiting": config.NumberColumn(
                "To review", format="localized", help="Proposed, and not looked at yet."
            ),
            "versions": config.NumberColumn(
                "Versions", format="localized", help="Frozen, each for one run or more."
            ),
            "made": config.DatetimeColumn("Made", format="D MMM YYYY, HH:mm"),
        },
        hide_index=True,
        alt="Sets of examples",
    )


def _open(ids: list[str]) -> None:
    clicked = st.session_state[OPENED]
    if clicked is not None:
        training_open.show_set(ids[clicked["row"]])
