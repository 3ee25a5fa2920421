"""Files of questions: put one to the models, and what became of earlier ones."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from assistant.comparison.question_file import COLUMN, ENDINGS, MEGABYTES
from assistant.errors import AssistantError
from components import compare_form, compare_open, dialogs, notices
from components.dialogs import Dialog
from components.notices import reporting
from components.resources import workspace
from components.wording import count, moment, plain
from store.comparison_records import Batch, BatchState
from store.errors import StoreError

Color = Literal["red", "green", "blue", "gray"]

INTERVAL = 1.0
FILE = "compare_file"
TAKEN = "compare_files_taken"  # a new box for every file, else the old one stays in it
PLACE = "compare_file"
STATES: dict[BatchState, tuple[str, str, Color]] = {
    BatchState.QUEUED: ("Waiting", ":material/schedule:", "gray"),
    BatchState.RUNNING: ("Working", ":material/autorenew:", "blue"),
    BatchState.DONE: ("Done", ":material/check_circle:", "green"),
    BatchState.CANCELLED: ("Cancelled", ":material/cancel:", "gray"),
    BatchState.FAILED: ("Failed", ":material/error:", "red"),
}


def show() -> None:
    """The form for a new file and the list of those there are."""
    _form()
    batches = workspace().store.comparison_batches.list()
    busy = any(batch.state.unfinished for batch in batches)
    st.fragment(_list, run_every=INTERVAL if busy else None)()


def _form() -> None:
    taken = st.session_state.setdefault(TAKEN, 0)
    with st.container(border=True):
        file = st.file_uploader(
            f"File of questions: CSV with a column “{COLUMN}”, or JSON lines with "
            f'{{"{COLUMN}": "…"}}',
            type=list(ENDINGS),
            max_upload_size=MEGABYTES,
            key=f"{FILE}_{taken}",
        )
        compare_form.columns()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Run",
                type="primary",
                icon=":material/play_arrow:",
                key="run_file",
                disabled=file is None,
                on_click=_start,
            )
            compare_form.blind()
    notices.kept(PLACE)


def _start() -> None:
    file = st.session_state[f"{FILE}_{st.session_state[TAKEN]}"]
    opened = workspace()
    try:
        opened.batches.add(
            file.name,
            file.getvalue(),
            st.session_state[compare_form.COLUMNS],
            kb=opened.settings.kb,
            blind=st.session_state[compare_form.BLIND],
        )
    except (AssistantError, StoreError) as error:
        notices.keep(PLACE, [str(error)])
    else:
        notices.keep(PLACE, [])
        st.session_state[TAKEN] += 1


def _list() -> None:
    with reporting():
        batches = workspace().store.comparison_batches.list()
        if not batches:
            st.caption("No file of questions has been run yet.")
        for batch in batches:
            with st.container(border=True, key=f"batch_{batch.id}"):
                _card(batch)


def _card(batch: Batch) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        opened = st.button(plain(batch.name), type="tertiary", key=f"open_{batch.id}")
        state(batch)
        st.space("stretch")
        actions(batch)
    st.caption(f"{facts(batch)} · {moment(batch.created_at)}")
    progress(batch)
    if opened:
        compare_open.show_batch(batch.id)
        st.rerun()


def state(batch: Batch) -> None:
    """Where it stands, as a badge."""
    words, icon, color = STATES[batch.state]
    st.badge(words, icon=icon, color=color)


def facts(batch: Batch) -> str:
    """How many questions it has and who answers them."""
    names = ", ".join(compare_form.title(one) for one in batch.contestants)
    blind = ", blind" if batch.blind else ""
    return plain(f"{count(len(batch.questions), 'question')} to {names}{blind}")


def progress(batch: Batch) -> None:
    """How far it is, or why it failed."""
    if batch.state is BatchState.RUNNING:
        total = len(batch.questions)
        begun = workspace().store.comparison_batches.begun(batch.id)
        at = min(max(1, begun), total)
        st.progress((at - 1) / total, text=f"Question {at:,} of {total:,}")
    if batch.error:
        notices.problem(batch.error)


def actions(batch: Batch) -> None:
    """Cancel it while it is at work, else go on with it or delete it."""
    batches = workspace().batches
    if batch.state.unfinished:
        _action("Cancel", ":material/close:", batches.cancel, batch)
        return
    if batch.state is not BatchState.DONE:
        _action("Go on", ":material/play_arrow:", batches.resume, batch)
    dialog = Dialog("Delete the file of questions", ":material/delete:", _delete, (batch,))
    _action("Delete", ":material/delete:", lambda _: dialogs.show(dialog), batch)


def _action(label: str, icon: str, act: Callable[[str], object], batch: Batch) -> None:
    clicked = st.button(label, icon=icon, type="tertiary", key=f"{label}_{batch.id}")
    if clicked:
        act(batch.id)
        st.rerun()


def _delete(batch: Batch) -> None:
    st.markdown(
        f"**{plain(batch.name)}**, its answers and the votes on them will be deleted. "
        "This cannot be undone."
    )
    dialogs.confirm("Delete", lambda: _remove(batch.id))


def _remove(batch_id: str) -> None:
    workspace().batches.remove(batch_id)
    compare_open.show_batch(None)
