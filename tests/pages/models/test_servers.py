"""Models behind a server on the models page: adding, trying out, schemas, prices."""

import json

import pytest

from assistant.models.built_in import MINI
from assistant.models.entries import Prices
from store.model_records import EndpointModel
from tests.chat_server import MODELS, REPLY, refuse
from tests.pages.conftest import words
from tests.pages.model_page import add_server, badges, choose, fill, open_form, press_add, try_out


def test_model_of_a_server_is_looked_up_and_added(page, opened, server):
    session = add_server(page(), server.address, tuned=True)
    record = opened.models.record(MODELS[0])
    assert isinstance(record, EndpointModel)
    assert (record.address, record.model, record.fine_tuned) == (server.address, *MODELS)
    assert f"{MODELS[0]} + {MODELS[1]}" in words(session)
    assert "Leaves this machine" not in badges(session)
    assert not session.get("dialog")


def test_model_says_hello_and_its_speed_is_told(page, opened, server):
    session = try_out(opened, add_server(page(), server.address), MODELS[0])
    assert REPLY in words(session)
    assert "First word after" in words(session) and "tokens a second" in words(session)
    session.button(key=f"forget_{MODELS[0]}").click().run()
    assert REPLY not in words(session)


def test_model_that_fails_gets_one_sentence(page, opened, server):
    server.turns = [refuse(401)]
    session = try_out(opened, add_server(page(), server.address), MODELS[0])
    assert "asks for a key" in words(session)
    assert "First word after" not in words(session)


def test_server_elsewhere_is_marked_and_its_missing_key_told(page, opened, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    session = open_form(page(), server=True)
    session.selectbox(key="server_preset").set_value("OpenAI").run()
    assert session.text_input(key="server_key").value == "OPENAI_API_KEY"
    assert "will be sent to" in words(session) and "api.openai.com" in words(session)
    session = press_add(choose(session, "gpt-4.1-mini"))
    assert "Leaves this machine" in badges(session)
    assert "OPENAI_API_KEY, which should hold the key" in words(session)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"server_address": "127.0.0.1:11434"}, "is not a web address"),
        ({"server_key": "sk-1234567890"}, "never the key itself"),
        ({}, "Choose a model of the server"),
    ],
)
def test_server_that_cannot_be_added_is_told_in_the_form(page, opened, values, said):
    before = list(opened.models)
    session = press_add(fill(open_form(page(), server=True), **values))
    assert [said in one.value.replace("\\", "") for one in session.error] == [True]
    assert "sk-1234567890" not in words(session)
    assert list(opened.models) == before


def test_server_that_does_not_answer_is_told_in_the_form(page, server):
    session = fill(open_form(page(), server=True), server_address="http://127.0.0.1:9/v1").run()
    session.button(key="look_up_models").click().run()
    assert "Nothing answers at" in words(session)


def test_schema_is_attached_shown_and_taken_away(page, opened, server):
    session = add_server(page(), server.address)
    button = f"schema_{MODELS[0]}"
    assert session.button(key=button).label == "JSON schema"
    session.button(key=button).click().run()
    session.text_area(key="schema_text").set_value('{"type": "array"}')
    session.button(key="save_schema").click().run()
    assert "must describe an object" in words(session)
    assert opened.models[MODELS[0]].schema is None
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}}
    session.text_area(key="schema_text").set_value(json.dumps(schema))
    session.button(key="save_schema").click().run()
    assert not session.exception and not session.get("dialog")
    assert opened.models[MODELS[0]].schema == schema
    assert session.button(key=button).label == "Answers in JSON"
    session.button(key=button).click().run()
    assert json.loads(session.text_area(key="schema_text").value) == schema
    session.button(key="remove_schema").click().run()
    assert opened.models[MODELS[0]].schema is None
    assert f"schema_{MINI}" not in {one.key for one in session.button}


def test_names_on_a_server_cannot_smuggle_in_markup(page, opened, server):
    session = fill(open_form(page(), server=True), server_address=server.address).run()
    session = choose(session, "![x](https://example.com/x.png)")
    session = press_add(fill(session, server_name="harbour"))
    assert isinstance(opened.models.record("harbour"), EndpointModel)
    drawn = json.dumps([str(one.value) for one in [*session.caption, *session.markdown]])
    assert "![x](" not in drawn and "example.com" in drawn


def test_prices_of_a_server_are_kept_for_comparisons(page, opened, server):
    session = fill(open_form(page(), server=True), server_address=server.address).run()
    session.number_input(key="server_prompt_price").set_value(0.5)
    session.number_input(key="server_answer_price").set_value(2.0)
    press_add(choose(session, MODELS[0]))
    assert opened.models[MODELS[0]].prices == Prices(prompt=0.5, answer=2.0)


def test_server_without_prices_costs_nothing(page, opened, server):
    add_server(page(), server.address)
    assert opened.models[MODELS[0]].prices is None
