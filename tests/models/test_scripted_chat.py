"""The scripted model says what its script says."""

import json
from pathlib import Path

import pytest

from assistant.answering.prompt import build_prompt
from assistant.errors import ModelUnavailable
from assistant.models.scripted_chat import ScriptedChat, read_script
from tests.passages import passage


def test_first_matching_reply_is_given():
    script = [{"match": "price", "reply": "It is 5. [1]"}, {"reply": "Something else."}]
    model = ScriptedChat(script=script)
    assert model.invoke(build_prompt("What is the PRICE?", [])).text == "It is 5. [1]"
    assert model.invoke(build_prompt("When?", [])).text == "Something else."


def test_without_a_script_it_quotes_every_passage():
    prompt = build_prompt("What?", [passage("One. Two.", marker=1), passage("Three.", marker=2)])
    assert ScriptedChat().invoke(prompt).text == "One. [1] Three. [2]"


def test_scripted_error_is_raised():
    with pytest.raises(ModelUnavailable, match="out of order"):
        ScriptedChat(script=[{"error": "The model is out of order."}]).invoke("What?")


@pytest.mark.parametrize("text", ["{", "[1, 2]", '{"reply": "x"}'])
def test_unusable_script_is_named(tmp_path: Path, text: str):
    path = tmp_path / "script.json"
    path.write_text(text)
    with pytest.raises(ModelUnavailable, match=r"script\.json"):
        read_script(str(path))


def test_script_file_is_read(tmp_path: Path):
    path = tmp_path / "script.json"
    path.write_text(json.dumps([{"reply": "Hello."}]))
    assert read_script(str(path)) == [{"reply": "Hello."}]
