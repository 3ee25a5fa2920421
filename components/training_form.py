"""A new run: what is trained, on which examples, how, and what that will take."""

import streamlit as st

from assistant.errors import AssistantError
from assistant.training.recipe import Recipe, Way
from components import (
    notices,
    training_bases,
    training_estimate,
    training_open,
    training_recipe,
)
from components.notices import reporting
from components.resources import workspace
from components.wording import plain
from store.errors import StoreError
from store.training_records import ExampleSet, ExampleState

PLACE = "training_form"
NAME, BASE, SET, WAY = "run_name", "run_base", "run_set", "run_way"


def show() -> None:
    """The form; what is sent opens as a run."""
    with st.container(border=True), reporting():
        way = _way()
        _form(way)
    notices.kept(PLACE)


def _way() -> Way:
    way = st.segmented_control(
        "Way",
        training_recipe.FROM_EXAMPLES,
        default=Way.LORA,
        format_func=lambda way: way.label,
        required=True,
        key=WAY,
        persist_state="session",
    )
    way = way or Way.LORA
    st.caption(plain(way.help))
    return way


def _form(way: Way) -> None:
    sets = [one for one in workspace().store.examples.sets() if _ready(one)]
    if not (has_base := bool(training_bases.trainable())) or not sets:
        _what_is_missing(has_base)
        return
    first, second, third = st.columns(3)
    with first:
        base = training_bases.choose("Base model", key=BASE)
    with second:
        examples = st.selectbox(
            "Examples",
            sets,
            index=len(sets) - 1,
            format_func=_named,
            key=SET,
            persist_state="session",
        )
    with third:
        st.text_input(
            "Name of the result",
            key=NAME,
            placeholder=_suggested(examples),
            max_chars=40,
            persist_state="session",
            help="A name that is there already gets the next version.",
        )
    source = workspace().models.folder(base)
    recipe = training_recipe.form(way, source)
    training_estimate.show(recipe, examples, source)
    st.button(
        "Start",
        type="primary",
        icon=":material/play_arrow:",
        key="start_run",
        on_click=_start,
        args=(base, examples, recipe),
    )


def _ready(examples: ExampleSet) -> int:
    return workspace().store.examples.counts(examples.id)[ExampleState.READY]


def _what_is_missing(has_base: bool) -> None:
    if not has_base:
        st.markdown("There is no model here that could be trained; add one on the page *Models*.")
        st.page_link("pages/settings/models.py", label="Models", icon=":material/neurology:")
        return
    st.markdown("A run learns from a set of examples, and there is none that is ready yet.")
    st.button(
        "Bring examples",
        icon=":material/library_add:",
        key="to_examples",
        on_click=training_open.show_set,
        args=(None,),
    )


def _named(examples: ExampleSet) -> str:
    return f"{examples.name} ({_ready(examples):,})"


def _suggested(examples: ExampleSet) -> str:
    """The name of a set as that of an adapter: without blanks."""
    return "-".join(examples.name.split())[:40]


def _start(base: str, examples: ExampleSet, recipe: Recipe) -> None:
    name = (st.session_state[NAME] or "").strip() or _suggested(examples)
    try:
        run = workspace().training.begin(name, base, examples.id, recipe)
    except (AssistantError, StoreError) as error:
        notices.keep(PLACE, [str(error)])
    else:
        notices.keep(PLACE, [])
        training_open.show_run(run.id)
