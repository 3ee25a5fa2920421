"""A new run: what is trained, on which examples, how, and what that will take."""

from collections.abc import Callable
from pathlib import Path

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
from components.wording import count, plain
from store.errors import StoreError
from store.training_records import ExampleSet, ExampleState, TrainingRun

PLACE = "training_form"
NAME, BASE, SET, WAY = "run_name", "run_base", "run_set", "run_way"
SEARCH = "search"  # what a tuned embedding model is called when nothing else is said


def show() -> None:
    """The form; what is sent opens as a run."""
    with st.container(border=True), reporting():
        way = _way()
        if way is Way.EMBEDDING:
            _embedding()
        else:
            _language(way)
    notices.kept(PLACE)


def _way() -> Way:
    way = st.segmented_control(
        "Way",
        list(Way),
        default=Way.LORA,
        format_func=lambda way: way.label,
        required=True,
        key=WAY,
        persist_state="session",
    )
    way = way or Way.LORA
    st.caption(plain(way.help))
    return way


def _language(way: Way) -> None:
    """A language model learns from a set of examples."""
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
        _name(_suggested(examples))
    source = workspace().models.folder(base)
    recipe = training_recipe.form(way, source)
    training_estimate.show(recipe, examples, source)
    _start_button(_begin, base, examples, recipe)


def _embedding() -> None:
    """The model that searches learns from questions with the passages that answer them."""
    opened = workspace()
    kb = opened.settings.kb
    if not opened.library.documents():
        st.markdown("The library has no documents yet, so there is nothing to find.")
        return
    _name(SEARCH)
    recipe = training_recipe.form(Way.EMBEDDING, Path())
    pairs = opened.adoption.pairs(kb, recipe)
    found = [f"{many:,} from {source.label}" for source, many in pairs.items() if many]
    st.markdown(
        f"It learns from **{count(sum(pairs.values()), 'question')}** with the passages that "
        f"answer them: {', '.join(found) or 'there is none'}."
    )
    _start_button(_begin_embedding, kb, recipe)


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


def _name(suggested: str) -> None:
    st.text_input(
        "Name of the result",
        key=NAME,
        placeholder=suggested,
        max_chars=40,
        persist_state="session",
        help="A name that is there already gets the next version.",
    )


def _start_button(begin: Callable[..., TrainingRun], *given: object) -> None:
    st.button(
        "Start",
        type="primary",
        icon=":material/play_arrow:",
        key="start_run",
        on_click=_start,
        args=(begin, *given),
    )


def _start(begin: Callable[..., TrainingRun], *given: object) -> None:
    try:
        run = begin((st.session_state[NAME] or "").strip(), *given)
    except (AssistantError, StoreError) as error:
        notices.keep(PLACE, [str(error)])
    else:
        notices.keep(PLACE, [])
        training_open.show_run(run.id)


def _begin(name: str, base: str, examples: ExampleSet, recipe: Recipe) -> TrainingRun:
    return workspace().training.begin(name or _suggested(examples), base, examples.id, recipe)


def _begin_embedding(name: str, kb: str, recipe: Recipe) -> TrainingRun:
    return workspace().adoption.begin(name or SEARCH, kb, recipe)
