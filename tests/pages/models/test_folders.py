"""Models on this machine on the models page: shipped, in a folder, downloaded from the hub."""

import pytest

from assistant.models.hub import DownloadState
from tests.browser.server import wait_until
from tests.pages.conftest import words
from tests.pages.model_page import add_folder, badges, fill, open_form, press_add, try_out
from tests.pages.models.conftest import HUB_NAME


def test_models_that_come_with_openbook_are_told_and_stay(page, opened):
    session = page()
    assert "Extractive reader" in words(session)
    assert "Default" in badges(session)
    assert not opened.models.record("reader")
    assert "remove_reader" not in {button.key for button in session.button}


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
