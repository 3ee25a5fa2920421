"""All traces as a table to filter and open."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from assistant.sentences import shorten
from components.resources import workspace
from components.wording import duration
from store.answer_records import MessageState, Trace

ID = "id"
OPENED = "opened_trace"
LIMIT = 200
PERIODS = {"Any time": None, "Today": 1, "Past 7 days": 7, "Past 30 days": 30}
OUTCOMES = {"All": None, "Answered": False, "Refused": True}


def show() -> None:
    """The filters and the traces that fit them, newest first."""
    found = _filtered()
    if not found:
        if workspace().traces.list(limit=1):
            st.caption("No trace fits these filters.")
        else:
            st.caption("No traces yet: every answer in the chat leaves one here.")
        return
    cut = f" The newest {LIMIT} are shown." if len(found) == LIMIT else ""
    st.caption(f"Choose a question to see how its answer came about.{cut}")
    _table(found)


def _filtered() -> Sequence[Trace]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Question contains", type="search", placeholder="", key="trace_search", live=True
        )
        outcome = st.segmented_control(
            "Outcome", list(OUTCOMES), default="All", required=True, key="trace_outcome"
        )
        models = workspace().models
        model = None
        if len(models) > 1:
            model = st.selectbox(
                "Model",
                [None, *models],
                format_func=lambda name: models[name].title if name else "All models",
                key="trace_model",
                width=180,
            )
        period = st.selectbox("Asked", list(PERIODS), key="trace_period", width=150)
    return workspace().traces.list(
        search=search or "",
        model=model,
        refused=OUTCOMES[outcome or "All"],
        since=_since(PERIODS[period]),
        limit=LIMIT,
    )


def _since(days: int | None) -> datetime | None:
    if days is None:
        return None
    midnight = datetime.now(UTC).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1)


def outcome(trace: Trace) -> str:
    """How an answer ended, in a word or two."""
    if trace.state is MessageState.FAILED:
        return "Failed"
    if trace.state is MessageState.STOPPED:
        return "Stopped"
    return "Refused" if trace.refused else "Answered"


def total_ms(trace: Trace) -> float:
    return max((span.start_ms + span.duration_ms for span in trace.spans), default=0.0)


def _table(traces: Sequence[Trace]) -> None:
    config = st.column_config
    st.dataframe(
        {
            "question": [shorten(trace.question, 200) for trace in traces],
            "outcome": [outcome(trace) for trace in traces],
            "sources": [len(trace.citations) for trace in traces],
            "model": [_title(trace.model) for trace in traces],
            "time": [duration(total_ms(trace)) for trace in traces],
            "asked": [trace.created_at.astimezone() for trace in traces],
        },
        column_config={
            "question": config.ButtonColumn(
                "Question",
                type="tertiary",
                alignment="left",
                width=330,
                key=OPENED,
                on_click=_open,
                args=([trace.id for trace in traces],),
            ),
            "outcome": config.TextColumn("Outcome", width="small"),
            "sources": config.NumberColumn("Sources", width="small"),
            "model": config.TextColumn("Model"),
            "time": config.TextColumn("Time", width="small"),
            "asked": config.DatetimeColumn("Asked", format="D MMM YYYY, HH:mm"),
        },
        hide_index=True,
        alt="Traces of answers",
    )


def _title(model: str) -> str:
    entry = workspace().models.get(model)
    return entry.title if entry else model


def _open(ids: list[str]) -> None:
    clicked = st.session_state[OPENED]
    if clicked is not None:
        st.query_params[ID] = ids[clicked["row"]]
