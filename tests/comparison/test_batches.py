"""Files of questions worked off in the background: whole, cancelled, resumed, after a restart."""

import time
from collections.abc import Callable

import pytest

from assistant.errors import BadInput, ModelUnavailable
from assistant.workspace import Workspace, open_workspace
from store.answer_records import MessageState
from store.comparison_records import BatchState, Contestant
from store.errors import NotFound
from tests.comparison.guide import LOST, READER_FOUND, SCRIPTED_FOUND

QUESTIONS = f"question\n{LOST}\nHow much is the fare to Skarrow in 2025?\nfails: {LOST}\n"
SLOW = f"question\n{LOST}\nslowly: {LOST}\nDo dogs travel free of charge on ferries?\n"
TWO = (READER_FOUND, SCRIPTED_FOUND)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def ended(workspace: Workspace, batch_id: str) -> BatchState:
    """The state a batch ends in."""
    batches = workspace.store.comparison_batches
    until(lambda: not batches.get(batch_id).state.unfinished)
    return batches.get(batch_id).state


def writing_slowly(workspace: Workspace, batch_id: str) -> bool:
    """Whether the batch is at its second question, and that is being written."""
    found = workspace.store.comparisons.of_batch(batch_id)
    running = workspace.comparer.running(found[1].id) if len(found) == 2 else None
    return running is not None and any(answer.text for answer in running.answers)


def test_every_question_is_put_to_every_contestant(ferries: Workspace):
    batch = ferries.batches.add("q.csv", QUESTIONS.encode(), TWO, kb="library")
    assert ended(ferries, batch.id) is BatchState.DONE
    found = ferries.store.comparisons.of_batch(batch.id)
    assert [one.question for one in found] == list(batch.questions)
    assert all(tuple(c.contestant for c in one.columns) == TWO for one in found)
    assert "13.40" in found[1].columns[0].text
    assert found[2].columns[1].state is MessageState.FAILED
    assert ferries.store.comparisons.list() == []


def test_cancelled_batch_keeps_its_answers_and_is_resumed_where_it_was(ferries: Workspace):
    batch = ferries.batches.add("q.csv", SLOW.encode(), TWO, kb="library")
    until(lambda: writing_slowly(ferries, batch.id))
    ferries.batches.cancel(batch.id)
    assert ended(ferries, batch.id) is BatchState.CANCELLED
    until(lambda: len(ferries.store.comparisons.of_batch(batch.id)) == 1)
    (first,) = ferries.store.comparisons.of_batch(batch.id)
    ferries.batches.resume(batch.id)
    assert ended(ferries, batch.id) is BatchState.DONE
    found = ferries.store.comparisons.of_batch(batch.id)
    assert found[0] == first
    assert [one.position for one in found] == [0, 1, 2]
    assert found[1].columns[1].text.count("90 days") == 20


def test_batch_goes_on_after_a_restart(ferries: Workspace):
    batch = ferries.batches.add("q.csv", SLOW.encode(), TWO, kb="library")
    until(lambda: writing_slowly(ferries, batch.id))
    settings = ferries.settings
    ferries.close()
    again = open_workspace(settings, role="the tests")
    try:
        assert ended(again, batch.id) is BatchState.DONE
        found = again.store.comparisons.of_batch(batch.id)
        assert [one.position for one in found] == [0, 1, 2]
        assert found[1].columns[1].text.count("90 days") == 20
    finally:
        again.close()


def test_deleted_batch_leaves_nothing(ferries: Workspace):
    batch = ferries.batches.add("q.csv", SLOW.encode(), TWO, kb="library")
    until(lambda: writing_slowly(ferries, batch.id))
    ferries.batches.remove(batch.id)
    until(lambda: not ferries.store.comparisons.of_batch(batch.id))
    with pytest.raises(NotFound):
        ferries.batches.resume(batch.id)


def test_two_files_are_worked_off_one_after_the_other(ferries: Workspace):
    first = ferries.batches.add("a.csv", QUESTIONS.encode(), TWO, kb="library")
    second = ferries.batches.add("b.jsonl", b'{"question": "Who?"}', TWO, kb="library", blind=True)
    assert ended(ferries, first.id) is ended(ferries, second.id) is BatchState.DONE
    assert ferries.store.comparisons.of_batch(second.id)[0].hidden


def test_what_cannot_be_asked_is_not_queued(workspace: Workspace):
    with pytest.raises(BadInput, match="no column"):
        workspace.batches.add("q.csv", b"asked\nWho?", TWO, kb="library")
    with pytest.raises(ModelUnavailable):
        workspace.batches.add("q.csv", b"question\nWho?", TWO, kb="library")
    with pytest.raises(BadInput, match="2 to 4"):
        contestants = (Contestant("reader", True),)
        workspace.batches.add("q.csv", b"question\nWho?", contestants, kb="library")
    assert workspace.store.comparison_batches.list() == []
