"""The models page: what it tells of a model, adding, trying out, loading, adapters, removing."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.models.built_in import MINI
from assistant.models.entries import Prices
from assistant.models.hub import DownloadState
from assistant.training.card import write_card
from store.model_records import AdapterState, EndpointModel
from store.training_records import Guard, Report, TrainingRun
from tests import chat_server, hub_server
from tests.browser.server import wait_until
from tests.chat_server import MODELS, REPLY, ChatServer, refuse
from tests.hub_server import HubServer
from tests.models.tiny import save_adapter, save_model
from tests.pages.conftest import TIMEOUT, words

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PAGE = "pages/settings/models.py"
HUB_NAME = "ferry/tiny"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server.serving() as one:
        yield one


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model of random weights."""
    return save_model(tmp_path_factory.mktemp("models") / "ferry-chat")


@pytest.fixture(scope="module")
def adapter(tiny: Path) -> Path:
    return save_adapter(tiny.with_name("support"), tiny)


@pytest.fixture
def hub(tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A hub with the tiny model, and an empty cache for what is downloaded."""
    files = {file.name: file.read_bytes() for file in tiny.iterdir()}
    with hub_server.serving({HUB_NAME: files}) as one:
        monkeypatch.setenv("HF_ENDPOINT", one.address)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield one


@pytest.fixture
def page(app: Callable[..., Any]) -> Callable[[], Any]:
    """Opens the page, which must not fail."""

    def opened_page() -> Any:
        session = app(PAGE)
        assert not session.exception
        return session

    return opened_page


def badges(session: Any) -> str:
    return " ".join(str(one.value) for one in session.markdown if "-badge[" in str(one.value))


def fill(session: Any, **values: str) -> Any:
    """Type into fields of the dialog by their keys."""
    for key, value in values.items():
        session.text_input(key=key).set_value(value)
    return session


def press_add(session: Any) -> Any:
    next(one for one in session.button if one.label == "Add").click().run()
    assert not session.exception
    return session


def open_form(session: Any, *, server: bool = False) -> Any:
    session.button(key="add_model").click().run()
    if server:
        session.segmented_control(key="model_kind").set_value("Behind a server").run()
    assert not session.exception
    return session


def add_server(session: Any, address: str, *, tuned: bool = False) -> Any:
    """Add the first model of a server through the form, with the fine-tuned one beside it."""
    fill(open_form(session, server=True), server_address=address).run()
    session.button(key="look_up_models").click().run()
    session.selectbox(key="server_model").set_value(MODELS[0])
    if tuned:
        session.selectbox(key="server_tuned").set_value(MODELS[1])
    return press_add(session)


def choose(session: Any, model: str) -> Any:
    """Choose a model that the server is known to have: AppTest cannot type into a select box."""
    session.session_state["server_models"] = [model]
    session.run().selectbox(key="server_model").set_value(model)
    return session


def add_folder(session: Any, folder: Path) -> Any:
    return press_add(fill(open_form(session), model_source=str(folder)))


def try_out(opened: Any, session: Any, name: str) -> Any:
    session.button(key=f"test_{name}").click().run()
    wait_until(lambda: not opened.trials.get(name).running, "no answer", patience=TIMEOUT)
    return session.run()


def test_models_that_come_with_openbook_are_told_and_stay(page, opened):
    session = page()
    assert "Extractive reader" in words(session)
    assert "Default" in badges(session)
    assert not opened.models.record("reader")
    assert "remove_reader" not in {button.key for button in session.button}


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


def test_name_that_is_taken_is_refused(page, opened, tiny):
    session = add_folder(page(), tiny)
    session = press_add(fill(open_form(session), model_source=str(tiny)))
    assert "There is a model 'ferry-chat' already" in words(session)


@pytest.mark.parametrize(
    ("source", "said"),
    [("", "Give the name"), ("/nowhere/at/all", "There is no folder"), ("a b", "a b")],
)
def test_folder_that_holds_no_model_is_told_in_the_form(page, opened, source, said):
    before = list(opened.models)
    session = press_add(fill(open_form(page()), model_source=source))
    assert said in words(session)
    assert list(opened.models) == before


def test_folder_is_loaded_tried_out_and_unloaded(page, opened, tiny):
    session = add_folder(page(), tiny)
    assert "kB on disk" in words(session) and "in memory" not in words(session)
    session = try_out(opened, session, "ferry-chat")
    assert "First word after" in words(session)
    assert "In memory" in badges(session) and "kB in memory" in words(session)
    session.button(key="load_ferry-chat").click().run()
    wait_until(lambda: opened.models["ferry-chat"].status == "ready", "it stayed in memory")
    assert "In memory" not in badges(session.run())


def test_adapter_is_added_published_rolled_back_and_removed(page, opened, tiny, adapter):
    session = add_folder(page(), tiny)
    for _ in range(2):
        session.button(key="add_adapter_ferry-chat").click().run()
        fill(session, adapter_folder=str(adapter), adapter_name="support")
        session = press_add(session)
    first, second = opened.models.adapters("ferry-chat")
    assert (second.version, second.state) == (2, AdapterState.CANDIDATE)
    for one in (first, second):
        session.button(key=f"publish_{one.id}").click().run()
    assert opened.models.fine_tuned("ferry-chat").name == "ferry-chat+support-v2"
    assert "Published" in badges(session) and "Archived" in badges(session)
    session.button(key=f"publish_{second.id}").click().run()
    assert opened.models.fine_tuned("ferry-chat").name == "ferry-chat+support"
    session.button(key=f"remove_{second.id}").click().run()
    session.button(key="confirm").click().run()
    assert not session.exception
    assert [one.id for one in opened.models.adapters("ferry-chat")] == [first.id]
    assert (adapter / "adapter_config.json").exists()


def add_adapter(session: Any, folder: Path) -> Any:
    session.button(key="add_adapter_ferry-chat").click().run()
    return press_add(fill(session, adapter_folder=str(folder), adapter_name="support"))


def test_adapter_with_a_red_report_asks_for_a_reason(page, opened, tiny, adapter, tmp_path):
    made = shutil.copytree(adapter, tmp_path / "made")
    guard = Guard("quotes", "Exact quotes", 1.0, 0.5, "", True, "Only 50% of quotes are exact.")
    run = TrainingRun(
        "run1", "support", "ferry-chat", str(tiny), {}, NOW, report=Report({}, (guard,))
    )
    write_card(made, run, made_at=NOW, examples=None, document_change=0)
    session = add_adapter(add_folder(page(), tiny), made)
    [one] = opened.models.adapters("ferry-chat")
    assert "1 check of 1 warns: Only 50% of quotes are exact." in words(session)
    session.button(key=f"publish_{one.id}").click().run()
    session.button(key="confirm").click().run()
    assert "give a reason to publish it all the same" in words(session)
    assert opened.models.fine_tuned("ferry-chat") is None
    session.text_area(key="publish_reason").set_value("It *only* greets.")
    session.button(key="confirm").click().run()
    assert not session.exception
    assert opened.models.fine_tuned("ferry-chat").name == "ferry-chat+support"
    assert "Published all the same: It *only* greets." in words(session)


def test_adapter_is_archived_and_published_again(page, opened, tiny, adapter):
    session = add_adapter(add_folder(page(), tiny), adapter)
    [one] = opened.models.adapters("ferry-chat")
    session.button(key=f"archive_{one.id}").click().run()
    assert "ferry-chat+support" not in opened.models
    assert f"archive_{one.id}" not in {button.key for button in session.button}
    session.button(key=f"publish_{one.id}").click().run()
    assert opened.models.fine_tuned("ferry-chat").name == "ferry-chat+support"


def test_adapter_is_merged_into_a_model_in_the_home(page, opened, tiny, adapter):
    session = add_adapter(add_folder(page(), tiny), adapter)
    [one] = opened.models.adapters("ferry-chat")
    session.button(key=f"export_{one.id}").click().run()
    assert [download.label for download in session.get("download_button")] == ["Download as zip"]
    session.button(key="merge").click().run()
    assert not session.exception
    folder = opened.settings.home / "exports" / "ferry-chat+support"
    assert (folder / "model.safetensors").exists()
    assert "The model is in" in session.success[0].value


def test_folder_without_an_adapter_is_told_in_the_form(page, opened, tiny):
    session = add_folder(page(), tiny)
    session.button(key="add_adapter_ferry-chat").click().run()
    session = press_add(fill(session, adapter_folder=str(tiny), adapter_name="support"))
    assert "not the folder of a PEFT adapter" in words(session)
    assert not opened.models.adapters("ferry-chat")


def test_model_is_removed_after_a_confirmation_and_its_files_stay(page, opened, tiny):
    session = add_folder(page(), tiny)
    session.button(key="remove_ferry-chat").click().run()
    assert "ferry-chat" in opened.models
    assert str(tiny) in words(session)
    session.button(key="confirm").click().run()
    assert not session.exception
    assert "ferry-chat" not in opened.models
    assert (tiny / "config.json").exists()


def test_model_on_the_hub_is_downloaded_with_progress(page, opened, hub):
    hub.open.clear()
    session = press_add(fill(open_form(page()), model_source=HUB_NAME))
    wait_until(lambda: opened.downloads.get(HUB_NAME).total > 0, "nothing was told")
    session.run()
    assert "Not downloaded" in badges(session)
    assert [one.label for one in session.button if one.key == f"Cancel_{HUB_NAME}"] == ["Cancel"]
    hub.open.set()
    wait_until(lambda: not opened.downloads.get(HUB_NAME).running, "it did not end")
    assert opened.downloads.get(HUB_NAME).state is DownloadState.DONE
    assert "kB on disk" in words(session.run())
    assert opened.models["tiny"].status == "ready"


def test_download_is_cancelled_and_can_be_begun_again(page, opened, hub):
    hub.open.clear()
    session = press_add(fill(open_form(page()), model_source=HUB_NAME))
    session.button(key=f"Cancel_{HUB_NAME}").click().run()
    assert opened.downloads.get(HUB_NAME).state is DownloadState.CANCELLED
    hub.open.set()
    session.button(key=f"Download_{HUB_NAME}").click().run()
    wait_until(lambda: not opened.downloads.get(HUB_NAME).running, "it did not end")
    assert opened.models["tiny"].status == "ready"


def test_missing_network_is_told_honestly(page, opened, hub, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    session = press_add(fill(open_form(page()), model_source=HUB_NAME))
    wait_until(lambda: not opened.downloads.get(HUB_NAME).running, "it did not end")
    assert "cannot be reached; check the network connection" in words(session.run())


def test_downloaded_files_are_deleted_when_that_is_chosen(page, opened, hub, tmp_path):
    session = press_add(fill(open_form(page()), model_source=HUB_NAME))
    wait_until(lambda: not opened.downloads.get(HUB_NAME).running, "it did not end")
    session.run().button(key="remove_tiny").click().run()
    session.checkbox(key="delete_files").set_value(True).run()
    session.button(key="confirm").click().run()
    assert not session.exception
    assert "tiny" not in opened.models
    assert not list((tmp_path / "hf").rglob("*.safetensors"))


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
