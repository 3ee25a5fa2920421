"""The recipe of a run: its fields as a form, and as it was."""

from dataclasses import Field, fields, replace
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.training.recipe import Recipe, Way
from components.wording import plain
from store.serialization import from_json
from store.training_records import TrainingRun

FROM_EXAMPLES = (Way.LORA, Way.QLORA, Way.FULL, Way.CONTINUED)
MAIN = ("epochs", "learning_rate", "rank", "longest")


def form(way: Way, source: Path) -> Recipe:
    """The fields that count for a way, with what suits the model in `source` filled in: few that
    matter most, the others under "More". Raises ModelUnavailable."""
    begun = usual(way, source)
    wanted = [entry for entry in fields(Recipe) if entry.metadata and way in entry.metadata["ways"]]
    main = [entry for entry in wanted if entry.name in MAIN]
    main.sort(key=lambda entry: MAIN.index(entry.name))
    given = _row(main, begun, str(source))
    with st.expander("More", icon=":material/tune:"):
        others = [entry for entry in wanted if entry.name not in MAIN]
        for start in range(0, len(others), len(MAIN)):
            given |= _row(others[start : start + len(MAIN)], begun, str(source))
    return replace(begun, **given)


def usual(way: Way, source: Path) -> Recipe:
    """What suits the model in `source`. Raises ModelUnavailable."""
    return _usual(way, str(source))


@st.cache_data(max_entries=50, show_spinner="Looking at the model")
def _usual(way: Way, source: str) -> Recipe:
    return Recipe.defaults(way, Path(source))


def _row(entries: list[Field[Any]], begun: Recipe, source: str) -> dict[str, Any]:
    given = {}
    for place, entry in zip(st.columns(len(MAIN)), entries, strict=False):
        with place:
            # another way or model begins with defaults of its own
            key = f"recipe_{entry.name}_{begun.way}_{source}"
            given[entry.name] = _field(entry, getattr(begun, entry.name), key)
    return given


def _field(entry: Field[Any], value: Any, key: str) -> Any:
    known = entry.metadata
    if known["choices"]:
        return st.selectbox(
            known["title"],
            known["choices"],
            index=known["choices"].index(value),
            key=key,
            help=known["help"],
            persist_state="session",
        )
    whole = isinstance(value, int)
    kind = int if whole else float
    return st.number_input(
        known["title"],
        min_value=kind(known["least"]),
        max_value=kind(known["most"]),
        value=value,
        step=1 if whole else _step(known["most"], value),
        format=None if whole else "%g",
        key=key,
        help=known["help"],
        persist_state="session",
    )


def _step(most: float, value: float) -> float:
    """What a click on plus or minus adds: a share moves in twentieths, a rate by a quarter."""
    return 0.05 if most <= 1 and value > 1e-2 or not value else value / 4


def show(run: TrainingRun) -> None:
    """The recipe a run was begun with."""
    recipe = from_json(Recipe, run.recipe)
    with st.expander("Recipe", icon=":material/tune:"):
        st.table(
            {
                plain(entry.metadata["title"]): _value(getattr(recipe, entry.name))
                for entry in fields(Recipe)
                if entry.metadata and recipe.way in entry.metadata["ways"]
            },
            border="horizontal",
            alt="Recipe of the run",
        )


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
