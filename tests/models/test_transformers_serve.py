"""Models behind a real server: `transformers serve` with openbook-mini on loopback."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from assistant.answering.prompt import build_prompt
from assistant.errors import ModelUnavailable
from assistant.models.built_in import MINI, WEIGHTS
from assistant.models.endpoint import Endpoint
from assistant.models.endpoint_chat import EndpointChat
from tests.browser.server import free_port, wait_until
from tests.passages import passage

FOLDER = str(WEIGHTS / MINI)
MISSING = [name for name in ("fastapi", "openai", "uvicorn") if find_spec(name) is None]
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"transformers serve needs {', '.join(MISSING)}"
)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """The server's address, once the model is loaded."""
    port = free_port()
    log = tmp_path_factory.mktemp("serve") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(str(Path(sys.executable).with_name("transformers")), "serve", FOLDER),
                *("--host", "127.0.0.1", "--port", str(port), "--device", "cpu"),
            ],
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            stdout=output,
            stderr=output,
        )

    def answers() -> bool:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            return bool(urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5))
        except OSError:
            return False

    try:
        wait_until(answers, "transformers serve did not start")
        yield Endpoint(f"http://127.0.0.1:{port}/v1")
    finally:
        process.kill()
        process.wait()


def test_answer_streams_and_its_tokens_are_counted(endpoint):
    model = EndpointChat(endpoint=endpoint, model=FOLDER)
    prompt = build_prompt("What?", [passage("Lost property is kept for 90 days.")])
    pieces = list(model.stream(prompt, max_tokens=12))
    assert len([piece for piece in pieces if piece.text]) > 1
    whole = sum(pieces[1:], pieces[0])
    assert whole.usage_metadata is not None
    assert 0 < whole.usage_metadata["output_tokens"] <= 12
    assert whole.usage_metadata["input_tokens"] > 12


def test_same_question_gets_the_same_answer(endpoint):
    model = EndpointChat(endpoint=endpoint, model=FOLDER)
    said = {model.invoke("Where is the ferry?", max_tokens=8).text for _ in range(2)}
    assert len(said) == 1 and said != {""}


def test_answer_that_is_left_does_not_hold_up_the_next(endpoint):
    model = EndpointChat(endpoint=endpoint, model=FOLDER)
    for piece in model.stream("Tell me all there is.", max_tokens=200):
        if piece.text:
            break
    assert model.invoke("Hello?", max_tokens=4).text


def test_unknown_model_is_told(endpoint):
    model = EndpointChat(endpoint=endpoint, model="ferry/none")
    with pytest.raises(ModelUnavailable, match="ferry/none"):
        model.invoke("Hello?")
