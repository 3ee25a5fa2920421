"""From question to kept answer: cited, refused, failed, stopped, followed up; always traced."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import BadInput, ModelUnavailable
from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from store.answer_records import Fate, MessageState, Verdict
from store.errors import NotFound

GUIDE = """Lost property

Lost property is kept for 90 days at the ticket office in Aldermouth.

Fares

The adult fare to Skarrow was 12.50 pounds in 2024. The adult fare to Skarrow is 13.40 pounds in
2025. Dogs travel free of charge on all ferries.
"""
WORDS_OF_THE_SENTENCE = 8  # of the slow reply, its marker counted
SCRIPT = [
    {"match": "slowly", "delay": 0.2, "reply": "Lost property is kept for 90 days. [1] " * 20},
    {"match": "^for how long", "reply": "It is kept for 90 days. [1] It is kept in Bergen. [7]"},
    {
        "match": "^politely",
        "reply": "Thanks for asking! It is kept for 90 days. [1] Happy to help.",
    },
    {"match": "^declining", "reply": "Sorry, I cannot find this in the documents."},
    {"match": "fails", "error": "The model is not answering; start it and try again."},
]


@pytest.fixture
def ferries(settings: Settings, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with one small guide, answering with the reader or from a script."""
    path = tmp_path / "script.json"
    path.write_text(json.dumps(SCRIPT))
    opened = open_workspace(Settings.from_environment(script=str(path)), role="the tests")
    job = opened.library.add("guide.txt", GUIDE.encode())
    opened.jobs.wait([job.id])
    yield opened
    opened.close()


def test_answer_is_cited_checked_traced_and_kept(ferries: Workspace):
    answer = ferries.ask("How long is lost property kept?")
    streamed = "".join(answer)
    message = answer.wait(30)
    assert "90 days" in streamed
    assert message.sentences[0].verdict is Verdict.SUPPORTED
    assert message.citations[0].quote in GUIDE
    assert (message.citations[0].document, message.citations[0].page) == ("guide.txt", None)
    assert ferries.conversations.message(message.id) == message
    trace = ferries.traces.get(message.trace_id or "")
    assert {"dense search", "keyword search", "choose evidence", "write"} <= {
        span.name for span in trace.spans
    }
    assert any(c.fate is Fate.KEPT and c.marker == 1 for c in trace.candidates)
    assert "<passage" in trace.prompt[1]["content"]


def test_long_question_makes_a_title_cut_between_words(ferries: Workspace):
    question = "How long is lost property kept at the ticket office in Aldermouth harbour?"
    message = ferries.ask(question).wait(30)
    title = ferries.conversations.get(message.conversation_id).title
    assert title == "How long is lost property kept at the ticket office in…"


def test_every_quote_has_a_number_of_its_own_in_the_order_of_the_text(ferries: Workspace):
    message = ferries.ask("Tell me about fares to Skarrow and dogs on ferries").wait(30)
    numbers = [n for sentence in message.sentences for n in sentence.citations]
    assert numbers == sorted(numbers)
    assert [c.marker for c in message.citations] == list(range(1, len(message.citations) + 1))
    quotes = {citation.marker: citation.quote for citation in message.citations}
    assert len(quotes) > 1
    for sentence in message.sentences:
        assert all(" ".join(quotes[n].split()) == sentence.text for n in sentence.citations)


def test_question_about_something_else_is_refused_without_asking_the_model(ferries: Workspace):
    message = ferries.ask("Who painted the Mona Lisa?").wait(30)
    assert message.refused
    assert "1 document" in message.text
    assert ferries.traces.get(message.trace_id or "").prompt == ()


def test_empty_library_refuses_and_says_so(workspace: Workspace):
    message = workspace.ask("How long is lost property kept?").wait(30)
    assert message.refused
    assert "empty" in message.text


def test_follow_up_is_rewritten_from_the_conversation(ferries: Workspace):
    first = ferries.ask("What was the adult fare to Skarrow in 2024?").wait(30)
    second = ferries.ask("and in 2025?", conversation_id=first.conversation_id).wait(30)
    assert second.rewritten == "What was the adult fare to Skarrow in 2025?"
    assert "13.40" in second.text


def test_invented_marker_is_removed_and_its_sentence_unsupported(ferries: Workspace):
    message = ferries.ask("For how long is lost property kept?", model="scripted").wait(30)
    assert "[7]" not in message.text
    assert message.sentences[1].verdict is Verdict.UNSUPPORTED
    assert ferries.traces.get(message.trace_id or "").notes == ["1 invented markers removed"]


