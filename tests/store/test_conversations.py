"""Conversations, messages in order, search, export and thumbs."""

import dataclasses
import threading
import uuid
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from store.answer_records import AnswerSentence, Citation, Message, MessageState, Verdict
from store.conversations import Conversations
from store.errors import NotFound
from store.records import Box
from store.tables import feedback, messages


@pytest.fixture
def conversations(database):
    return Conversations(database)


def message(conversation_id: str, text: str, role: str = "user", **values) -> Message:
    return Message(uuid.uuid4().hex, conversation_id, role, text, datetime.now(UTC), **values)


CITATION = Citation(
    marker=1,
    document_id="d",
    document="guide.pdf",
    page=3,
    label="iii",
    heading="Times",
    chunk_id="d-00000",
    passage="The ferry leaves at nine.",
    quote="at nine",
    stored_page=3,
    start=17,
    end=24,
    boxes=(Box(0.1, 0.2, 0.3, 0.4),),
)


def test_answer_comes_back_as_it_was_given(conversations):
    thread = conversations.create("library")
    answer = message(
        thread.id,
        "At nine. [1]",
        "assistant",
        model="reader",
        rewritten="When does the ferry leave?",
        sentences=(AnswerSentence("At nine. [1]", (1,), Verdict.SUPPORTED, "it says so"),),
        citations=(CITATION,),
        trace_id="t",
        milliseconds={"total": 12.5},
    )
    conversations.add_message(answer)
    assert conversations.message(answer.id) == answer
    finished = dataclasses.replace(answer, text="Nine.", state=MessageState.STOPPED)
    conversations.set_message(finished)
    assert conversations.messages(thread.id) == [finished]


def test_messages_stay_in_order_when_many_are_added_at_once(conversations, database):
    thread = conversations.create("library")
    threads = [
        threading.Thread(target=conversations.add_message, args=(message(thread.id, str(n)),))
        for n in range(12)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with database.read() as connection:
        positions = connection.scalars(sa.select(messages.c.position)).all()
    assert sorted(positions) == list(range(1, 13))


def test_message_put_after_another_stands_before_those_that_followed_it(conversations):
    thread = conversations.create("library")
    other = conversations.create("library")
    for text in ("first", "last"):
        conversations.add_message(message(thread.id, text))
        conversations.add_message(message(other.id, text))
    first, _ = conversations.messages(thread.id)
    conversations.add_message(message(thread.id, "between"), after=first.id)
    assert [one.text for one in conversations.messages(thread.id)] == ["first", "between", "last"]
    assert [one.text for one in conversations.messages(other.id)] == ["first", "last"]


def test_choices_are_kept_one_by_one(conversations):
    thread = conversations.create("library")
    conversations.choose(thread.id, {"model": "reader", "retrieval": True})
    conversations.choose(thread.id, {"retrieval": False})
    assert conversations.get(thread.id).choices == {"model": "reader", "retrieval": False}
    with pytest.raises(NotFound):
        conversations.choose("unknown", {"retrieval": False})


def test_choice_that_many_take_at_once_is_given_to_one(conversations):
    thread = conversations.create("library")
    conversations.choose(thread.id, {"waiting": "question", "retrieval": False})
    taken: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: taken.append(conversations.take(thread.id, "waiting")))
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(map(str, taken)) == ["None"] * 7 + ["question"]
    assert conversations.get(thread.id).choices == {"retrieval": False}


def test_last_used_conversation_comes_first(conversations):
    first, second = conversations.create("library", "one"), conversations.create("library", "two")
    conversations.add_message(message(first.id, "hello"))
    assert [c.id for c in conversations.list()] == [first.id, second.id]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("FERRY", {"Trips"}),
        ("trip", {"Trips"}),
        ("100%", {"Sums"}),
        ("%", {"Sums"}),
        ("zebra", set()),
    ],
)
def test_search_looks_into_titles_and_messages(conversations, search, expected):
    for title, text in (("Trips", "When does the ferry leave?"), ("Sums", "Is it 100% sure?")):
        conversations.add_message(message(conversations.create("library", title).id, text))
    assert {c.title for c in conversations.list(search)} == expected
    assert conversations.list(search, kb="other") == []


def test_removing_takes_messages_and_thumbs_along(conversations, database):
    thread = conversations.create("library")
    answer = conversations.add_message(message(thread.id, "Yes.", "assistant"))
    conversations.set_feedback(answer.id, True, "")
    conversations.remove(thread.id)
    with pytest.raises(NotFound):
        conversations.get(thread.id)
    with database.read() as connection:
        for table in (messages, feedback):
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_message_of_an_unknown_conversation_is_refused(conversations):
    with pytest.raises(NotFound):
        conversations.add_message(message("unknown", "hello"))
    with pytest.raises(NotFound):
        conversations.message("unknown")


def test_deleted_message_stays_deleted_when_its_answer_ends(conversations):
    thread = conversations.create("library")
    answer = conversations.add_message(message(thread.id, "", "assistant"))
    conversations.remove(thread.id)
    conversations.set_message(answer)
    with pytest.raises(NotFound):
        conversations.message(answer.id)


def test_answers_left_running_are_marked_failed(conversations):
    thread = conversations.create("library")
    running = conversations.add_message(
        message(thread.id, "half", "assistant", state=MessageState.RUNNING)
    )
    done = conversations.add_message(message(thread.id, "whole", "assistant"))
    assert conversations.fail_running("Stopped.") == 1
    failed = conversations.message(running.id)
    assert (failed.state, failed.error, failed.text) == (MessageState.FAILED, "Stopped.", "half")
    assert conversations.message(done.id) == done


def test_later_thumb_replaces_an_earlier(conversations):
    answer = conversations.add_message(message(conversations.create("library").id, "Yes."))
    assert conversations.feedback(answer.id) is None
    conversations.set_feedback(answer.id, True, "")
    conversations.set_feedback(answer.id, False, "wrong page")
    given = conversations.feedback(answer.id)
    assert given and (given.helpful, given.reason) == (False, "wrong page")
    with pytest.raises(NotFound):
        conversations.set_feedback("unknown", True, "")


def test_removed_thumb_is_gone(conversations):
    answer = conversations.add_message(message(conversations.create("library").id, "Yes."))
    other = conversations.add_message(message(answer.conversation_id, "No."))
    conversations.set_feedback(answer.id, False, "wrong page")
    conversations.set_feedback(other.id, True, "")
    assert set(conversations.thumbs(answer.conversation_id)) == {answer.id, other.id}
    assert not conversations.thumbs(conversations.create("library").id)
    conversations.remove_feedback(answer.id)
    assert conversations.feedback(answer.id) is None
    assert conversations.feedback(other.id)


def test_export_holds_questions_answers_and_sources(conversations):
    thread = conversations.create("library", "Trips")
    conversations.add_message(message(thread.id, "When?"))
    conversations.add_message(
        message(thread.id, "At nine. [1]", "assistant", model="reader", citations=(CITATION,))
    )
    conversations.add_message(
        message(thread.id, "At ten.", "assistant", model="small", retrieval=False)
    )
    assert conversations.export(thread.id) == (
        "# Trips\n\n## When?\n\n"
        "At nine. [1]\n\n[1] guide.pdf, page 3 (printed iii): “at nine”\n\n"
        "(reader, with retrieval)\n\nAt ten.\n\n(small, without retrieval)\n"
    )


def test_renaming_changes_the_title(conversations):
    thread = conversations.create("library")
    conversations.rename(thread.id, "Trips")
    assert conversations.get(thread.id).title == "Trips"
