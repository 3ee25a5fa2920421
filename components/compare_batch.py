"""One file of questions: how the models did on average, and every answer."""

from collections.abc import Sequence
from hashlib import sha256

import streamlit as st

from assistant.comparison.contestants import name_of
from assistant.comparison.results import Average, as_csv, averages
from assistant.sentences import shorten
from components import compare_batches, compare_column, compare_open
from components.resources import workspace
from components.wording import duration, plain
from store.comparison_records import Batch, BatchState, Comparison

OPENED = "opened_of_batch"
INTERVAL = 1.0


def show(batch: Batch) -> None:
    """The averages, the questions and the file with all of it."""
    st.button(
        "All files of questions",
        icon=":material/arrow_back:",
        type="tertiary",
        key="all_files",
        on_click=compare_open.show_batch,
        args=(None,),
    )
    st.subheader(plain(batch.name), anchor=False)
    found = workspace().store.comparisons.of_batch(batch.id)
    every = INTERVAL if batch.state.unfinished else None
    st.fragment(_head, run_every=every)(batch.id, len(found), batch.state)
    found = [one for one in found if one.finished_at]
    if not found:
        return
    _averages(averages(found))
    _questions(batch, found)
    _download(batch, found)


def _head(batch_id: str, drawn: int, state: BatchState) -> None:
    """Where it stands. When there is twice as much to show, the page is drawn anew."""
    batch = workspace().store.comparison_batches.get(batch_id)
    many = workspace().store.comparison_batches.begun(batch_id)
    if batch.state is not state or many >= max(2, 2 * drawn):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        compare_batches.state(batch)
        st.space("stretch")
        compare_batches.actions(batch)
    st.caption(compare_batches.facts(batch))
    compare_batches.progress(batch)


def _averages(found: Sequence[Average]) -> None:
    columns: dict[str, list[object]] = {
        "Who": [name_of(one.title, one.contestant) for one in found],
        "Answers": [one.answers for one in found],
        "Refused": [one.refused for one in found],
        "Failed": [one.failed for one in found],
        "Supported": [_share(one.supported) for one in found],
        "Citations": [_number(one.citations) for one in found],
        "First token": [_time(one.first_token) for one in found],
        "Total": [_time(one.total) for one in found],
        "Tokens/s": [_number(one.tokens_per_second) for one in found],
    }
    if any(one.cost is not None for one in found):
        columns["Cost in all"] = [f"about {one.cost:.2g}" if one.cost else "" for one in found]
    st.dataframe(
        columns,
        column_config={"Who": st.column_config.TextColumn(width="medium")},
        hide_index=True,
        alt="Averages over all questions",
    )


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _time(value: float | None) -> str:
    return "" if value is None else duration(value)


def _questions(batch: Batch, found: Sequence[Comparison]) -> None:
    config = st.column_config
    voted = {vote.comparison_id for vote in workspace().store.comparisons.votes()}
    answers = {
        _heading(batch, found, index): [_answer(one, index) for one in found]
        for index in range(len(batch.contestants))
    }
    ids = [one.id for one in found]
    key = f"{OPENED}_{sha256(' '.join(ids).encode()).hexdigest()[:12]}"
    st.dataframe(
        {
            "question": [shorten(one.question, 200) for one in found],
            **answers,
            "voted": ["Yes" if one.id in voted else "" for one in found],
        },
        column_config={
            "question": config.ButtonColumn(
                "Question",
                type="tertiary",
                alignment="left",
                width=300,
                key=key,
                on_click=_open,
                args=(key, ids),
            ),
            **{name: config.TextColumn(width="medium") for name in answers},
            "voted": config.TextColumn("Voted", width="small"),
        },
        hide_index=True,
        alt="Questions with their answers",
    )


def _heading(batch: Batch, found: Sequence[Comparison], index: int) -> str:
    if batch.blind:
        return f"Answer {compare_column.LETTERS[index]}"
    return compare_column.heading(found[0], index)


def _answer(comparison: Comparison, index: int) -> str:
    column = comparison.columns[index]
    return shorten(" ".join(column.text.split()), 300) or column.error


def _open(key: str, ids: list[str]) -> None:
    clicked = st.session_state[key]
    if clicked is not None:
        compare_open.show(ids[clicked["row"]])


def _download(batch: Batch, found: Sequence[Comparison]) -> None:
    votes = {vote.comparison_id: vote for vote in workspace().store.comparisons.votes()}
    st.download_button(
        "Download all answers",
        data=as_csv(found, votes),
        file_name=f"{batch.name.rpartition('.')[0]}-answers.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="download_batch",
    )