def test_courtesies_of_a_model_get_no_verdict(ferries: Workspace):
    question = "politely: how long is lost property kept?"
    message = ferries.ask(question, model="scripted").wait(30)
    assert [sentence.text for sentence in message.sentences] == ["It is kept for 90 days."]
    assert message.sentences[0].citations == (1,) and not message.refused
    assert message.text.startswith("Thanks for asking!")


def test_model_that_declines_has_refused(ferries: Workspace):
    question = "declining: how long is lost property kept?"
    message = ferries.ask(question, model="scripted").wait(30)
    assert message.refused and message.sentences == ()


def test_failing_model_ends_in_one_sentence_and_a_trace(ferries: Workspace):
    message = ferries.ask("fails: how long is lost property kept?", model="scripted").wait(30)
    assert message.state is MessageState.FAILED
    assert message.error == "The model is not answering; start it and try again."
    assert ferries.traces.get(message.trace_id or "").error == message.error


def test_stopped_answer_keeps_what_was_written(ferries: Workspace):
    answer = ferries.ask("slowly: how long is lost property kept?", model="scripted")
    for _ in zip(range(3), answer, strict=False):
        pass
    answer.stop()
    message = answer.wait(30)
    assert message.state is MessageState.STOPPED
    assert 0 < len(message.text) < 400


def test_sentence_cut_short_by_stopping_has_no_verdict(ferries: Workspace):
    answer = ferries.ask("slowly: how long is lost property kept?", model="scripted")
    heard = 0
    for piece in answer:
        heard += len(piece.split())
        if heard == WORDS_OF_THE_SENTENCE + 3:
            answer.stop()
    message = answer.wait(30)
    assert message.text.startswith("Lost property is kept for 90 days. [1] Lost property is")
    finished = message.text.count("[1]")
    assert [s.verdict for s in message.sentences] == [Verdict.SUPPORTED] * finished


def test_two_readers_hear_the_same_answer_from_the_beginning(ferries: Workspace):
    answer = ferries.ask("slowly: how long is lost property kept?", model="scripted")
    next(iter(answer))
    assert ferries.running_answer(answer.message_id) is answer
    answer.stop()
    assert "".join(answer) == "".join(answer)


def test_without_retrieval_the_reader_says_it_has_no_documents(ferries: Workspace):
    message = ferries.ask("How long is lost property kept?", retrieval=False).wait(30)
    assert "documents only" in message.text
    assert message.citations == ()


def test_answers_of_one_question_stand_one_below_the_other(ferries: Workspace):
    first = ferries.ask("What was the adult fare to Skarrow in 2024?").wait(30)
    second = ferries.ask("and in 2025?", conversation_id=first.conversation_id).wait(30)
    third = ferries.ask("Do dogs travel free?", conversation_id=first.conversation_id).wait(30)
    again = ferries.answer_again(second.id, model="scripted", retrieval=False).wait(30)
    once_more = ferries.answer_again(second.id).wait(30)
    kept = ferries.conversations.messages(first.conversation_id)
    answers = [message for message in kept if message.role == "assistant"]
    assert answers == [first, second, again, once_more, third]
    assert [m.text for m in kept if m.role == "user"][1] == "and in 2025?"
    assert (again.model, again.retrieval) == ("scripted", False)
    assert (once_more.model, once_more.retrieval) == ("reader", True)
    assert once_more.rewritten == second.rewritten == "What was the adult fare to Skarrow in 2025?"


def test_answer_cut_off_by_a_crash_is_marked_at_the_next_start(ferries: Workspace):
    message = ferries.ask("How long is lost property kept?").wait(30)
    ferries.conversations.set_message(
        type(message)(**{**message.__dict__, "state": MessageState.RUNNING})
    )
    settings = ferries.settings
    ferries.close()
    again = open_workspace(settings, role="the tests")
    assert again.conversations.message(message.id).state is MessageState.FAILED
    again.close()


@pytest.mark.parametrize("question", ["", "  \n ", "\x00", "x" * 20_000])
def test_unusable_question_is_refused_with_one_sentence(workspace: Workspace, question: str):
    with pytest.raises(BadInput, match="question"):
        workspace.ask(question)
    assert workspace.conversations.list() == []


@pytest.mark.parametrize("question", ["この会社は？", "ما هي سياسة الشركة؟", "???", "🙂", "a"])
def test_question_in_any_script_gets_an_answer_or_a_refusal(ferries: Workspace, question: str):
    assert ferries.ask(question).wait(30).state is MessageState.DONE


def test_unknown_model_or_conversation_is_named(workspace: Workspace):
    with pytest.raises(ModelUnavailable, match="choose one of: reader"):
        workspace.ask("What?", model="gpt")
    with pytest.raises(NotFound):
        workspace.ask("What?", conversation_id="gone")
    with pytest.raises(NotFound):
        workspace.answer_again("gone")
