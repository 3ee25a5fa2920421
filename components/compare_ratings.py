"""What all votes say: win rates and ratings of everybody who was ever compared."""

import streamlit as st

from assistant.comparison.ratings import Standing, standings
from components import compare_form
from components.resources import workspace
from components.wording import count


def show() -> None:
    """The table, over all votes or only those given blind."""
    votes = workspace().store.comparisons.votes()
    if not votes:
        st.caption("No votes yet: compare models on a question and choose the best answer.")
        return
    blind = [vote for vote in votes if vote.blind]
    if len(blind) < len(votes) and st.toggle(
        f"Blind votes only ({len(blind)} of {len(votes)})", key="blind_only"
    ):
        votes = blind
    if not votes:
        st.caption("No vote was given blind.")
        return
    found = standings(votes)
    _table(found)
    several = found[-1].group > 1
    st.caption(
        f"From {count(len(votes), 'vote')}. The win rate is the share of votes in which an answer "
        "alone was the best; the interval holds the true one with 95 % confidence. The rating "
        "(Bradley-Terry) weighs who was beaten: 1000 is the middle, and 400 points more mean ten "
        "times the chance to be chosen. From few votes it is rough."
        + (
            " Groups have never met in a comparison: their ratings cannot be compared."
            if several
            else ""
        )
    )


def _table(found: list[Standing]) -> None:
    groups = {"Group": [one.group for one in found]} if found[-1].group > 1 else {}
    config = st.column_config
    st.dataframe(
        {
            **groups,
            "Who": [compare_form.title(one.contestant) for one in found],
            "Rating": [round(one.rating) for one in found],
            "Votes": [one.votes for one in found],
            "Wins": [one.wins for one in found],
            "Win rate": [one.win_rate for one in found],
            "95 % interval": [f"{one.low:.0%} to {one.high:.0%}" for one in found],
        },
        column_config={
            "Who": config.TextColumn(width="medium"),
            "Win rate": config.ProgressColumn(format="percent", min_value=0, max_value=1),
        },
        hide_index=True,
        alt="Ratings of everybody who was voted on",
    )
