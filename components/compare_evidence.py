"""The passages that every column with retrieval was given, and a way to try others: does a model
follow what it reads, or its memory?"""

from collections.abc import Sequence

import streamlit as st

from assistant.comparison.given_evidence import LONGEST
from assistant.errors import AssistantError
from components import compare_open, notices
from components.resources import workspace
from components.wording import count, plain
from store.answer_records import Candidate
from store.comparison_records import Comparison
from store.errors import NotFound, StoreError
from store.page_names import place

PLACE = "compare_evidence"


def show(comparison: Comparison) -> None:
    """The evidence, if any column asked for some."""
    passages = _passages(comparison)
    if passages is None:
        return
    label = f"Evidence: {count(len(passages), 'passage')}"
    with st.expander(label, icon=":material/menu_book:"):
        if comparison.passages:
            st.caption("Written by hand, and given to every column with retrieval.")
        else:
            st.caption("Found once, and given to every column with retrieval.")
        if passages and st.toggle(
            "Edit",
            key=f"edit_{comparison.id}",
            help="Change what the passages say and ask again: a model that follows the documents "
            "changes its answer, one that follows its memory does not.",
        ):
            _form(comparison, [passage.text for passage in passages])
        else:
            _list(passages)
        notices.kept(PLACE)


def _list(passages: Sequence[Candidate]) -> None:
    for passage in passages:
        where = place(passage.document, passage.page, passage.label)
        st.markdown(f"**{passage.marker}** {plain(where)}")
        st.text(passage.text)


def _form(comparison: Comparison, texts: Sequence[str]) -> None:
    keys = [f"passage_{number}_{comparison.id}" for number in range(len(texts))]
    with st.form(f"evidence_{comparison.id}", border=False):
        for number, (key, text) in enumerate(zip(keys, texts, strict=True), start=1):
            st.text_area(f"Passage {number}", text, max_chars=LONGEST, key=key, height=120)
        st.form_submit_button(
            "Run again with this evidence",
            icon=":material/play_arrow:",
            on_click=_start,
            args=(comparison, keys),
        )


def _start(comparison: Comparison, keys: Sequence[str]) -> None:
    try:
        started = workspace().comparer.compare(
            comparison.question,
            [column.contestant for column in comparison.columns],
            kb=comparison.kb,
            passages=[st.session_state[key] for key in keys],
        )
    except (AssistantError, StoreError) as error:
        notices.keep(PLACE, [str(error)])
    else:
        notices.keep(PLACE, [])
        compare_open.show(started.id)


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
