"""Answers are JSON of their schema by decoding, with real tokenizers and models."""

import json
import random
from typing import Any

import pytest
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.errors import ModelUnavailable
from assistant.models import generation
from assistant.models.built_in import WEIGHTS, mini_folder
from assistant.models.json_decoding import SchemaGrammar, schema_processor
from assistant.models.json_schema import misfit
from assistant.models.local_chat import LocalChat
from assistant.models.local_model import LocalModel
from assistant.models.mini_format import PASSAGE
from tests.models import tiny
from tests.models.test_json_schema import SAMPLES, SCHEMA, an_object

MINI = str(mini_folder(WEIGHTS))
SMALL = an_object(
    kind={"enum": ["fare", "Fähre", 'a "quoted" one']},
    passengers={"type": "integer", "minimum": 0, "maximum": 99},
    words={"type": "array", "items": {"type": "string", "maxLength": 4}, "maxItems": 3},
    free={"type": "boolean"},
)


@pytest.fixture(scope="module", params=["tiny", "openbook-mini"])
def tokenizer(request: pytest.FixtureRequest) -> Any:
    from transformers import AutoTokenizer

    return tiny.tokenizer() if request.param == "tiny" else AutoTokenizer.from_pretrained(MINI)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_can_be_written_fits_the_schema(tokenizer, seed):
    end = tokenizer.eos_token_id
    grammar, rng = (
        SchemaGrammar(tokenizer, {**SMALL, "additionalProperties": False}, [end]),
        random.Random(seed),
    )
    ids: list[int] = []
    while not ids or ids[-1] != end:
        allowed = grammar.allowed(ids)
        assert allowed is not None
        ids.append(rng.choice([token for token, may in enumerate(allowed) if may]))
        # looking ahead to what will not be written leaves no trace
        ahead = [*ids, rng.randrange(len(tokenizer)), rng.randrange(len(tokenizer))]
        for length in range(len(ahead)):
            grammar.allowed(ahead[:length])
    text = tokenizer.decode(ids[:-1])
    assert not misfit(text, SMALL), text


def test_tokens_that_the_tokenizer_does_not_know_are_never_written(tokenizer):
    import torch

    end = tokenizer.eos_token_id
    processor = schema_processor(tokenizer, SMALL, start=2, ends=[end])
    scores = processor(torch.tensor([[5, 6]]), torch.zeros(1, len(tokenizer) + 10))
    allowed = torch.isfinite(scores[0]).nonzero().flatten().tolist()
    assert allowed and all(tokenizer.decode([token]).lstrip().startswith("{") for token in allowed)


def test_tokenizer_without_a_fast_form_gets_a_sentence():
    from transformers import ByT5Tokenizer

    with pytest.raises(ModelUnavailable, match="cannot be held to a JSON schema"):
        schema_processor(ByT5Tokenizer(), SMALL, start=0, ends=[1])


def test_model_of_random_weights_writes_json_of_its_schema(local):
    schema = {**SMALL, "additionalProperties": False}
    held = LocalChat(local=local, temperature=1.0, answer_schema=schema)
    said = [held.invoke("What is kept?") for _ in range(5)]
    assert [misfit(str(one.text), SMALL) for one in said] == [""] * 5
    assert {one.response_metadata["finish_reason"] for one in said} == {"stop"}
    assert len({one.text for one in said}) > 1
    assert misfit(str(LocalChat(local=local, max_tokens=50).invoke("What is kept?").text), SMALL)


def test_openbook_mini_quotes_in_json_and_copying_several_tokens_at_once_changes_nothing(
    monkeypatch,
):
    rows = (SAMPLES / "json-format-test.jsonl").read_text("utf-8").splitlines()[:3]
    prompts = [[as_message(turn) for turn in json.loads(row)["messages"][:-1]] for row in rows]
    mini = LocalModel("Mini", MINI)
    chat = LocalChat(local=mini, answer_schema=SCHEMA)
    said = [str(chat.invoke(prompt).text) for prompt in prompts]
    monkeypatch.setattr(generation, "COPIED_AT_ONCE", None)
    assert said == [str(chat.invoke(prompt).text) for prompt in prompts]
    mini.close("The test is over.")
    for prompt, text in zip(prompts, said, strict=True):
        assert not misfit(text, SCHEMA)
        answer = json.loads(text)
        there = [(int(n), text.split("\n")) for n, text in PASSAGE.findall(str(prompt[-1].text))]
        quoted = any(n == answer["passage"] and answer["answer"] in lines for n, lines in there)
        assert quoted or (answer["answer"], answer["passage"]) == ("", None)


def as_message(turn: dict[str, str]) -> BaseMessage:
    kind = SystemMessage if turn["role"] == "system" else HumanMessage
    return kind(turn["content"])
