"""Models behind OpenAI-compatible servers, over real HTTP on loopback."""

import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage

from assistant.answering.prompt import build_prompt
from assistant.errors import ModelUnavailable
from assistant.models import endpoint_requests
from assistant.models.endpoint import Endpoint
from assistant.models.endpoint_chat import EndpointChat
from assistant.models.endpoint_requests import model_names
from tests.chat_server import (
    MODELS,
    REPLY,
    ChatServer,
    break_off,
    hang_up,
    keep_silent,
    refuse,
    say,
    send,
    send_json,
    serving,
    write_for_ever,
)
from tests.passages import passage

KEY = "sk-harbour-0123456789"
VARIABLE = "HARBOUR_KEY"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving() as one:
        yield one


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again at once."""
    monkeypatch.setattr(endpoint_requests, "PAUSE", 0.001)


def chat(server: ChatServer, *, key: str = "", patience: float = 30) -> EndpointChat:
    return EndpointChat(endpoint=Endpoint(server.address, key, patience), model=MODELS[0])


def failure(model: EndpointChat) -> str:
    with pytest.raises(ModelUnavailable) as raised:
        model.invoke("Hello?")
    return str(raised.value)


def test_answer_comes_in_pieces_and_the_last_says_what_was_used(server):
    pieces = list(chat(server).stream("Hello?"))
    assert [str(piece.text) for piece in pieces if piece.text] == [
        "Hello",
        " from",
        " the",
        " harbour.",
    ]
    whole = sum(pieces[1:], pieces[0])
    assert isinstance(whole, AIMessageChunk)
    assert whole.usage_metadata == {"input_tokens": 7, "output_tokens": 4, "total_tokens": 11}
    assert whole.response_metadata["finish_reason"] == "stop"


def test_roles_and_texts_are_sent_and_nothing_that_travels_beside_them(server):
    prompt = build_prompt("When is high water?", [passage("High water is at noon.")])
    assert prompt[-1].additional_kwargs["evidence"] is not None
    chat(server).invoke(prompt)
    ((body, headers),) = server.asked
    assert body["model"] == MODELS[0]
    assert body["messages"] == [
        {"role": "system", "content": prompt[0].text},
        {"role": "user", "content": prompt[1].text},
    ]
    assert "authorization" not in headers


def test_longest_answer_can_be_given(server):
    chat(server).invoke("Hello?", max_tokens=5)
    assert server.asked[0][0]["max_tokens"] == 5


def test_server_that_does_not_count_tokens_leaves_them_unknown(server):
    server.turns = [say(REPLY, usage=False)]
    answer = chat(server).invoke([SystemMessage("Be brief."), HumanMessage("Hello?")])
    assert answer.text == REPLY
    assert answer.usage_metadata is None


def test_server_that_does_not_stream_is_read_all_the_same(server):
    server.turns = [
        send_json(
            {
                "choices": [{"message": {"content": REPLY}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 3, "completion_tokens": 5},
            }
        )
    ]
    answer = chat(server).invoke("Hello?")
    assert answer.text == REPLY
    assert answer.usage_metadata and answer.usage_metadata["output_tokens"] == 5


def test_parameter_the_server_refuses_is_left_out(server):
    server.turns = [
        refuse(400, "Unsupported value: 'temperature' does not support 0 with this model."),
        refuse(400, "Unsupported parameter: 'max_tokens' is not supported with this model."),
        say(REPLY),
    ]
    assert chat(server).invoke("Hello?").text == REPLY
    sent = [set(body) for body, _ in server.asked]
    assert "temperature" in sent[0] and "max_tokens" in sent[1]
    assert not {"temperature", "max_tokens"} & sent[2]
    assert "stream_options" in sent[2]


def test_refusal_that_names_no_parameter_is_quoted_and_final(server):
    server.turns = [refuse(400, "This model's context is 4096 messages long."), say(REPLY)]
    assert "context is 4096" in failure(chat(server))
    assert len(server.asked) == 1


@pytest.mark.parametrize("turn", [refuse(503), refuse(429, "slow down"), refuse(500), hang_up])
def test_busy_server_is_asked_again(server, patient, turn):
    server.turns = [turn, turn, say(REPLY)]
    assert chat(server).invoke("Hello?").text == REPLY
    assert len(server.asked) == 3


def test_tries_come_to_an_end(server, patient):
    server.turns = [refuse(503, "loading")]
    assert "503" in failure(chat(server))
    assert len(server.asked) == endpoint_requests.TRIES


def test_server_that_wants_to_be_left_alone_for_long_is_not_asked_again(server):
    server.turns = [refuse(429, "You exceeded your quota.", retry_after="3600")]
    assert "quota" in failure(chat(server))
    assert len(server.asked) == 1


def test_answer_that_breaks_off_is_not_asked_for_again(server, patient):
    server.turns = [break_off]
    pieces = []
    with pytest.raises(ModelUnavailable, match="broke off"):
        pieces += [str(piece.text) for piece in chat(server).stream("Hello?")]
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (refuse(401, "bad"), "asks for a key"),
        (refuse(403, "bad"), "asks for a key"),
        (refuse(404, "model 'harbour-small' not found"), "no model 'harbour-small'"),
        (send_json({"detail": "Not Found"}, status=404), "usually ends in /v1"),
        (refuse(404, ""), "usually ends in /v1"),
        (refuse(418, "I am a teapot"), "418"),
        (send("", "text/html", status=307, headers={"Location": "/"}), "correct the address"),
        (send("<h1>Welcome</h1>", "text/html"), "not an OpenAI-compatible server"),
        (send("data: {oops\n\n", "text/event-stream"), "not an OpenAI-compatible server"),
        (send("data: [1]\n\n", "text/event-stream"), "not an OpenAI-compatible server"),
        (send('data: {"error": {"message": "out of memory"}}\n\n', "text/event-stream"), "memory"),
        (send("data: [DONE]\n\n", "text/event-stream"), "wrote nothing"),
        (send_json({"choices": [{"message": {}, "finish_reason": "length"}]}), "used up"),
    ],
)
def test_failure_gets_one_sentence(server, turn, words):
    server.turns = [turn]
    said = failure(chat(server))
    assert words in said
    assert "\n" not in said and said.endswith(".")


def test_refused_connection_names_the_address():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    said = failure(EndpointChat(endpoint=Endpoint(address), model="any"))
    assert "Nothing answers at" in said and address in said


def test_unknown_host_is_named():
    said = failure(EndpointChat(endpoint=Endpoint("http://no-such-host.invalid/v1"), model="any"))
    assert "no-such-host.invalid cannot be found" in said


def test_address_that_speaks_no_tls_is_told(server):
    address = server.address.replace("http:", "https:")
    said = failure(EndpointChat(endpoint=Endpoint(address), model="any"))
    assert "No secure connection" in said


def test_silent_server_is_given_up(server):
    server.turns = [keep_silent]
    assert "has said nothing" in failure(chat(server, patience=0.2))
    assert len(server.asked) == 1


def test_silent_server_can_be_left_before_its_first_word(server):
    server.turns = [keep_silent]
    stream: Any = chat(server).stream("Hello?")
    assert next(stream).text == ""
    stream.close()
    server.go_on.set()
    assert server.hung_up.wait(10)


def test_closing_the_stream_ends_the_request(server):
    server.turns = [write_for_ever]
    stream: Any = chat(server).stream("Hello?")
    assert any(piece.text == "wave " for piece in stream)
    stream.close()
    assert server.hung_up.wait(10)


def test_answer_left_after_a_word_is_closed_without_a_trace_in_the_log(server, caplog):
    server.turns.append(write_for_ever)
    stream: Any = chat(server).stream("Hello?")
    assert next(piece for piece in stream if piece.text)
    stream.close()
    assert not [record for record in caplog.records if record.name == "asyncio"]


def test_threads_ask_at_the_same_time(server):
    said: list[str] = []
    threads = [
        threading.Thread(target=lambda: said.append(chat(server).invoke("Hello?").text))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert said == [REPLY] * 4


def test_proxy_of_the_environment_is_not_asked_for_this_machine(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert chat(server).invoke("Hello?").text == REPLY


def test_key_is_sent_and_shown_nowhere(server, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(VARIABLE, KEY)
    model = chat(server, key=VARIABLE)
    assert model.invoke("Hello?").text == REPLY
    assert server.asked[0][1]["authorization"] == f"Bearer {KEY}"
    shown = [repr(model), str(model.model_dump()), model.model_dump_json(), caplog.text]
    for turn in (
        refuse(400, f"cannot do this for {KEY}"),
        refuse(401, f"Incorrect API key provided: {KEY[:9]}"),
        send_json({"error": {"message": f"broken for {KEY}"}}),
    ):
        server.turns = [turn]
        shown.append(failure(model))
    assert VARIABLE in shown[-2]
    assert all(KEY[:9] not in text for text in shown)


def test_missing_key_is_told_before_anything_is_sent(server, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert VARIABLE in failure(chat(server, key=VARIABLE))
    assert not server.asked


@pytest.mark.parametrize("key", ["sk-1\nX-Other: 2", "sk one", "schlüssel"])
def test_key_that_no_header_can_carry_is_not_repeated(server, monkeypatch, key):
    monkeypatch.setenv(VARIABLE, key)
    said = failure(chat(server, key=VARIABLE))
    assert VARIABLE in said and key not in said
    assert not server.asked


def test_models_of_a_server_are_listed(server):
    assert model_names(Endpoint(server.address)) == sorted(MODELS)


def test_server_without_a_list_of_models_is_told(server):
    with pytest.raises(ModelUnavailable, match="usually ends in /v1"):
        model_names(Endpoint(server.address.removesuffix("/v1")))
