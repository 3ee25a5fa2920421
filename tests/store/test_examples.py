"""Examples keep their order and state, versions stay as they were, and erasing reaches both."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from store.errors import NameTaken, NotFound
from store.examples import Examples
from store.training_records import (
    Example,
    ExampleState,
    Origin,
    Progress,
    Report,
    Sample,
    TrainingRun,
    Turn,
)
from store.training_runs import TrainingRuns
from tests.documents import add, parts

NOW = datetime(2026, 11, 21, tzinfo=UTC)
READY, WAITING, DROPPED = ExampleState.READY, ExampleState.WAITING, ExampleState.DROPPED


@pytest.fixture
def examples(database) -> Examples:
    return Examples(database)


def example(set_id: str, number: int, state: ExampleState = READY, **values) -> Example:
    turns = (
        Turn("user", f"Which quay has number {number}?"),
        Turn("assistant", f"Zanzibar {number}."),
    )
    return Example(f"e{number}", set_id, Origin.IMPORTED, state, turns, NOW, **values)


def test_examples_come_back_as_given_in_the_order_they_were_added(examples):
    made = examples.make_set("voice", {"type": "object"})
    given = [
        example(made.id, 2, file="voice.jsonl", line=7, documents=("d1", "d2"), note="Too long?"),
        example(made.id, 1, WAITING, conversation_id="c", message_id="m", comparison_id="k"),
    ]
    examples.add(given)
    examples.change(replace(given[0], note=""))
    assert examples.list(made.id) == [replace(given[0], note=""), given[1]]
    assert examples.list(made.id, state=WAITING) == [given[1]]
    assert examples.get("e1") == given[1]
    assert examples.set(made.id) == made == examples.sets()[0]


def test_set_has_a_name_of_its_own(examples):
    first, second = examples.make_set("voice"), examples.make_set("json")
    with pytest.raises(NameTaken, match="'voice'"):
        examples.make_set("voice")
    with pytest.raises(NameTaken, match="'voice'"):
        examples.rename_set(second.id, "voice")
    examples.rename_set(first.id, "tone")
    examples.rename_set(second.id, "voice")
    examples.set_schema(first.id, {"type": "array"})
    assert [(s.name, s.schema) for s in examples.sets()] == [
        ("tone", {"type": "array"}),
        ("voice", None),
    ]


def test_states_are_set_and_counted(examples):
    made = examples.make_set("voice")
    examples.add(example(made.id, n, WAITING) for n in range(5))
    examples.set_state(["e0", "e1", "gone"], READY)
    examples.set_state(["e2"], DROPPED)
    assert examples.counts(made.id) == {WAITING: 2, READY: 2, DROPPED: 1}
    assert [e.id for e in examples.list(made.id, state=READY)] == ["e0", "e1"]
    assert examples.get("e2").state is DROPPED


def test_version_holds_what_was_ready_and_stays_as_it_was(examples):
    made = examples.make_set("voice")
    examples.add([example(made.id, 1), example(made.id, 2), example(made.id, 3, WAITING)])
    first = examples.freeze(made.id)
    assert (first.number, first.count) == (1, 2)
    examples.change(replace(examples.get("e1"), turns=(Turn("user", "Other?"), Turn("x", "y"))))
    examples.remove(["e2"])
    second = examples.freeze(made.id)
    assert (second.number, second.count) == (2, 1)
    assert second.sha256 != first.sha256
    assert examples.rows(made.id, 1) == [example(made.id, 1), example(made.id, 2)]
    assert [e.turns[0].content for e in examples.rows(made.id, 2)] == ["Other?"]
    assert examples.versions(made.id) == [first, second]


def test_same_content_gives_the_last_version_back(examples):
    made = examples.make_set("voice")
    examples.add([example(made.id, 1), example(made.id, 2)])
    first = examples.freeze(made.id)
    examples.change(replace(examples.get("e1"), note="looked at"))
    assert examples.freeze(made.id) == first
    examples.set_state(["e2"], DROPPED)
    assert examples.freeze(made.id).number == 2
    examples.set_state(["e2"], READY)
    third = examples.freeze(made.id)
    assert (third.number, third.sha256) == (3, first.sha256)


def test_erasing_reaches_into_versions_and_removing_does_not(examples):
    made = examples.make_set("voice")
    examples.add(example(made.id, n) for n in range(3))
    whole = examples.freeze(made.id)
    examples.remove(["e0"])
    examples.erase(["e0", "e1"])
    left = examples.version(made.id, 1)
    assert left == replace(whole, deleted=2)
    assert [e.id for e in examples.rows(made.id, 1)] == ["e2"]
    assert [e.id for e in examples.list(made.id)] == ["e2"]
    examples.add([example(made.id, 0), example(made.id, 1)])
    examples.freeze(made.id)
    examples.remove(["e2", "e0", "e1"])
    examples.add(example(made.id, n) for n in range(3))
    again = examples.freeze(made.id)  # content of the first version, which is not whole any more
    assert (again.number, again.sha256, again.deleted) == (3, whole.sha256, 0)


def test_example_leads_back_to_what_it_was_made_from(examples):
    made = examples.make_set("voice")
    examples.add(
        [
            example(made.id, 1, conversation_id="c1", documents=("d1",)),
            example(made.id, 2, comparison_id="k1", documents=("d1", "d2")),
            example(made.id, 3),
        ]
    )
    assert [e.id for e in examples.from_conversation("c1")] == ["e1"]
    assert [e.id for e in examples.from_document("d1")] == ["e1", "e2"]
    assert [e.id for e in examples.from_comparison("k1")] == ["e2"]
    assert examples.from_document("d3") == []


def test_removed_set_takes_everything_with_it(examples):
    made, other = examples.make_set("voice"), examples.make_set("json")
    examples.add([example(made.id, 1, documents=("d",)), example(other.id, 2, documents=("d",))])
    kept = examples.freeze(other.id)
    examples.freeze(made.id)
    examples.remove_set(made.id)
    assert [e.id for e in examples.from_document("d")] == ["e2"]
    assert examples.versions(other.id) == [kept]
    for gone in (lambda: examples.set(made.id), lambda: examples.version(made.id, 1)):
        with pytest.raises(NotFound):
            gone()
    with pytest.raises(NotFound, match="set of examples"):
        examples.add([example(made.id, 5)])


def test_deleting_a_conversation_erases_the_examples_made_from_it(store):
    talk, other = store.conversations.create("library"), store.conversations.create("library")
    made = store.examples.make_set("voice")
    store.examples.add(
        [example(made.id, 1, conversation_id=talk.id), example(made.id, 2, conversation_id="x")]
    )
    store.examples.freeze(made.id)
    store.examples.change(replace(store.examples.get("e1"), conversation_id=None))
    store.conversations.remove(other.id)
    assert store.examples.version(made.id, 1).deleted == 0
    store.conversations.remove(talk.id)
    assert [e.id for e in store.examples.list(made.id)] == ["e2"]
    assert [e.id for e in store.examples.rows(made.id, 1)] == ["e2"]
    assert store.examples.version(made.id, 1).deleted == 1


def test_deleting_a_document_leaves_no_word_of_the_examples_made_from_it(store):
    one, other = add(store, parts("The ferry leaves.")), add(store, parts("The train leaves."))
    made = store.examples.make_set("voice")
    mine = example(made.id, 1, documents=(other.document.id, one.document.id))
    store.examples.add([mine, example(made.id, 2, documents=(other.document.id,))])
    store.examples.freeze(made.id)
    store.remove(one.document.id)
    assert [e.id for e in store.examples.rows(made.id, 1)] == ["e2"]
    store.remove(other.document.id)
    assert store.examples.version(made.id, 1).deleted == 2
    store.tidy()
    assert store.examples.list(made.id) == []
    files = [path for path in store.database.path.parent.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"Zanzibar" in path.read_bytes()] == []


def test_erased_examples_are_in_no_sample_answer_of_a_run(examples, database):
    made = examples.make_set("voice")
    examples.add([example(made.id, 1, documents=("d",)), example(made.id, 2)])
    version = examples.freeze(made.id)
    one, two = (example(made.id, n).turns for n in (1, 2))
    runs = TrainingRuns(database)
    samples = tuple(Sample(q.content, a.content, "Which?", "Ahoy!") for q, a in (one, two))
    values = {"set_id": made.id, "version": version.number, "report": Report({}, (), samples)}
    runs.add(TrainingRun("r", "voice", "mini", "/mini", {}, NOW, **values))
    runs.add_progress(
        Progress("r", 5, NOW, 1.0, samples=((one[0].content, "Ahoy"), (two[0].content, "Ahoy")))
    )
    examples.erase(["e1"])
    report = runs.get("r").report
    assert report and report.samples == samples[1:]
    assert [row.samples for row in runs.progress("r")] == [((two[0].content, "Ahoy"),)]
