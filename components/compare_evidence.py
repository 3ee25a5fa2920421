"""The passages that every column with retrieval was given."""

import streamlit as st

from components.resources import workspace
from components.wording import count, plain
from store.answer_records import Candidate
from store.comparison_records import Comparison
from store.errors import NotFound
from store.page_names import place


def show(comparison: Comparison) -> None:
    """The evidence, if any column asked for some."""
    passages = _passages(comparison)
    if passages is None:
        return
    label = f"Evidence: {count(len(passages), 'passage')}"
    with st.expander(label, icon=":material/menu_book:"):
        st.caption("Found once and given to every column with retrieval.")
        for passage in passages:
            where = place(passage.document, passage.page, passage.label)
            st.markdown(f"**{passage.marker}** {plain(where)}")
            st.text(passage.text)


def _passages(comparison: Comparison) -> list[Candidate] | None:
    """The passages as a trace has them; None when nothing was searched or no trace is left."""
    for column in comparison.columns:
        if column.contestant.retrieval and column.trace_id:
            try:
                found = workspace().traces.get(column.trace_id).candidates
            except NotFound:
                continue
            kept = [one for one in found if one.marker is not None]
            return sorted(kept, key=lambda one: one.marker or 0)
    return None
