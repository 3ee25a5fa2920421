"""Answers in JSON are checked value by value, and shown with whether they fit their schema."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.answering.structured import Checked, check_values
from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from store.answer_records import Message, MessageState, SchemaFit, Verdict
from store.model_records import EndpointModel
from tests import chat_server
from tests.chat_server import MODELS, ChatServer, say
from tests.passages import passage

PASSAGES = [
    passage("Lost property is kept for 90 days. The fare is 12.50 pounds for 1,200 seats."),
    passage("Dogs travel free. Cats pay two pounds.", marker=2),
]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "answer": {"type": "string"},
        "passage": {"type": ["integer", "null"]},
        "kind": {"enum": ["fare", "rule"]},
        "price": {"type": "number"},
        "found": {"type": "boolean"},
        "items": {"type": "array", "items": {"type": "object"}},
    },
}


def checked(**answer: Any) -> Checked:
    found = check_values(json.dumps(answer), SCHEMA, PASSAGES)
    assert found
    return found


def verdicts(found: Checked) -> dict[str, str]:
    return {sentence.path: str(sentence.verdict) for sentence in found.sentences}


def quotes(found: Checked) -> list[str]:
    texts = {one.marker: one.hit.chunk.text for one in PASSAGES}
    return [texts[marker][start:end] for marker, start, end in found.quotes]


def test_text_that_stands_in_the_passage_it_names_is_supported():
    found = checked(answer="Dogs travel free.", passage=2, found=True)
    assert verdicts(found) == {"/answer": "supported"}
    assert found.sentences[0].citations == (1,) and quotes(found) == ["Dogs travel free."]
    # the number is that of the citation, as in an answer in text
    assert json.loads(found.text) == {"answer": "Dogs travel free.", "passage": 1, "found": True}
    assert found.fit == SchemaFit(True) and not found.refused and not found.invented


@pytest.mark.parametrize(
    "answer",
    [
        {"answer": "Dogs travel free.", "passage": 1},
        {"answer": "Lost property is kept for 80 days.", "passage": 1},
        {"answer": "Dogs travel free.", "passage": None},
        {"answer": "Dogs travel free.", "passage": 7},
        {"answer": "Dogs travel free."},
        {"price": 12.5, "passage": 2},
        {"price": 90},
    ],
)
def test_what_the_passage_lacks_or_names_none_is_never_supported(answer):
    found = checked(**answer)
    assert [sentence.verdict for sentence in found.sentences] == [Verdict.UNSUPPORTED]


def test_passage_that_was_not_sent_is_taken_out_and_counted():
    found = checked(items=[{"passages": [2, 9], "text": "Dogs travel free."}], passage=7)
    answer = json.loads(found.text)
    assert answer["items"][0]["passages"] == [1] and answer["passage"] is None
    assert found.invented == 2


def test_numbers_are_found_as_the_passage_writes_them():
    found = checked(items=[{"price": 12.5, "seats": 1200, "days": 9}], passage=1)
    assert verdicts(found) == {
        "/items/0/price": "supported",
        "/items/0/seats": "supported",
        "/items/0/days": "unsupported",
    }
    assert {sentence.text for sentence in found.sentences} == {"12.5", "1200", "9"}


def test_every_object_cites_for_itself_and_for_what_is_in_it():
    found = checked(
        passage=1,
        answer="Lost property is kept for 90 days.",
        items=[
            {"text": "Dogs travel free.", "passage": 2},
            {"text": "Cats pay two pounds.", "passage": 2},
            {"text": "The fare is 12.50 pounds for 1,200 seats."},
        ],
    )
    assert {*verdicts(found).values()} == {"supported"}
    assert [sentence.citations for sentence in found.sentences] == [(1,), (2,), (3,), (1,)]
    assert quotes(found)[1:] == ["Dogs travel free.", "Cats pay two pounds."]
    items = json.loads(found.text)["items"]
    assert [item.get("passage") for item in items] == [2, 3, None]


def test_markers_in_a_text_cite_for_it_and_are_taken_out():
    found = checked(answer="Dogs travel free. [2] Cats pay two pounds. [2][8]", passage=1)
    (sentence,) = found.sentences
    assert sentence.text == "Dogs travel free. Cats pay two pounds."
    assert sentence.verdict is Verdict.SUPPORTED and found.invented == 1
    assert quotes(found)[sentence.citations[0] - 1] == "Dogs travel free. Cats pay two pounds."
    assert "[" not in json.loads(found.text)["answer"]


def test_choices_that_the_schema_leaves_get_no_verdict():
    found = checked(kind="rule", found=True, passage=1)
    assert not found.sentences and not found.refused
    assert len(found.quotes) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"answer": "", "passage": None, "found": False},
        {"answer": "I cannot find it in the documents.", "passage": None},
        {"items": [], "found": False},
    ],
)
def test_answer_that_says_nothing_has_refused(answer):
    found = checked(**answer)
    assert found.refused and not found.sentences and not found.quotes


def test_json_that_does_not_fit_is_checked_all_the_same():
    found = checked(answer="Dogs travel free.", passage=2, kind="other", found="yes")
    assert not found.fit.fits and found.fit.reason.startswith(("kind: 'other'", "found: 'yes'"))
    assert verdicts(found)["/answer"] == "supported" and verdicts(found)["/kind"] == "unsupported"


@pytest.mark.parametrize("text", ["Dogs travel free. [2]", '{"answer": "Dogs tra', "[]", "3"])
def test_what_is_no_json_object_is_left_to_be_checked_as_text(text):
    assert check_values(text, SCHEMA, PASSAGES) is None


GUIDE = "Lost property is kept for 90 days at the ticket office in Aldermouth.\n"
QUESTION = "How long is lost property kept?"


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server.serving() as one:
        yield one


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, server: ChatServer
) -> Iterator[Workspace]:
    """A guide, and a model behind a server that is to answer in JSON, with a fine-tuned one."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    opened = open_workspace(settings, role="the tests")
    opened.jobs.wait([opened.library.add("guide.txt", GUIDE.encode()).id])
    now = datetime.now(UTC)
    added = EndpointModel("harbour", "Harbour", now, server.address, *MODELS)
    opened.models.add(added)
    opened.models.set_schema("harbour", SCHEMA)
    yield opened
    opened.close()


