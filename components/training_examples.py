"""The examples of a set as a table that can be edited, and one of them in full."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import streamlit as st

from assistant.training.examples import answer_of, question_of
from components import notices, training_example
from components.resources import workspace
from components.wording import count
from store.training_records import Example, ExampleSet, ExampleState

A_PAGE = 100
PLACE = "training_examples"
USE, QUESTION, ANSWER, ORIGIN = "use", "question", "answer", "origin"


def show(examples: ExampleSet) -> None:
    """Those that are ready or dropped, in the order in which they were added, a page at a time."""
    found = [
        one
        for one in workspace().store.examples.list(examples.id)
        if one.state is not ExampleState.WAITING
    ]
    if not found:
        st.markdown("Nothing is ready in this set yet. Choose *Add* to bring examples in.")
        return
    words = st.text_input(
        "Filter examples",
        type="search",
        placeholder="Filter by words of the question or the answer",
        key="example_filter",
        live=True,
        label_visibility="collapsed",
    )
    shown = [one for one in found if _fits(one, words or "")]
    if not shown:
        st.caption(f"None of {count(len(found), 'example')} fits “{words}”.")
        return
    pages = -(-len(shown) // A_PAGE)
    page = st.pagination(pages, key="examples_page") if pages > 1 else 1
    shown = shown[A_PAGE * (page - 1) : A_PAGE * page]
    notices.kept(PLACE)
    _table(shown)
    _in_full(shown)


def _fits(example: Example, words: str) -> bool:
    text = f"{question_of(example)} {answer_of(example)}".casefold()
    return all(word in text for word in words.casefold().split())


def _table(shown: Sequence[Example]) -> None:
    config = st.column_config
    key = f"examples_{sha256(' '.join(one.id for one in shown).encode()).hexdigest()[:12]}"
    st.data_editor(
        {
            USE: [one.state is ExampleState.READY for one in shown],
            QUESTION: [question_of(one) for one in shown],
            ANSWER: [answer_of(one) for one in shown],
            ORIGIN: [training_example.origin(one) for one in shown],
        },
        column_config={
            USE: config.CheckboxColumn("Use", width="small", help="Others are dropped, but kept."),
            QUESTION: config.TextColumn("Question", width=270),
            ANSWER: config.TextColumn("Answer", width=310),
            ORIGIN: config.TextColumn("From", disabled=True),
        },
        hide_index=True,
        key=key,
        on_change=_save,
        args=(key, shown),
        alt="Examples of the set",
    )


def _save(key: str, shown: Sequence[Example]) -> None:
    with notices.keeping(PLACE):
        for row, cells in st.session_state[key]["edited_rows"].items():
            example = workspace().store.examples.get(shown[int(row)].id)
            changed = edited(example, cells)
            if changed != example:
                workspace().store.examples.change(changed)


def edited(example: Example, cells: Mapping[str, Any]) -> Example:
    """An example with what was typed into its row; an emptied cell changes nothing."""
    example = training_example.edited(
        example,
        question=str(cells.get(QUESTION) or ""),
        answer=str(cells.get(ANSWER) or ""),
    )
    if USE in cells:
        state = ExampleState.READY if cells[USE] else ExampleState.DROPPED
        example = replace(example, state=state)
    return example


def _in_full(shown: Sequence[Example]) -> None:
    labels = {one.id: question_of(one) for one in shown}
    chosen = st.selectbox(
        "Read one in full",
        list(labels),
        index=None,
        format_func=lambda wanted: labels[wanted],
        key="example_in_full",
        placeholder="Choose an example",
    )
    for one in shown:
        if one.id == chosen:
            with st.container(border=True):
                training_example.draw(one)
                training_example.lineage(one)
