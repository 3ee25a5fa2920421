"""Files dropped into the chat, and the question that waits for them."""

from pathlib import Path

import pytest

from store.records import JobState
from tests.ingestion.drawing import PROSE, draw, encrypted, write
from tests.pages.conftest import TIMEOUT, words

TIDES = b"High water at Aldermouth is at noon on Sunday. " * 8
QUESTION = "When is high water at Aldermouth?"
WAITS = "Will be asked as soon as the files are ready."


@pytest.fixture
def locked(tmp_path: Path) -> bytes:
    """A PDF that is not taken in until its password is given."""
    plain = draw(tmp_path / "plain.pdf", lambda canvas: write(canvas, [PROSE[:60]]))
    return encrypted(plain, tmp_path / "locked.pdf", "anchor").read_bytes()


def drop(session, name: str, data: bytes, question: str = "") -> None:
    box = session.chat_input(key="question")
    box.upload(name, data)
    box.set_value(question).run()
    assert not session.exception


def asked(opened, session) -> list[str]:
    """The questions of the open conversation."""
    messages = opened.conversations.messages(session.session_state["conversation"])
    return [message.text for message in messages if message.role == "user"]


def test_dropped_file_is_taken_in_before_its_question_is_asked(app, opened):
    session = app()
    drop(session, "tides.txt", TIDES, QUESTION)
    (job,) = opened.jobs.list()
    (done,) = opened.jobs.wait([job.id], timeout=TIMEOUT)
    assert done.state is JobState.READY
    session.run()
    assert asked(opened, session) == [QUESTION]


def test_held_question_survives_a_reload_and_is_asked_once(app, opened, locked):
    session = app()
    session.selectbox(key="model").set_value("scripted").run()
    drop(session, "locked.pdf", locked, QUESTION)
    (job,) = opened.jobs.wait([one.id for one in opened.jobs.list()], timeout=TIMEOUT)
    assert job.state is JobState.NEEDS_PASSWORD
    conversation = session.session_state["conversation"]
    again, other = app(conversation=conversation), app(conversation=conversation)
    for tab in (again, other):
        assert QUESTION in words(tab) and WAITS in words(tab)
        assert tab.selectbox(key="model").value == "scripted"
    assert asked(opened, session) == []
    opened.jobs.unlock(job.id, "anchor")
    opened.jobs.wait([job.id], timeout=TIMEOUT)
    for tab in (again, other, session):
        tab.run()
        assert WAITS not in words(tab)
    assert asked(opened, session) == [QUESTION]
    assert opened.conversations.list()[0].title == QUESTION


def test_held_question_can_be_asked_at_once(app, opened, locked):
    session = app()
    drop(session, "locked.pdf", locked, QUESTION)
    opened.jobs.wait([one.id for one in opened.jobs.list()], timeout=TIMEOUT)
    session.run()
    session.button(key="ask_now").click().run()
    assert asked(opened, session) == [QUESTION]
    assert WAITS not in words(session)


def test_second_question_does_not_push_out_the_one_that_waits(app, opened, locked):
    session = app()
    drop(session, "locked.pdf", locked, QUESTION)
    drop(session, "tides.txt", TIDES, "And on Monday?")
    assert QUESTION in words(session)
    assert "Another question still waits" in words(session)
    assert session.chat_input(key="question").proto.value == "And on Monday?"
    assert len(opened.jobs.list()) > 1


def test_dropped_file_that_cannot_be_taken_is_named_and_its_question_is_not_lost(app, opened):
    session = app()
    drop(session, "empty.txt", b"", QUESTION)
    assert "empty.txt" in words(session)
    assert session.chat_input(key="question").proto.value == QUESTION
    assert not opened.jobs.list()
    assert not opened.conversations.list()
