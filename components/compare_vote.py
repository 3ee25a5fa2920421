"""The vote on the answers of a comparison, and the better answer a person would have wanted."""

from collections.abc import Callable

import streamlit as st

from assistant.comparison import voting
from assistant.comparison.ratings import MIDDLE, standings
from components import compare_column
from components.notices import reporting
from components.resources import workspace
from components.wording import NO_BREAK, plain
from store.comparison_records import Comparison, Outcome, Vote

CORRECTION = "compare_correction"
OTHERS = {Outcome.EQUAL: "All equal", Outcome.NONE: "None is good"}


def show(comparison: Comparison) -> None:
    """Ask for a vote, or tell the one that was given and what it did to the ratings. Answers from
    evidence written by hand say nothing about how good a model is."""
    if comparison.passages:
        return
    vote = workspace().store.comparisons.vote(comparison.id)
    if vote is None:
        _ask(comparison)
    else:
        _given(comparison, vote)
    if not comparison.hidden:
        _correction(comparison)


def _ask(comparison: Comparison) -> None:
    st.markdown("**Which answer is best?**")
    with st.container(horizontal=True):
        for index in range(len(comparison.columns)):
            name = plain(compare_column.heading(comparison, index))
            _choice(name, comparison.id, Outcome.BEST, index)
        for outcome, words in OTHERS.items():
            _choice(words, comparison.id, outcome, None)
        if comparison.hidden:
            st.button(
                "Show names without voting",
                type="tertiary",
                key="reveal",
                on_click=_do,
                args=(voting.reveal, comparison.id),
            )


def _choice(words: str, comparison_id: str, outcome: Outcome, best: int | None) -> None:
    key = f"vote_{outcome.value}" if best is None else f"vote_{best}"
    st.button(words, key=key, on_click=_do, args=(voting.vote, comparison_id, outcome, best))


def _given(comparison: Comparison, vote: Vote) -> None:
    if vote.best is None:
        words = f"Your vote: **{OTHERS[vote.outcome]}**"
    else:
        words = f"Your vote: **{plain(compare_column.heading(comparison, vote.best))}**"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words + (", given blind" if vote.blind else ""), width="content")
        st.button(
            "Take back",
            icon=":material/undo:",
            type="tertiary",
            key="take_back",
            on_click=_do,
            args=(lambda comparisons, which: comparisons.remove_vote(which), comparison.id),
        )
    _ratings(comparison, vote)


def _ratings(comparison: Comparison, vote: Vote) -> None:
    """The ratings of those who were voted on, and how far this vote moved them."""
    votes = workspace().store.comparisons.votes()
    after = {one.contestant: one.rating for one in standings(votes)}
    rest = [one for one in votes if one.id != vote.id]
    before = {one.contestant: one.rating for one in standings(rest)}
    st.caption("Ratings from all votes, and what this vote changed")
    facts = []
    for index, contestant in enumerate(vote.contestants):
        moved = round(after[contestant] - before.get(contestant, MIDDLE))
        color = "green" if moved > 0 else "red" if moved < 0 else "gray"
        name = plain(compare_column.heading(comparison, index))
        facts.append(f"{name} **{after[contestant]:.0f}** :{color}[{moved:+}]")
    st.markdown("&emsp; ".join(fact.replace(" ", NO_BREAK) for fact in facts))


def _correction(comparison: Comparison) -> None:
    label = "Your better answer" if comparison.correction else "Write a better answer"
    with (
        st.expander(label, icon=":material/edit_note:"),
        st.form(f"correction_{comparison.id}", border=False),
    ):
        st.text_area(
            "What should the answer have been?",
            comparison.correction,
            max_chars=voting.LONGEST_CORRECTION,
            key=f"{CORRECTION}_{comparison.id}",
            help="Votes and better answers are kept as examples to fine-tune models with.",
        )
        st.form_submit_button("Save", on_click=_correct, args=(comparison.id,))


def _correct(comparison_id: str) -> None:
    text = st.session_state[f"{CORRECTION}_{comparison_id}"] or ""
    _do(voting.correct, comparison_id, text)


def _do(act: Callable[..., object], *given: object) -> None:
    with reporting():
        act(workspace().store.comparisons, *given)
