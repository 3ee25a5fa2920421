"""Where a run of fine-tuning stands, in words, and what can be done with it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal

import streamlit as st

from assistant.training.recipe import Way
from components import dialogs, training_open
from components.dialogs import Dialog
from components.notices import problem, reporting
from components.resources import workspace
from components.wording import NO_BREAK, count, plain, remaining
from store.training_records import Progress, RunState, TrainingRun, Wish

Color = Literal["red", "orange", "green", "blue", "gray"]

STATES: dict[RunState, tuple[str, str, Color]] = {
    RunState.QUEUED: ("Waiting", ":material/schedule:", "gray"),
    RunState.RUNNING: ("Working", ":material/autorenew:", "blue"),
    RunState.PAUSED: ("Paused", ":material/pause_circle:", "orange"),
    RunState.DONE: ("Done", ":material/check_circle:", "green"),
    RunState.FAILED: ("Failed", ":material/error:", "red"),
    RunState.CANCELLED: ("Cancelled", ":material/cancel:", "gray"),
}
STAGES = {
    "preparing": "Preparing",
    "training": "Training",
    "testing": "Testing it against its base",
    "saving": "Saving",
}
RECENT = 25  # rows by which the time left is estimated
SILENCE = 120.0  # seconds
WISHES = {Wish.PAUSE: "Pausing after this step", Wish.CANCEL: "Cancelling after this step"}


def words(run: TrainingRun) -> str:
    """Its state in lower case, for a sentence."""
    return STATES[run.state][0].lower()


def badge(run: TrainingRun) -> None:
    """Its state as a badge."""
    words, icon, color = STATES[run.state]
    st.badge(words, icon=icon, color=color)


def facts(run: TrainingRun) -> str:
    """What it trains from what, as Markdown."""
    way = Way(run.recipe.get("way", Way.LORA)).label
    found = [f"{way} on {base_title(run)}", *([version(run)] if run.set_id else [])]
    return " · ".join(plain(fact).replace(" ", NO_BREAK) for fact in found)


def base_title(run: TrainingRun) -> str:
    """What its base is called."""
    if run.kb:
        return workspace().embedding_models.title(run.base)
    base = workspace().models.get(run.base)
    return base.title if base else run.base


def version(run: TrainingRun) -> str:
    """The set it learns from and the version of that; a set that was removed has no name."""
    names = {one.id: one.name for one in workspace().store.examples.sets()}
    return f"{names.get(run.set_id, 'a set that was removed')}, version {run.version}"


def progress(run: TrainingRun, rows: Sequence[Progress]) -> None:
    """How far it is, what it waits for, or why it failed."""
    if run.state is RunState.QUEUED:
        before = [one for one in workspace().training.runs() if _goes_first(one, run)]
        st.caption(
            f"Waits for {count(len(before), 'run')} before it." if before else "Begins soon."
        )
    elif run.state is RunState.RUNNING:
        share = run.step / run.steps if run.steps else 0.0
        st.progress(min(1.0, share), text=_doing(run, rows))
        _sign_of_life(run)
    elif run.state is RunState.FAILED:
        problem(run.reason)


def _sign_of_life(run: TrainingRun) -> None:
    """Say so when nothing was heard of its process for long: others may take all of the machine."""
    silent = (datetime.now(UTC) - run.heartbeat_at).total_seconds() if run.heartbeat_at else 0.0
    if silent > SILENCE:
        st.caption(
            f":orange[:material/hourglass_top:] Nothing was heard of it for {silent / 60:.0f} "
            "minutes; the machine may be busy with other work."
        )


def _goes_first(one: TrainingRun, run: TrainingRun) -> bool:
    queued = one.state is RunState.QUEUED and one.created_at < run.created_at
    return queued or one.state is RunState.RUNNING


def _doing(run: TrainingRun, rows: Sequence[Progress]) -> str:
    if run.wish is not Wish.NONE:
        return WISHES[run.wish]
    words = STAGES.get(run.stage, "Starting")
    if run.stage == "training" and run.steps:
        words += f": step {run.step:,} of {run.steps:,}"
        if (left := seconds_left(run, rows)) is not None:
            words += f" · {_left(left)}"
    return words


def seconds_left(run: TrainingRun, rows: Sequence[Progress]) -> float | None:
    """How long the steps to come will take, as long as the last ones did; None with too few."""
    recent = rows[-RECENT:]
    steps = recent[-1].step - recent[0].step if recent else 0
    if not steps:
        return None
    return (run.steps - run.step) * (recent[-1].seconds - recent[0].seconds) / steps


def _left(seconds: float) -> str:
    hours = round(seconds / 3600)
    return f"about {hours:,} hours left" if hours > 1 else remaining(seconds)


def actions(run: TrainingRun) -> None:
    """Pause, cancel, resume or delete it, as it makes sense."""
    training = workspace().training
    wished = run.wish is not Wish.NONE
    if run.state is RunState.RUNNING:
        _action("Pause", ":material/pause:", training.pause, run, disabled=wished)
    if run.state in (RunState.PAUSED, RunState.FAILED, RunState.CANCELLED):
        _action("Resume", ":material/play_arrow:", training.resume, run)
    if run.state.unfinished:
        _action("Cancel", ":material/close:", training.cancel, run, disabled=wished)
    else:
        dialog = Dialog("Delete the run", ":material/delete:", _delete, (run,))
        dialogs.button("Delete", dialog, icon=dialog.icon, key=f"Delete_{run.id}", type="tertiary")


def _action(
    label: str,
    icon: str,
    act: Callable[[str], object],
    run: TrainingRun,
    *,
    disabled: bool = False,
) -> None:
    if st.button(label, icon=icon, type="tertiary", key=f"{label}_{run.id}", disabled=disabled):
        with reporting():
            act(run.id)
            st.rerun()


def _delete(run: TrainingRun) -> None:
    st.markdown(
        f"**{plain(run.name)}** with its curve and its report will be deleted. What was published "
        "stays. This cannot be undone."
    )
    dialogs.confirm("Delete", lambda: _remove(run.id))


def _remove(run_id: str) -> None:
    workspace().training.remove(run_id)
    training_open.show_run(None)