def ask(library: Workspace, server: ChatServer, said: str, model: str = "harbour") -> Message:
    server.turns, server.asked = [say(said)], []
    return library.ask(QUESTION, model=model).wait(60)


def test_server_is_asked_for_json_and_the_answer_is_checked_and_kept(library, server):
    said = {"answer": GUIDE.strip(), "passage": 1, "found": True}
    message = ask(library, server, json.dumps(said))
    assert json.loads(message.text) == said and message.fit == SchemaFit(True)
    assert [sentence.verdict for sentence in message.sentences] == [Verdict.SUPPORTED]
    assert message.citations[0].quote == GUIDE.strip()
    assert library.conversations.message(message.id) == message
    trace = library.traces.get(message.trace_id or "")
    assert trace.fit == message.fit and trace.sentences == message.sentences
    ((body, _),) = server.asked
    form = body["response_format"]
    assert form["type"] == "json_schema" and form["json_schema"]["strict"] is False
    held = form["json_schema"]["schema"]["properties"]
    assert held["passage"]["enum"] == [1, None] and held["kind"] == SCHEMA["properties"]["kind"]
    rules = body["messages"][0]["content"]
    assert json.dumps(SCHEMA) in rules and "square brackets" not in rules


def test_fine_tuned_model_is_held_to_the_schema_without_being_told(library, server):
    message = ask(library, server, '{"found": false, "answer": ""}', f"harbour+{MODELS[1]}")
    assert message.refused and message.fit == SchemaFit(True)
    ((body, _),) = server.asked
    assert "response_format" in body and body["model"] == MODELS[1]
    assert "square brackets" in body["messages"][0]["content"]


def test_server_that_writes_text_all_the_same_is_found_out(library, server):
    message = ask(library, server, f"{GUIDE.strip()} [1] Gulls are kept too. [1]")
    assert message.state is MessageState.DONE
    assert message.fit and not message.fit.fits and "is not JSON" in message.fit.reason
    assert [sentence.verdict for sentence in message.sentences] == [
        Verdict.SUPPORTED,
        Verdict.UNSUPPORTED,
    ]


def test_server_that_refuses_the_schema_says_so(library, server):
    server.turns = [chat_server.refuse(400, "Invalid schema for response_format 'answer'.")]
    message = library.ask(QUESTION, model="harbour").wait(60)
    assert message.state is MessageState.FAILED and "Invalid schema" in message.error


def test_schema_can_be_taken_away_again(library, server):
    library.models.set_schema("harbour", None)
    message = ask(library, server, f"{GUIDE.strip()} [1]")
    assert message.fit is None and "response_format" not in server.asked[0][0]
    library.models.set_schema("harbour", SCHEMA)
