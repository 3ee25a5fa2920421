"""What page tests share: the workspace that the pages use, and the app on it."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.library import SAMPLES
from assistant.workspace import Workspace
from components import notices, resources
from store.answer_records import Message
from store.comparison_records import Comparison, Contestant
from store.records import Document, JobState

FRAME = Path(__file__).parents[2] / "frame.py"
TIMEOUT = 60
SCRIPT = [
    {"match": "slowly", "delay": 0.25, "reply": "Foot passengers never need to book [1]. " * 60},
    {"match": "fail", "error": "The scripted model was told to fail."},
    {
        "match": "markup",
        "reply": "![x](https://example.com/x.png) Foot passengers **never** need to book [1].",
    },
]


@pytest.fixture
def opened(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Workspace]:
    """The workspace of the pages, on an empty home, with a scripted model beside the reader; at
    the end no page may have run into a bug."""
    script = tmp_path / "script.json"
    script.write_text(json.dumps(SCRIPT), encoding="utf-8")
    monkeypatch.setenv("OPENBOOK_SCRIPT", str(script))
    st.cache_resource.clear()
    resources.drawn.set()
    resources.start_work()
    workspace = resources.workspace()
    yield workspace
    bugs = [one for one in caplog.get_records("call") if one.name == notices.__name__]
    while not (workspace.warm.ready or workspace.warm.error):
        time.sleep(0.05)  # a thread that still loads at the end of Python takes Python down
    st.cache_resource.clear()
    assert not bugs, bugs


@pytest.fixture
def app(opened: Workspace) -> Callable[..., AppTest]:
    """Opens a page in a browser session of its own; keywords are the query of its address."""

    def visit(page: str = "", /, **query: str) -> AppTest:
        session = AppTest.from_file(FRAME, default_timeout=TIMEOUT)
        for name, value in query.items():
            session.query_params[name] = value
        if page:
            session.switch_page(page)
        return session.run()

    return visit


@pytest.fixture
def ask(opened: Workspace) -> Callable[..., Message]:
    """Sends a question through the page and waits for its answer, which is then drawn."""

    def send(session: AppTest, question: str, *, model: str = "reader") -> Message:
        session.selectbox(key="model").set_value(model)
        session.chat_input(key="question").set_value(question).run()
        message = last_message(opened, session)
        if running := opened.running_answer(message.id):
            running.wait(TIMEOUT)
        session.run()
        return opened.conversations.message(message.id)

    return send


TEXTS = ("title", "subheader", "markdown", "caption", "text", "code", "error", "warning")


def words(session: AppTest) -> str:
    """All text on the page outside of answers and tables, without the escapes of Markdown."""
    found = "\n".join(str(getattr(one, "value", "")) for kind in TEXTS for one in session.get(kind))
    return found.replace("\\", "")


def last_message(opened: Workspace, session: AppTest) -> Message:
    """The newest message of the conversation a session looks at."""
    return opened.conversations.messages(session.session_state["conversation"])[-1]


@pytest.fixture
def add(opened: Workspace) -> Callable[..., Document]:
    """Takes a file into the library and waits until it can be searched."""

    def take_in(name: str, data: bytes | None = None) -> Document:
        content = (SAMPLES / name).read_bytes() if data is None else data
        job = opened.library.add(name, content)
        (done,) = opened.jobs.wait([job.id], timeout=TIMEOUT)
        assert done.state is JobState.READY, done.reason
        return opened.library.document(done.document_id)

    return take_in


@pytest.fixture
def start(opened: Workspace) -> Callable[..., str]:
    """Sends a question through the page, without waiting for the answers."""

    def send(session: AppTest, question: str, *columns: Contestant, blind: bool = False) -> str:
        session.text_area(key="compare_question").set_value(question)
        if columns:
            session.multiselect(key="compare_columns").set_value(list(columns))
        session.toggle(key="compare_blind").set_value(blind)
        session.button(key="compare").click().run()
        assert not session.exception
        return session.query_params["comparison"]

    return send


@pytest.fixture
def compare(opened: Workspace, start: Callable[..., str]) -> Callable[..., Comparison]:
    """Sends a question through the page and waits for the answers, which are then drawn."""

    def send(
        session: AppTest, question: str, *columns: Contestant, blind: bool = False
    ) -> Comparison:
        found = start(session, question, *columns, blind=blind)
        if running := opened.comparer.running(found):
            running.wait(TIMEOUT)
        session.run()
        assert not session.exception
        return opened.store.comparisons.get(found)

    return send
