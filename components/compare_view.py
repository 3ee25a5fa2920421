"""One comparison: its columns side by side, while they are written and afterwards."""

from collections.abc import Callable

import streamlit as st

from assistant.answering.answer import Answer
from components import (
    answer_view,
    compare_column,
    compare_difference,
    compare_evidence,
    compare_menu,
    compare_vote,
    live_answer,
)
from components.notices import reporting
from components.resources import workspace
from components.wording import plain
from store.answer_records import MessageState
from store.comparison_records import Comparison

INTERVAL = 0.4
ROWS = {1: [1], 2: [2], 3: [3], 4: [2, 2]}  # four stand two by two, as the preset does


def show(comparison: Comparison) -> None:
    """The question and the columns."""
    compare_menu.show(comparison)
    if comparison.passages:
        st.caption(":material/edit_note: With evidence written by hand")
    running = workspace().comparer.running(comparison.id)
    if running and not running.done:
        _live(comparison.id)
        return
    comparison = workspace().store.comparisons.get(comparison.id)  # it may have ended just now
    _grid(comparison, lambda index: compare_column.show(comparison, index))
    compare_vote.show(comparison)
    compare_difference.show(comparison)
    compare_evidence.show(comparison)


@st.fragment(run_every=INTERVAL)
def _live(comparison_id: str) -> None:
    running = workspace().comparer.running(comparison_id)
    if running is None or running.done:
        st.rerun()
    with reporting():
        comparison = workspace().store.comparisons.get(comparison_id)

        def draw(index: int) -> None:
            if comparison.columns[index].state is MessageState.RUNNING:
                _writing(comparison, index, running.answers[index])
            else:
                compare_column.show(comparison, index, live=True)

        _grid(comparison, draw)
        st.button("Stop all", icon=":material/stop_circle:", key="stop_all", on_click=running.stop)


def _grid(comparison: Comparison, draw: Callable[[int], None]) -> None:
    indices = iter(range(len(comparison.columns)))
    for many in ROWS[len(comparison.columns)]:
        for place in st.columns(many, border=True):
            with place:
                index = next(indices)
                st.markdown(f"**{plain(compare_column.heading(comparison, index))}**")
                draw(index)


def _writing(comparison: Comparison, index: int, answer: Answer) -> None:
    """A column while it is written; stages would tell who retrieves, so a blind one has none."""
    model = comparison.columns[index].contestant.model
    label = "Writing the answer" if comparison.hidden else live_answer.doing(answer, model)
    st.caption(f":shimmer[{plain(label)}]")
    if text := answer.text:
        answer_view.show(text, key=f"column_{comparison.id}_{index}", writing=True)
    st.button(
        "Stop",
        icon=":material/stop_circle:",
        key=f"stop_{index}",
        on_click=answer.stop,
        disabled=answer.stopped,
    )
