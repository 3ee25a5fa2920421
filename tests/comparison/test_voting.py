"""Votes and better answers are kept with what is needed to learn from them."""

import pytest

from assistant.comparison import voting
from assistant.errors import BadInput
from assistant.workspace import Workspace
from store.comparison_records import Outcome
from store.errors import NotFound
from tests.comparison.guide import LOST, READER, READER_FOUND, SCRIPTED, SCRIPTED_FOUND


def compared(workspace: Workspace, *, blind: bool = False) -> str:
    running = workspace.comparer.compare(LOST, (READER, READER_FOUND), kb="library", blind=blind)
    running.wait(30)
    return running.id


def test_blind_vote_reveals_the_names_and_names_who_was_chosen(ferries: Workspace):
    comparisons = ferries.store.comparisons
    found = compared(ferries, blind=True)
    cast = voting.vote(comparisons, found, Outcome.BEST, 1)
    shown = comparisons.get(found)
    assert cast.blind
    assert not shown.hidden
    assert cast.contestants[1] == shown.columns[1].contestant
    assert comparisons.vote(found) == cast


def test_vote_after_the_names_were_seen_is_not_blind(ferries: Workspace):
    comparisons = ferries.store.comparisons
    found = compared(ferries, blind=True)
    voting.reveal(comparisons, found)
    assert not voting.vote(comparisons, found, Outcome.NONE).blind


def test_nobody_votes_before_every_answer_is_there(ferries: Workspace):
    running = ferries.comparer.compare(f"slowly: {LOST}", (SCRIPTED, SCRIPTED_FOUND), kb="library")
    with pytest.raises(BadInput, match="still being written"):
        voting.vote(ferries.store.comparisons, running.id, Outcome.EQUAL)
    running.stop()
    running.wait(30)
    assert ferries.store.comparisons.votes() == []


def test_better_answer_is_kept_for_training(ferries: Workspace):
    comparisons = ferries.store.comparisons
    found = compared(ferries)
    voting.correct(comparisons, found, "  Ninety days. \x00")
    ((judged, cast),) = comparisons.judged()
    assert (judged.correction, cast) == ("Ninety days.", None)
    with pytest.raises(BadInput, match="8,000"):
        voting.correct(comparisons, found, "x" * 8001)
    with pytest.raises(NotFound):
        voting.correct(comparisons, "gone", "Ninety days.")
