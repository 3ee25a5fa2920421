"""The question and the columns of a comparison that is about to be made."""

import streamlit as st

from assistant.comparison.contestants import MOST, everyone, name_of, preset
from assistant.errors import AssistantError
from components import compare_open, notices
from components.notices import reporting
from components.resources import workspace
from store.comparison_records import Comparison, Contestant
from store.errors import StoreError

QUESTION = "compare_question"
BASE = "compare_base"
COLUMNS = "compare_columns"
BLIND = "compare_blind"
PLACE = "compare"


def show() -> None:
    """The form; what is sent opens as a comparison."""
    with st.container(border=True):
        st.text_area("Question", key=QUESTION, height=80, persist_state="session", placeholder="")
        columns()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Compare",
                type="primary",
                icon=":material/compare_arrows:",
                key="compare",
                on_click=_start,
            )
            blind()
    notices.kept(PLACE)


def columns() -> None:
    """The box for the columns; what is chosen stands in the session under COLUMNS."""
    models = workspace().models
    possible = everyone(models)
    kept = st.session_state.get(COLUMNS)
    bases = [entry.name for entry in models.bases()]
    default = workspace().settings.model
    if kept is None:
        base = default if default in bases else bases[0]
        kept = preset(models, base)
    st.session_state[COLUMNS] = [one for one in kept if one in possible]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.multiselect(
            "Columns",
            possible,
            format_func=title,
            key=COLUMNS,
            max_selections=MOST,
            persist_state="session",
            wrap=True,
        )
        with st.popover("Preset", icon=":material/view_column:"):
            for base in bases:
                st.button(
                    models[base].title,
                    key=f"preset_{base}",
                    type="tertiary",
                    on_click=_use_preset,
                    args=(base,),
                )


def blind() -> bool:
    """Whether names are hidden until the vote."""
    return st.toggle(
        "Blind",
        key=BLIND,
        persist_state="session",
        help="Names stay hidden and the order is shuffled until you have voted.",
    )


def fill_in(comparison: Comparison) -> None:
    """Put a comparison's question and columns into the form."""
    st.session_state[QUESTION] = comparison.question
    st.session_state[COLUMNS] = [column.contestant for column in comparison.columns]


def title(contestant: Contestant) -> str:
    """What a column is called."""
    entry = workspace().models.get(contestant.model)
    return name_of(entry.title if entry else contestant.model, contestant)


def _use_preset(base: str) -> None:
    with reporting():
        st.session_state[COLUMNS] = preset(workspace().models, base)


def _start() -> None:
    opened = workspace()
    try:
        started = opened.comparer.compare(
            st.session_state[QUESTION],
            st.session_state[COLUMNS],
            kb=opened.settings.kb,
            blind=st.session_state[BLIND],
        )
    except (AssistantError, StoreError) as error:
        notices.keep(PLACE, [str(error)])
    else:
        notices.keep(PLACE, [])
        compare_open.show(started.id)
