"""Comparisons, votes and batches as they are kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from store.answer_records import MessageState
from store.comparison_records import (
    Batch,
    BatchState,
    Column,
    Comparison,
    Contestant,
    Outcome,
    Vote,
)
from store.errors import NotFound
from store.store import Store

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BASE, TUNED = Contestant("mini", True), Contestant("mini+support", True)


def comparison(name: str, *, minutes: int = 0, done: bool = True, **given: object) -> Comparison:
    state = MessageState.DONE if done else MessageState.RUNNING
    made = Comparison(
        id=name,
        question=f"What is {name}?",
        kb="library",
        created_at=NOON + timedelta(minutes=minutes),
        columns=(Column(BASE, "Mini", MessageState.DONE), Column(TUNED, "Tuned", state)),
        finished_at=NOON if done else None,
    )
    return replace(made, **given)  # type: ignore[arg-type]


def vote(on: str, *, minutes: int = 0, outcome: Outcome = Outcome.BEST) -> Vote:
    best = 0 if outcome is Outcome.BEST else None
    moment = NOON + timedelta(minutes=minutes)
    return Vote(f"vote-{on}-{minutes}", on, moment, (BASE, TUNED), outcome, best, blind=True)


def batch(name: str, *, minutes: int = 0, state: BatchState = BatchState.QUEUED) -> Batch:
    moment = NOON + timedelta(minutes=minutes)
    return Batch(
        name, f"{name}.csv", "library", moment, (BASE, TUNED), ("One?", "Two?"), state=state
    )


def test_comparison_comes_back_as_it_was_kept(store: Store, reopen: Callable[[], Store]):
    kept = store.comparisons.add(comparison("tides", blind=True, passages=("High at noon.",)))
    assert reopen().comparisons.get("tides") == kept


def test_newest_comparison_comes_first_and_those_of_batches_stand_apart(store: Store):
    for number in range(3):
        store.comparisons.add(comparison(f"c{number}", minutes=number))
    store.comparisons.add(comparison("second", batch_id="b", position=1))
    store.comparisons.add(comparison("first", batch_id="b", position=0, minutes=9))
    assert [one.id for one in store.comparisons.list()] == ["c2", "c1", "c0"]
    assert [one.id for one in store.comparisons.list(limit=1)] == ["c2"]
    assert [one.id for one in store.comparisons.of_batch("b")] == ["first", "second"]
    assert [store.comparisons.at("b", place) for place in (0, 1, 2)] == ["first", "second", None]


def test_change_keeps_what_others_wrote_meanwhile(store: Store):
    before = store.comparisons.add(comparison("tides", done=False))
    store.comparisons.change("tides", lambda kept: replace(kept, correction="At noon."))
    ended = replace(before.columns[1], state=MessageState.DONE)
    changed = store.comparisons.change(
        "tides", lambda kept: replace(kept, columns=(kept.columns[0], ended))
    )
    assert changed == store.comparisons.get("tides")
    assert (changed.correction, changed.columns[1].state) == ("At noon.", MessageState.DONE)


def test_what_a_stopped_process_left_running_is_ended(store: Store):
    store.comparisons.add(comparison("cut", done=False))
    store.comparisons.add(comparison("whole"))
    store.comparisons.add(comparison("of a batch", done=False, batch_id="b"))
    assert store.comparisons.fail_running("It was stopped.") == 2
    cut = store.comparisons.get("cut")
    assert [column.state for column in cut.columns] == [MessageState.DONE, MessageState.FAILED]
    assert cut.columns[1].error == "It was stopped."
    assert cut.finished_at
    assert store.comparisons.get("whole") == comparison("whole")
    assert store.comparisons.of_batch("b") == []
    assert store.comparisons.fail_running("It was stopped.") == 0


def test_second_vote_on_a_comparison_replaces_the_first(store: Store):
    store.comparisons.add(comparison("tides"))
    store.comparisons.add(comparison("fares"))
    store.comparisons.set_vote(vote("tides"))
    store.comparisons.set_vote(vote("fares", minutes=1))
    later = vote("tides", minutes=2, outcome=Outcome.EQUAL)
    store.comparisons.set_vote(later)
    assert store.comparisons.vote("tides") == later
    assert store.comparisons.votes() == [vote("fares", minutes=1), later]
    store.comparisons.remove_vote("tides")
    assert store.comparisons.vote("tides") is None


def test_vote_on_nothing_is_refused(store: Store):
    with pytest.raises(NotFound):
        store.comparisons.set_vote(vote("gone"))
    assert store.comparisons.votes() == []


def test_votes_and_corrections_are_found_for_training(store: Store):
    voted = store.comparisons.add(comparison("voted"))
    store.comparisons.set_vote(vote("voted"))
    corrected = store.comparisons.add(comparison("corrected", minutes=1, correction="At noon."))
    store.comparisons.add(comparison("neither", minutes=2))
    assert store.comparisons.judged() == [(voted, vote("voted")), (corrected, None)]


def test_removed_comparison_takes_its_vote_along(store: Store):
    store.comparisons.add(comparison("tides"))
    store.comparisons.set_vote(vote("tides"))
    store.comparisons.remove("tides")
    assert store.comparisons.votes() == []
    with pytest.raises(NotFound):
        store.comparisons.get("tides")


def test_batch_comes_back_as_it_was_kept(store: Store, reopen: Callable[[], Store]):
    kept = store.comparison_batches.add(batch("harbour"))
    assert reopen().comparison_batches.get("harbour") == kept


def test_oldest_unfinished_batch_is_next(store: Store):
    batches = store.comparison_batches
    batches.add(batch("done", state=BatchState.DONE))
    batches.add(batch("later", minutes=2))
    batches.add(batch("first", minutes=1, state=BatchState.RUNNING))
    assert [one.id for one in batches.list()] == ["later", "first", "done"]
    assert (found := batches.next_unfinished()) and found.id == "first"
    batches.change("first", lambda kept: replace(kept, state=BatchState.CANCELLED))
    assert (found := batches.next_unfinished()) and found.id == "later"
    batches.remove("later")
    assert batches.next_unfinished() is None


def test_removed_batch_takes_its_comparisons_and_their_votes_along(store: Store):
    store.comparison_batches.add(batch("harbour"))
    store.comparisons.add(comparison("tides", batch_id="harbour"))
    store.comparisons.add(comparison("own"))
    for name in ("tides", "own"):
        store.comparisons.set_vote(vote(name))
    assert store.comparison_batches.begun("harbour") == 1
    store.comparison_batches.remove("harbour")
    assert store.comparisons.votes() == [vote("own")]
    assert store.comparisons.of_batch("harbour") == []
    with pytest.raises(NotFound):
        store.comparison_batches.get("harbour")
