"""One column of a comparison: the answer with its citations, and what was measured of it."""

import streamlit as st

from assistant.comparison.contestants import name_of
from assistant.comparison.measures import (
    first_token,
    supported_share,
    tokens_per_second,
    total,
    waited,
)
from components import answer_view, schema_fit, source_dialog
from components.notices import problem
from components.wording import NO_BREAK, count, duration, plain
from store.answer_records import MessageState
from store.comparison_records import Column, Comparison

LETTERS = "ABCD"
INTERRUPTED = "This answer was interrupted before it was finished."
WORTH_TELLING = 50.0  # milliseconds of waiting


def heading(comparison: Comparison, index: int) -> str:
    """The name above a column: a letter as long as names are hidden."""
    column = comparison.columns[index]
    if comparison.hidden:
        return f"Answer {LETTERS[index]}"
    return name_of(column.title, column.contestant)


def show(comparison: Comparison, index: int, *, live: bool = False) -> None:
    """A finished column; `live` when it is drawn in a part of the page that redraws itself."""
    column = comparison.columns[index]
    if column.state in (MessageState.FAILED, MessageState.RUNNING):
        problem(column.error or INTERRUPTED)
    elif column.refused:
        st.badge("No answer", icon=":material/search_off:", color="gray")
        st.text(column.text)
    else:
        chosen = answer_view.show(
            column.text,
            key=f"column_{comparison.id}_{index}",
            # without passages there is nothing to check sentences against
            sentences=column.sentences if column.contestant.retrieval else (),
            citations=column.citations,
        )
        if not comparison.passages:  # those written by hand stand on no page
            source_dialog.open_marker(column.citations, chosen)
        if chosen and live:
            st.rerun()
    schema_fit.show(column.fit)
    if column.state is MessageState.STOPPED:
        st.caption(":material/stop_circle: Stopped before it was finished.")
    if not comparison.hidden:
        _figures(column)


def _figures(column: Column) -> None:
    facts = (f":gray[{name}] {plain(value)}" for name, value in figures(column).items())
    st.markdown("&ensp; ".join(f":small[{fact.replace(' ', NO_BREAK)}]" for fact in facts))
    if column.trace_id:
        st.page_link(
            "pages/ask/traces.py",
            label="Why this answer",
            icon=":material/account_tree:",
            query_params={"id": column.trace_id},
        )


def figures(column: Column) -> dict[str, str]:
    """What was measured, by name, in words; what is not known is left out."""
    about = "" if column.counted else "about "
    found = {"First token": _time(first_token(column)), "Total": _time(total(column))}
    if waited(column) >= WORTH_TELLING:
        found["Waited"] = duration(waited(column))
    if (speed := tokens_per_second(column)) is not None:
        found["Speed"] = f"{about}{speed:,.0f} tokens/s"
    if column.tokens:
        found["Prompt"] = f"{about}{count(column.tokens['prompt'], 'token')}"
        found["Answer"] = f"{about}{count(column.tokens['answer'], 'token')}"
    if column.cost is not None:
        found["Cost"] = f"about {column.cost:.2g}"
    if (share := supported_share(column)) is not None:
        found["Supported"] = f"{share:.0%} of {count(len(column.sentences), 'sentence')}"
    found["Citations"] = str(len(column.citations))
    found["Refused"] = "yes" if column.refused else "no"
    return {name: value for name, value in found.items() if value}


def _time(milliseconds: float | None) -> str:
    return "" if milliseconds is None else duration(milliseconds)
