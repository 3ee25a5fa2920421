"""Examples from use: with the prompt that was sent, the passages' numbers, and their lineage."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.answering.line import Line
from assistant.answering.prompt import WITH_PASSAGES
from assistant.comparison import voting
from assistant.settings import Settings
from assistant.training import from_use
from assistant.training.examples import answer_of, question_of
from assistant.workspace import Workspace, open_workspace
from store.answer_records import Message
from store.comparison_records import Comparison, Outcome
from store.training_records import ExampleState, Origin
from tests.comparison.guide import GUIDE, LOST, READER, READER_FOUND, SCRIPTED_FOUND

SCRIPT = [
    {"match": "fails", "error": "The model is not answering."},
    {
        "match": "kayaks",
        "reply": "Kayaks travel at the bicycle fare. [2] It is kept for 90 days. [1]",
    },
    {"match": "lost", "reply": "It is kept for 90 days. [1] It is kept in Bergen. [1]"},
]
SHORT = "Lost property is kept for 90 days at the ticket office in Aldermouth."
KAYAKS = "Kayaks up to 3.5 metres travel at the bicycle fare, longer ones as freight."


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, pytestconfig) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("use")
    (folder / "script.json").write_text(json.dumps(SCRIPT))
    settings = Settings.from_environment(
        home=folder / "home",
        script=str(folder / "script.json"),
    )
    workspace = open_workspace(settings, role="the tests")
    jobs = [
        workspace.library.add("guide.txt", GUIDE.encode()),
        workspace.library.add("kayaks.txt", KAYAKS.encode()),
    ]
    workspace.jobs.wait([job.id for job in jobs])
    yield workspace
    workspace.close()


@pytest.fixture
def use(opened: Workspace) -> Iterator[Workspace]:
    """The workspace without conversations, comparisons and examples."""
    yield opened
    for conversation in opened.conversations.list():
        opened.conversations.remove(conversation.id)
    for comparison in opened.store.comparisons.list():
        opened.store.comparisons.remove(comparison.id)
    for examples in opened.store.examples.sets():
        opened.store.examples.remove_set(examples.id)


def proposed(workspace: Workspace, *, condensed: bool = False) -> from_use.Proposed:
    """What is proposed for the one set there is, and kept in it."""
    sets = workspace.store.examples.sets()
    set_id = (sets[0] if sets else workspace.store.examples.make_set("voice")).id
    line = Line(workspace.store, workspace.retriever, workspace.settings)
    found = from_use.propose(line, set_id, condensed=condensed)
    workspace.store.examples.add(found.examples)
    return found


def ask(workspace: Workspace, question: str, *, model: str = "scripted", **given) -> Message:
    return workspace.ask(question, model=model, **given).wait(60)


def compare(workspace: Workspace, *contestants, question: str = LOST) -> Comparison:
    running = workspace.comparer.compare(question, contestants, kb="library")
    running.wait(60)
    return workspace.store.comparisons.get(running.id)


def test_a_thumb_up_makes_an_example_with_the_prompt_and_its_passages_numbers(use: Workspace):
    message = ask(use, "How long is lost property kept, and at what fare do kayaks travel?")
    assert [citation.marker for citation in message.citations] == [1, 2]
    use.conversations.set_feedback(message.id, True, "short and right")
    (example,) = proposed(use).examples
    trace = use.traces.get(message.trace_id or "")
    assert [turn.content for turn in example.turns[:-1]] == [t["content"] for t in trace.prompt]
    assert [turn.role for turn in example.turns] == ["system", "user", "assistant"]
    assert example.turns[0].content == WITH_PASSAGES
    # the shown answer counts quotes from 1; the model had written [2] first
    assert message.text == "Kayaks travel at the bicycle fare. [1] It is kept for 90 days. [2]"
    assert answer_of(example) == SCRIPT[1]["reply"]
    assert (example.state, example.origin) == (ExampleState.WAITING, Origin.ANSWER)
    assert (example.conversation_id, example.message_id) == (message.conversation_id, message.id)
    assert set(example.documents) == {document.id for document in use.library.documents()}
    assert example.note == "Thumb up: “short and right”"


def test_nothing_is_proposed_twice_and_thumbs_down_never(use: Workspace):
    liked, disliked, unjudged = (ask(use, LOST) for _ in range(3))
    use.conversations.set_feedback(liked.id, True, "")
    use.conversations.set_feedback(disliked.id, False, "")
    first = proposed(use)
    assert [example.message_id for example in first.examples] == [liked.id]
    assert unjudged.id not in {example.message_id for example in first.examples}
    assert first.examples[0].note.endswith("1 sentence has no support in what it cites.")
    dropped = first.examples[0].id
    use.store.examples.set_state([dropped], ExampleState.DROPPED)
    again = proposed(use)
    assert (again.examples, dict(again.left_out)) == ((), {from_use.TWICE: 1})
    assert use.store.examples.get(dropped).state is ExampleState.DROPPED


def test_deleting_the_conversation_finds_what_was_made_from_it(use: Workspace):
    message = ask(use, LOST)
    use.conversations.set_feedback(message.id, True, "")
    (example,) = proposed(use).examples
    examples = use.store.examples
    assert [e.id for e in examples.from_conversation(message.conversation_id)] == [example.id]
    assert [e.id for e in examples.from_document(example.documents[0])] == [example.id]
    use.conversations.remove(message.conversation_id)
    assert examples.list(example.set_id) == []


def test_answers_that_no_model_gave_and_failed_ones_are_left_out_with_the_reason(use: Workspace):
    refused = ask(use, "Who painted the Sistine Chapel ceiling?")
    assert refused.refused
    failed = ask(use, "Lost property fails?", retrieval=False)
    for message in (refused, failed):
        use.conversations.set_feedback(message.id, True, "")
    left_out = proposed(use).left_out
    assert left_out == {"were declined before any model was asked": 1, from_use.STOPPED: 1}


@pytest.mark.parametrize("condensed", [True, False])
def test_the_prompt_is_built_anew_for_a_model_that_reads_otherwise(use: Workspace, condensed):
    message = ask(use, LOST, model="reader")
    use.conversations.set_feedback(message.id, True, "")
    (example,) = proposed(use, condensed=condensed).examples
    sent = use.traces.get(message.trace_id or "").prompt[-1]["content"]
    asked = example.turns[1].content
    assert question_of(example) == LOST
    assert f"{SHORT}\n" in asked
    assert (asked == sent) is not condensed
    assert ("Lost property\n" in asked) is not condensed  # the heading, which answers nothing
    assert f"{SHORT} [1]" in answer_of(example)


def test_a_correction_comes_before_votes_and_cites_what_bears_it_out(use: Workspace):
    found = compare(use, READER, SCRIPTED_FOUND, READER_FOUND)
    voting.vote(use.store.comparisons, found.id, Outcome.BEST, best=1)
    voting.correct(use.store.comparisons, found.id, f"Gladly! {SHORT} Ask Tim.")
    (example,) = proposed(use).examples
    assert example.origin is Origin.CORRECTION
    assert (example.comparison_id, example.message_id) == (found.id, None)
    assert answer_of(example) == f"Gladly! {SHORT} [1] Ask Tim."
    assert example.turns[1].content.endswith(f"Question: {LOST}")
    assert example.note == (
        "A better answer that a person wrote. 1 sentence has no source in the passages."
    )
    assert proposed(use).left_out == {from_use.TWICE: 1}


def test_the_answer_that_won_a_vote_is_proposed_with_its_own_prompt(use: Workspace):
    found = compare(use, READER_FOUND, READER)
    voting.vote(use.store.comparisons, found.id, Outcome.BEST, best=0)
    (example,) = proposed(use).examples
    assert example.origin is Origin.ANSWER
    assert answer_of(example).startswith(f"{SHORT} [1]")
    other = compare(use, READER_FOUND, SCRIPTED_FOUND)
    voting.vote(use.store.comparisons, other.id, Outcome.EQUAL)
    assert proposed(use).examples == ()


def test_a_correction_of_a_question_nobody_could_answer_is_left_out(use: Workspace):
    found = compare(
        use, READER_FOUND, SCRIPTED_FOUND, question="Who painted the Sistine Chapel ceiling?"
    )
    voting.correct(use.store.comparisons, found.id, "Michelangelo did.")
    assert proposed(use).left_out == {"were declined before any model was asked": 1}


def test_passages_written_by_hand_teach_nothing(use: Workspace):
    running = use.comparer.compare(LOST, [READER_FOUND, READER], kb="library", passages=[SHORT])
    running.wait(60)
    voting.correct(use.store.comparisons, running.id, "For 90 days.")
    assert proposed(use).left_out == {"were written from passages given by hand": 1}


def test_a_document_that_changed_since_cannot_be_shown_otherwise(use: Workspace):
    message = ask(use, LOST, model="reader")
    use.conversations.set_feedback(message.id, True, "")
    trace = use.traces.get(message.trace_id or "")
    changed = tuple(replace(c, text=f"{c.text} Then.") for c in trace.candidates)
    use.traces.add(replace(trace, candidates=changed))
    assert proposed(use, condensed=True).left_out == {
        "were written from documents that changed since": 1
    }
    assert len(proposed(use, condensed=False).examples) == 1
