"""What the next answer is made with, where that is remembered, and answering again with another."""

from datetime import UTC, datetime

import pytest

from store.answer_records import Message
from store.model_records import EndpointModel
from tests.chat_server import ChatServer, say, serving
from tests.pages.conftest import TIMEOUT, words
from tests.pages.test_chat import BOOKING, drawn

UNCHECKED = "Answered without your documents"


@pytest.fixture
def server():
    with serving() as at_work:
        at_work.turns = [say("Foot passengers never need to book [1].")]
        yield at_work


@pytest.fixture
def harbour(opened, server: ChatServer) -> str:
    """A model with a fine-tuned one beside it."""
    record = EndpointModel(
        "harbour", "Harbour", datetime.now(UTC), server.address, "harbour-small", "harbour-tuned"
    )
    return opened.models.add(record).name


def chosen(session) -> tuple[str, bool, bool]:
    """The model, whether it is fine-tuned, and whether documents are searched, as drawn."""
    tuned = session.segmented_control
    return (
        session.selectbox(key="model").value,
        bool(tuned[0].value) if tuned else False,
        session.toggle(key="retrieval").value,
    )


def marks(answer: dict) -> list[str]:
    runs = [run for block in answer["blocks"] for run in block.get("runs", [])]
    return [run["mark"] for run in runs if "mark" in run]


def makers(opened, session) -> list[tuple[str, bool]]:
    """What made the answers of the open conversation, in order."""
    messages = opened.conversations.messages(session.session_state["conversation"])
    return [(m.model, m.retrieval) for m in messages if m.role == "assistant"]


def answer_again(opened, session, message: Message, wanted: str) -> None:
    """Choose from the menu of an answer and wait for the answer that comes of it."""
    menu = session.menu_button(key=f"again_with_{message.id}")
    menu.click_index(menu.options.index(wanted)).run()
    for one in opened.conversations.messages(message.conversation_id):
        if running := opened.running_answer(one.id):
            running.wait(TIMEOUT)
    session.run()
    assert not session.exception


def test_base_and_fine_tuned_are_offered_where_there_are_both(app, harbour):
    session = app()
    assert not session.segmented_control
    session.selectbox(key="model").set_value(harbour).run()
    assert session.segmented_control[0].options == ["Base", "Fine-tuned"]
    assert chosen(session) == (harbour, False, True)


def test_fine_tuned_model_answers_the_next_question(app, add, ask, server, harbour):
    add("faq.md")
    session = app()
    first = ask(session, BOOKING, model=harbour)
    session.segmented_control[0].set_value(True).run()
    second = ask(session, BOOKING, model=harbour)
    assert [first.model, second.model] == ["harbour", "harbour+harbour-tuned"]
    assert [body["model"] for body, _ in server.asked] == ["harbour-small", "harbour-tuned"]
    assert "Harbour, with retrieval" in words(session)
    assert "Harbour + harbour-tuned, with retrieval" in words(session)


def test_choices_of_a_conversation_are_found_by_a_new_session(app, add, ask, harbour):
    add("faq.md")
    session = app()
    message = ask(session, BOOKING, model=harbour)
    session.segmented_control[0].set_value(True).run()
    session.toggle(key="retrieval").set_value(False).run()
    assert chosen(app(conversation=message.conversation_id)) == (harbour, True, False)
    assert chosen(app()) == ("reader", False, True)


def test_choice_made_in_another_tab_is_seen(app, add, ask):
    add("faq.md")
    session = app()
    message = ask(session, BOOKING)
    other = app(conversation=message.conversation_id)
    other.selectbox(key="model").set_value("scripted").run()
    session.run()
    assert chosen(session) == ("scripted", False, True)


def test_new_conversation_begins_with_the_choices_of_the_one_before(app, add, ask, opened):
    add("faq.md")
    session = app()
    ask(session, BOOKING)
    session.selectbox(key="model").set_value("scripted")
    session.toggle(key="retrieval").set_value(False).run()
    session.sidebar.button(key="new_conversation").click().run()
    assert chosen(session) == ("scripted", False, False)
    ask(session, "Hello?", model="scripted")
    assert makers(opened, session) == [("scripted", False)]


def test_choices_before_the_first_question_stand_in_the_address(app):
    session = app()
    assert not session.query_params
    session.selectbox(key="model").set_value("scripted").run()
    session.toggle(key="retrieval").set_value(False).run()
    again = app(**session.query_params)
    assert chosen(again) == ("scripted", False, False)
    session.selectbox(key="model").set_value("reader").run()
    session.toggle(key="retrieval").set_value(True).run()
    assert not session.query_params


def test_model_that_was_removed_gives_way_to_that_of_the_settings(app, add, ask, opened, harbour):
    add("faq.md")
    session = app()
    message = ask(session, BOOKING, model=harbour)
    opened.models.remove(harbour)
    again = app(conversation=message.conversation_id)
    assert not again.exception
    assert chosen(again) == ("reader", False, True)
    assert "harbour, with retrieval" in words(again)


def test_model_that_cannot_answer_says_why_before_it_is_asked(app, opened, monkeypatch):
    monkeypatch.delenv("HARBOUR_KEY", raising=False)
    address = "http://127.0.0.1:9/v1"
    now = datetime.now(UTC)
    opened.models.add(
        EndpointModel("harbour", "Harbour", now, address, "small", key_variable="HARBOUR_KEY")
    )
    session = app()
    session.selectbox(key="model").set_value("harbour").run()
    assert "HARBOUR_KEY" in words(session)
    session.selectbox(key="model").set_value("reader").run()
    assert "HARBOUR_KEY" not in words(session)


def test_answer_without_retrieval_says_so_once_and_marks_nothing(app, add, ask):
    add("faq.md")
    session = app()
    ask(session, f"markup: {BOOKING}", model="scripted")
    session.toggle(key="retrieval").set_value(False).run()
    message = ask(session, f"markup: {BOOKING}", model="scripted")
    checked, unchecked = drawn(session)
    assert marks(checked)
    assert not marks(unchecked)
    assert words(session).count(UNCHECKED) == 1
    assert message.citations == ()
    trace = app("pages/ask/traces.py", id=message.trace_id)
    assert not marks(drawn(trace)[0])
    assert words(trace).count(UNCHECKED) == 1


def test_reader_without_retrieval_is_not_drawn_as_a_refusal(app, add, ask):
    add("faq.md")
    session = app()
    session.toggle(key="retrieval").set_value(False).run()
    ask(session, BOOKING)
    assert "No answer in the library" not in words(session)
    assert "documents only" in str(drawn(session))


def test_answers_of_several_models_are_kept_one_below_the_other(app, add, ask, opened, harbour):
    add("faq.md")
    session = app()
    first = ask(session, BOOKING)
    ask(session, "Can I park in Aldermouth?")
    assert session.menu_button(key=f"again_with_{first.id}").options == [
        "Extractive reader, without retrieval",
        "Scripted replies, with retrieval",
        "Harbour, with retrieval",
        "Harbour + harbour-tuned, with retrieval",
        "Openbook mini, with retrieval",
        "Openbook mini + support-voice, with retrieval",
    ]
    answer_again(opened, session, first, "Harbour + harbour-tuned, with retrieval")
    answer_again(opened, session, first, "Extractive reader, without retrieval")
    assert makers(opened, session) == [
        ("reader", True),
        ("harbour+harbour-tuned", True),
        ("reader", False),
        ("reader", True),
    ]
    assert len(drawn(session)) == len(makers(opened, session))
    assert chosen(session) == ("reader", False, True)
