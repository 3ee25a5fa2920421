"""One run of fine-tuning: its curve, what it says meanwhile, and its warnings, while it goes on."""

from collections.abc import Sequence

import streamlit as st

from components import training_curve, training_open, training_recipe, training_state
from components.notices import reporting
from components.resources import workspace
from components.wording import duration, moment, plain
from store.training_records import Progress, RunState, TrainingRun

INTERVAL = 2.0
LATEST = "the latest"


def show(run: TrainingRun) -> None:
    """Draw it, and keep it up to date while it is under way."""
    st.button(
        "All runs",
        icon=":material/arrow_back:",
        type="tertiary",
        key="all_runs",
        on_click=training_open.show_run,
        args=(None,),
    )
    at_work = run.state in (RunState.QUEUED, RunState.RUNNING)
    st.fragment(_live, run_every=INTERVAL if at_work else None)(run.id, run.state)
    training_recipe.show(run)


def _live(run_id: str, drawn: RunState) -> None:
    """Redraw; when it ended since the page was drawn, the page is drawn anew."""
    with reporting():
        training = workspace().training
        run = training.get(run_id)
        if run.state is not drawn:
            st.rerun()
        rows = training.progress(run_id)
        _head(run)
        training_state.progress(run, rows)
        _end(run)
        for warning in run.warnings:
            st.warning(plain(warning.text), icon=":material/warning:")
        if rows:
            _figures(rows)
            training_curve.show(rows, best=run.best_step, key=f"curve_{run_id}")
            _samples(rows, run_id)
            training_curve.table(rows)


def _head(run: TrainingRun) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(run.name), anchor=False, width="content")
        training_state.badge(run)
        st.space("stretch")
        training_state.actions(run)
    facts = [training_state.facts(run), f"asked for on {moment(run.created_at)}"]
    if run.sha256:
        facts.append(f"SHA-256 of its examples `{run.sha256[:12]}…`")
    if run.attempts > 1:
        facts.append(f"attempt {run.attempts}")
    st.caption(" · ".join(facts))


def _end(run: TrainingRun) -> None:
    """What came of it, and the way to its report."""
    if run.state is not RunState.DONE:
        return
    st.success(plain(run.summary or "It is done."), icon=":material/check_circle:")
    if st.button(
        "See how it does against its base",
        icon=":material/fact_check:",
        type="primary",
        key="see_result",
        on_click=training_open.show_result,
        args=(run.id,),
    ):
        st.rerun()  # a click in a fragment draws no more than that


def _figures(rows: Sequence[Progress]) -> None:
    """The newest of everything that is measured."""

    def last(name: str) -> float | None:
        found = [value for row in rows if (value := getattr(row, name)) is not None]
        return found[-1] if found else None

    def written(name: str, form: str) -> str:
        value = last(name)
        return "–" if value is None else format(value, form)

    with st.container(horizontal=True):
        for label, words, help in (
            ("Training loss", written("loss", ".3f"), "How far off it is on what it learns from."),
            (
                "Validation loss",
                written("validation_loss", ".3f"),
                "How far off it is on examples it does not learn from. Rising means memorising.",
            ),
            ("Learning rate", written("learning_rate", ".1e"), "Size of the steps it takes now."),
            ("Tokens/s", written("tokens_per_second", ",.0f"), "Read while learning."),
            ("Training time", duration(rows[-1].seconds * 1000), "Pauses left out."),
        ):
            st.metric(label, words, help=help, width="content")


def _samples(rows: Sequence[Progress], run_id: str) -> None:
    """What it answers to the same few questions at each validation."""
    by_step = {row.step: row.samples for row in rows if row.samples}
    if not by_step:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**What it answers to the same questions**", width="content")
        chosen = st.selectbox(
            "After",
            [LATEST, *sorted(by_step, reverse=True)],
            format_func=lambda step: f"after step {step}" if step != LATEST else "after the latest",
            key=f"samples_{run_id}",
            label_visibility="collapsed",
            width=190,
        )
    step = max(by_step) if chosen not in by_step else chosen
    for question, answer in by_step[step]:
        with st.container(border=True, gap="xsmall"):
            st.caption(plain(question))
            st.text(answer or "It wrote nothing.")
