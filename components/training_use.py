"""Examples from use: answers with a thumb up, answers that won a vote, and corrections."""

import streamlit as st

from assistant.training import from_use
from components import notices, training_bases
from components.resources import workspace
from components.wording import count, plain
from store.training_records import ExampleSet

PLACE = "training_use"
OUTCOME = "training_use_outcome"
BASE = "use_base"


def show(examples: ExampleSet) -> None:
    """The button that looks for them, and what came of it."""
    st.markdown("**From answers that people liked or corrected**")
    st.caption(
        "Thumbs up in the chat, and votes and better answers in comparisons, each with the very "
        "passages its model was given. Personal data is marked when you review them."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(training_bases.trainable()) > 1:
            training_bases.choose("For which model", key=BASE)
        st.button(
            "Look for answers",
            icon=":material/thumb_up:",
            key="propose_use",
            on_click=_propose,
            args=(examples.id,),
        )
    notices.kept(PLACE)
    _outcome(examples.id)


def _propose(set_id: str) -> None:
    opened = workspace()
    base = st.session_state.get(BASE) or training_bases.trainable()[0].name
    with notices.keeping(PLACE):
        condensed = opened.models.find(base).condensed
        proposed = from_use.propose(opened.line, set_id, condensed=condensed)
        opened.store.examples.add(proposed.examples)
        st.session_state[OUTCOME] = (set_id, len(proposed.examples), proposed.left_out)


def _outcome(set_id: str) -> None:
    of_set, found, left_out = st.session_state.get(OUTCOME, ("", 0, {}))
    if of_set != set_id:
        return
    if found:
        st.markdown(
            f":green[:material/check_circle:] {count(found, 'example')} proposed; look at them "
            "under *Review*."
        )
    elif not left_out:
        st.markdown("Nobody has liked or corrected an answer yet.")
    else:
        st.markdown("Nothing new was found to propose.")
    for reason, many in left_out.items():
        st.caption(f"{count(many, 'answer')} {plain(reason)}.")
