"""What the page Fine-tuning shows: which part of it, which set of examples, which run.

The address carries it, so that a reload finds it again.
"""

import streamlit as st

from components.notices import problem
from components.resources import workspace
from store.errors import NotFound
from store.training_records import ExampleSet, TrainingRun

PART = "part"
PARTS = EXAMPLES, RUNS, RESULTS, EMBEDDING = "Examples", "Runs", "Results", "Embedding model"
SET = "set"
RUN = "run"
RESULT = "result"


def part() -> str:
    """The part that is chosen, with the switch for it."""
    if PART not in st.session_state:
        wanted = _wanted(PART)
        st.session_state[PART] = wanted if wanted in PARTS else EXAMPLES
    # not bound to the address: what is bound forbids to leave for another page
    chosen = st.segmented_control(
        "Part", PARTS, required=True, key=PART, label_visibility="collapsed"
    )
    _open(PART, chosen)
    return chosen or EXAMPLES


def example_set() -> ExampleSet | None:
    """The open set of examples; None when there is none or it no longer exists."""
    wanted = _wanted(SET)
    if wanted is None:
        return None
    try:
        return workspace().store.examples.set(wanted)
    except NotFound as error:
        _open(SET, None)
        problem(str(error))
        return None


def run() -> TrainingRun | None:
    """The open run; None when there is none or it no longer exists."""
    return _run(RUN)


def result() -> TrainingRun | None:
    """The run whose result is looked at; None when there is none or it no longer exists."""
    return _run(RESULT)


def show_set(set_id: str | None) -> None:
    """Look at another set, None at all of them; from another part only in callbacks."""
    _look_at(EXAMPLES)
    _open(SET, set_id)


def show_run(run_id: str | None) -> None:
    """Look at another run, None at all of them; from another part only in callbacks."""
    _look_at(RUNS)
    _open(RUN, run_id)


def show_result(run_id: str | None) -> None:
    """Look at what came of a run, None at all results; from another part only in callbacks."""
    _look_at(RESULTS)
    _open(RESULT, run_id)


def show_embedding() -> None:
    """Look at embedding models and their indexes; only in callbacks."""
    _look_at(EMBEDDING)


def _run(name: str) -> TrainingRun | None:
    wanted = _wanted(name)
    if wanted is None:
        return None
    try:
        return workspace().training.get(wanted)
    except NotFound as error:
        _open(name, None)
        problem(str(error))
        return None


def _look_at(part: str) -> None:
    if st.session_state.get(PART) != part:  # outside of callbacks it may not be set
        st.session_state[PART] = part
        st.query_params[PART] = part


def _wanted(name: str) -> str | None:
    """What the address names, else what was last open in this session."""
    kept = f"training_{name}"
    if named := st.query_params.get(name):
        st.session_state[kept] = named
    elif last := st.session_state.get(kept):
        st.query_params[name] = last
    wanted: str | None = st.session_state.get(kept)
    return wanted


def _open(name: str, wanted: str | None) -> None:
    st.session_state[f"training_{name}"] = wanted
    if wanted:
        st.query_params[name] = wanted
    else:
        st.query_params.pop(name, None)
