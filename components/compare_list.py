"""Earlier comparisons, to be opened again."""

from collections.abc import Sequence

import streamlit as st

from assistant.sentences import shorten
from components import compare_column, compare_open
from components.resources import workspace
from store.comparison_records import Comparison

OPENED = "opened_comparison"
LIMIT = 100


def show(*, leave_out: str | None = None) -> None:
    """The newest comparisons; one that is open already can be left out."""
    found = workspace().store.comparisons.list(limit=LIMIT)
    found = [one for one in found if one.id != leave_out]
    if not found:
        return
    with st.expander("Earlier comparisons", icon=":material/history:", expanded=not leave_out):
        table(found, key=OPENED)


def table(found: Sequence[Comparison], *, key: str) -> None:
    """Comparisons as a table; choosing a question opens its comparison."""
    config = st.column_config
    cast = {vote.comparison_id: vote for vote in workspace().store.comparisons.votes()}
    st.dataframe(
        {
            "question": [shorten(one.question, 200) for one in found],
            "columns": [_columns(one) for one in found],
            "vote": ["Yes" if one.id in cast else "" for one in found],
            "asked": [one.created_at.astimezone() for one in found],
        },
        column_config={
            "question": config.ButtonColumn(
                "Question",
                type="tertiary",
                alignment="left",
                width=300,
                key=key,
                on_click=_open,
                args=(key, [one.id for one in found]),
            ),
            "columns": config.TextColumn("Columns", width=270),
            "vote": config.TextColumn("Voted", width="small"),
            "asked": config.DatetimeColumn("Asked", format="D MMM YYYY, HH:mm"),
        },
        hide_index=True,
        alt="Comparisons",
    )


def _columns(comparison: Comparison) -> str:
    if comparison.hidden:
        return f"{len(comparison.columns)} answers, blind"
    indices = range(len(comparison.columns))
    return ", ".join(compare_column.heading(comparison, index) for index in indices)


def _open(key: str, ids: list[str]) -> None:
    clicked = st.session_state[key]
    if clicked is not None:
        compare_open.show(ids[clicked["row"]])
