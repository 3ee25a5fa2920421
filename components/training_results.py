"""What came of all finished runs, to be opened one by one."""

from collections.abc import Sequence

import streamlit as st

from components import (
    model_adapters,
    training_open,
    training_publish,
    training_state,
)
from components.resources import workspace
from components.wording import count
from store.training_records import RunState, TrainingRun

OPENED = "opened_result"


def show() -> None:
    """A row for each finished run, newest first."""
    found = [run for run in workspace().training.runs() if run.state is RunState.DONE]
    if not found:
        st.markdown(
            "Nothing has been trained yet. A finished run stands here with a report that holds it "
            "against its base, before anybody gets answers from it."
        )
        st.button(
            "Start a run",
            icon=":material/play_arrow:",
            key="to_runs",
            on_click=training_open.show_run,
            args=(None,),
        )
    else:
        _table(found)
    st.page_link(
        "pages/settings/models.py",
        label="Adapters from elsewhere are added to their base model",
        icon=":material/neurology:",
    )


def _table(found: Sequence[TrainingRun]) -> None:
    config = st.column_config
    st.dataframe(
        {
            "name": [run.name for run in found],
            "base": [training_state.base_title(run) for run in found],
            "set": [training_state.version(run) if run.set_id else "" for run in found],
            "checks": [_checks(run) for run in found],
            "state": [_state(run) for run in found],
            "finished": [run.finished_at and run.finished_at.astimezone() for run in found],
        },
        column_config={
            "name": config.ButtonColumn(
                "Run",
                type="tertiary",
                alignment="left",
                width=220,
                key=OPENED,
                on_click=_open,
                args=([run.id for run in found],),
            ),
            "base": config.TextColumn("Base"),
            "set": config.TextColumn("Examples", width="medium"),
            "checks": config.TextColumn("Checks"),
            "state": config.TextColumn("State", width="small"),
            "finished": config.DatetimeColumn("Finished", format="D MMM YYYY, HH:mm"),
        },
        hide_index=True,
        placeholder="",
        alt="Results of fine-tuning",
    )


def _checks(run: TrainingRun) -> str:
    if run.report is None:
        return ""
    red = sum(guard.red for guard in run.report.guards)
    return f"{count(red, 'warning')}" if red else "All in order"


def _state(run: TrainingRun) -> str:
    made = training_publish.adapter(run)
    return model_adapters.BADGES[made.state][0] if made else "Removed"


def _open(ids: list[str]) -> None:
    clicked = st.session_state[OPENED]
    if clicked is not None:
        training_open.show_result(ids[clicked["row"]])
