"""The chat page: asking, reading a cited answer, and everything around a conversation."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from store.answer_records import Message, MessageState
from store.model_records import EndpointModel
from tests import chat_server
from tests.pages.conftest import TIMEOUT, last_message, words

BOOKING = "Do foot passengers need to book?"
NOWHERE = "Who won the football world cup in 1998?"


def drawn(session: Any) -> list[dict[str, Any]]:
    """What the browser is told to draw for each answer."""
    return [json.loads(one.proto.json) for one in session.get("bidi_component")]


def test_empty_library_offers_samples_and_own_documents(app):
    session = app()
    assert not session.exception
    assert session.button(key="add_samples").label == "Try with sample documents"
    assert session.button(key="add_own")


def test_sample_questions_are_offered_once_the_samples_are_in(app, opened):
    session = app()
    session.button(key="add_samples").click().run()
    jobs = opened.jobs.list()
    assert len(jobs) >= 3
    opened.jobs.wait([job.id for job in jobs], timeout=120)
    session.run()
    questions = session.pills(key="picked_question")
    assert len(questions.options) == 4


def test_choosing_a_sample_question_asks_it(app, add, opened):
    add("service-guide.pdf")
    session = app()
    (question,) = opened.library.sample_questions()
    session.pills(key="picked_question").set_value(question).run()
    assert not session.exception
    assert opened.conversations.messages(session.session_state["conversation"])[0].text == question


def test_samples_are_not_suggested_to_somebody_with_other_documents(app, add):
    add("tides.txt", b"High water at Aldermouth is at noon. " * 20)
    assert not app().pills


def test_answer_in_json_is_drawn_with_its_marks_and_whether_it_fits(app, add, ask, opened):
    add("faq.md")
    quote = "Foot passengers never need to."
    said = {"answer": quote, "passage": 1, "sure": True}
    schema = {"type": "object", "properties": {"sure": {"type": "string"}}}
    with chat_server.serving() as server:
        server.turns = [chat_server.say(json.dumps(said))]
        now = datetime.now(UTC)
        opened.models.add(EndpointModel("json", "JSON", now, server.address, "json", schema=schema))
        session = app()
        message = ask(session, BOOKING, model="json")
    assert not session.exception
    (answer,) = drawn(session)
    (block,) = answer["blocks"]
    assert block["kind"] == "json"
    drawn_text = "".join(run.get("text", "") for run in block["runs"])
    assert json.loads(drawn_text) == said
    assert [run["mark"] for run in block["runs"] if "mark" in run] == ["supported"]
    assert [run["chip"] for run in block["runs"] if "chip" in run] == [1]
    assert message.fit and not message.fit.fits
    assert "Does not fit its schema" in words(session)
    assert "sure: True is not of type 'string'" in words(session)


def test_answer_has_chips_sources_and_a_trace(app, add, ask, opened):
    add("faq.md")
    session = app()
    message = ask(session, BOOKING)
    assert not session.exception
    assert message.citations
    (answer,) = drawn(session)
    chips = [
        run["chip"] for block in answer["blocks"] for run in block.get("runs", []) if "chip" in run
    ]
    assert set(chips) == {citation.marker for citation in message.citations}
    assert set(answer["sources"]) == {str(marker) for marker in chips}
    assert not answer["writing"]
    assert session.button(key=f"source_{message.id}_{chips[0]}")
    (link,) = [one for one in session.get("page_link") if one.proto.label == "Why this answer"]
    assert message.trace_id in link.proto.query_string
    assert "Extractive reader" in words(session)


def test_reload_shows_the_same_conversation(app, add, ask):
    add("faq.md")
    session = app()
    ask(session, BOOKING)
    again = app(conversation=session.session_state["conversation"])
    assert drawn(again) == drawn(session)


def test_another_page_and_back_keeps_the_conversation(app, add, ask):
    add("faq.md")
    session = app()
    ask(session, BOOKING)
    session.switch_page("pages/library/documents.py").run()
    assert not drawn(session)
    session.switch_page("pages/ask/chat.py").run()
    assert drawn(session)


def test_refusal_looks_different_and_cites_nothing(app, add, ask):
    add("faq.md")
    session = app()
    message = ask(session, NOWHERE)
    assert message.refused
    assert not drawn(session)
    assert "No answer in the library" in words(session)
    assert message.text in words(session)


def test_rewritten_question_is_shown(app, add, ask):
    add("faq.md")
    session = app()
    ask(session, "Can I park in Aldermouth?")
    message = ask(session, "And how much does it cost?")
    assert message.rewritten
    assert "Searched for" in words(session)


@pytest.mark.parametrize("question", ["x" * 20_000, "\x00 \n"])
def test_unusable_question_gets_a_sentence_and_is_not_lost(app, opened, question):
    session = app()
    session.chat_input(key="question").set_value(question).run()
    assert not session.exception
    assert len(session.error) == 1
    assert not opened.conversations.list()
    if question.strip("\x00 \n"):
        assert session.chat_input(key="question").proto.value == question


def test_running_answer_is_found_again_by_a_new_session_and_can_be_stopped(app, add, opened):
    add("faq.md")
    session = app()
    session.selectbox(key="model").set_value("scripted")
    session.chat_input(key="question").set_value(f"Slowly: {BOOKING}").run()
    message = last_message(opened, session)
    running = opened.running_answer(message.id)
    assert message.state is MessageState.RUNNING
    next(iter(running))
    again = app(conversation=message.conversation_id)
    assert drawn(again)[0]["writing"]
    again.button(key=f"stop_{message.id}").click().run()
    assert running.wait(TIMEOUT).state is MessageState.STOPPED
    again.run()
    assert "Stopped before it was finished" in words(again)
    assert not drawn(again)[0]["writing"]


def test_failed_answer_says_why_and_can_be_tried_again(app, add, ask, opened):
    add("faq.md")
    session = app()
    message = ask(session, f"fail: {BOOKING}", model="scripted")
    assert message.state is MessageState.FAILED
    assert "told to fail" in session.error[0].value
    session.selectbox(key="model").set_value("reader")
    session.button(key=f"again_{message.id}").click().run()
    second = last_message(opened, session)
    assert second.id != message.id
    assert second.model == "reader"
    assert [one.role for one in opened.conversations.messages(message.conversation_id)] == [
        "user",
        "assistant",
        "assistant",
    ]


def test_markup_in_an_answer_stays_text(app, add, ask):
    add("faq.md")
    session = app()
    ask(session, f"markup: {BOOKING}", model="scripted")
    (answer,) = drawn(session)
    text = "".join(run.get("text", "") for block in answer["blocks"] for run in block["runs"])
    assert "![x](https://example.com/x.png)" in text
    assert "example.com" not in "".join(one.value for one in session.markdown)


def test_source_opens_beside_the_answer_with_its_page_picture(app, add, ask):
    add("service-guide.pdf")
    session = app()
    message = ask(session, "How long before the departure do cars have to check in?")
    citation = message.citations[0]
    session.button(key=f"source_{message.id}_{citation.marker}").click().run()
    assert not session.exception
    assert session.image
    assert citation.quote.split()[0] in words(session)
    assert f"Page {citation.stored_page} of" in words(session)
    session.button(key="source_Next").click().run()
    assert f"Page {citation.stored_page + 1} of" in words(session)
    session.button(key="source_Back to the quote").click().run()
    assert f"Page {citation.stored_page} of" in words(session)
    session.button(key="source_Whole page").click().run()
    assert f"Page {citation.stored_page} of" in words(session)
    session.button(key=f"source_{message.id}_{citation.marker}").click().run()
    assert session.button(key="source_Whole page")
    assert not session.exception


def test_source_without_pages_shows_the_quote_in_its_text(app, add, ask):
    add("faq.md")
    session = app()
    message = ask(session, BOOKING)
    session.button(key=f"source_{message.id}_1").click().run()
    assert not session.exception
    assert not session.image
    assert ":orange-background[" in words(session)


def test_source_of_a_deleted_document_says_so(app, add, ask, opened):
    document = add("faq.md")
    session = app()
    message = ask(session, BOOKING)
    opened.library.remove(document.id)
    session.button(key=f"source_{message.id}_1").click().run()
    assert not session.exception
    assert "deleted" in session.error[0].value


def test_thumb_and_reason_are_kept(app, add, ask, opened):
    add("faq.md")
    session = app()
    message = ask(session, BOOKING)
    session.get("feedback")[0].set_value(0).run()
    assert opened.conversations.feedback(message.id).helpful is False
    session.run()
    session.text_area(key=f"reason_text_{message.id}").set_value("Too short")
    next(one for one in session.button if one.label == "Save").click().run()
    assert opened.conversations.feedback(message.id).reason == "Too short"


def test_thumb_pressed_again_is_taken_back(app, add, ask, opened):
    add("faq.md")
    session = app()
    message = ask(session, BOOKING)
    session.get("feedback")[0].set_value(1).run()
    assert opened.conversations.feedback(message.id).helpful is True
    session.get("feedback")[0].set_value(None).run()
    assert not session.exception
    assert opened.conversations.feedback(message.id) is None
    again = app(conversation=message.conversation_id)
    assert again.get("feedback")[0].value is None


def test_conversation_can_be_renamed_and_deleted(app, add, ask, opened):
    add("faq.md")
    session = app()
    ask(session, BOOKING)
    session.button(key="rename").click().run()
    session.text_input(key="new_title").set_value("About booking")
    next(one for one in session.button if one.proto.is_form_submitter).click().run()
    assert opened.conversations.list()[0].title == "About booking"
    session.run()
    session.button(key="delete").click().run()
    session.button(key="confirm").click().run()
    assert not opened.conversations.list()
    assert "conversation" not in session.query_params


def test_conversations_are_searched_and_opened_from_the_sidebar(app, opened):
    first = opened.conversations.create("library", "Rosters")
    opened.conversations.create("library", "Pensions")
    session = app()
    session.sidebar.text_input(key="conversation_search").set_value("roster").run()
    assert [one.label for one in session.sidebar.button if one.key.startswith("open_")] == [
        "Rosters"
    ]
    session.sidebar.button(key=f"open_{first.id}").click().run()
    assert session.query_params["conversation"] == first.id
    session.sidebar.button(key="new_conversation").click().run()
    assert "conversation" not in session.query_params


def test_unknown_conversation_gets_one_sentence(app):
    session = app(conversation="nothing")
    assert not session.exception
    assert len(session.error) == 1
    assert session.chat_input(key="question")


def test_title_cannot_smuggle_in_links_or_pictures(app, opened):
    made = opened.conversations.create("library", "![x](https://example.com/x.png) :material/home:")
    session = app(conversation=made.id)
    title = session.subheader[0].value
    assert "![x](" not in title
    assert ":material/home:" not in title


def test_long_conversation_shows_its_end_first(app, opened):
    made = opened.conversations.create("library", "Long")
    now = made.created_at
    for number in range(50):
        opened.conversations.add_message(
            Message(f"m{number}", made.id, "user", f"Question {number}.", now)
        )
    session = app(conversation=made.id)
    assert "Question 49." in words(session)
    assert "Question 3." not in words(session)
    session.toggle(key="show_earlier").set_value(True).run()
    assert "Question 3." in words(session)
