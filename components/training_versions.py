"""The frozen versions of a set, and the runs made from each."""

import streamlit as st

from components.resources import workspace
from store.training_records import ExampleSet


def show(examples: ExampleSet) -> None:
    """A row for every version, newest first."""
    versions = list(reversed(workspace().store.examples.versions(examples.id)))
    if not versions:
        st.caption(
            "A run freezes the examples that are ready as a version, so that it can be told "
            "for ever what a model was made from. There is none yet."
        )
        return
    runs = [run for run in workspace().training.runs() if run.set_id == examples.id]
    st.dataframe(
        {
            "Version": [one.number for one in versions],
            "Examples": [one.count for one in versions],
            "Erased since": [one.deleted or None for one in versions],
            "Frozen": [one.created_at.astimezone() for one in versions],
            "Runs": [
                ", ".join(run.name for run in runs if run.version == one.number) for one in versions
            ],
            "SHA-256": [one.sha256 for one in versions],
        },
        column_config={
            "Erased since": st.column_config.NumberColumn(
                help="Deleted with the conversation or document they were made from."
            ),
            "Frozen": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "SHA-256": st.column_config.TextColumn(width="medium"),
        },
        hide_index=True,
        placeholder="",
        alt="Versions of the set",
    )
