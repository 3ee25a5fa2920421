"""Adapters on the models page: added, published, archived, merged, removed."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.training.card import write_card
from store.model_records import AdapterState
from store.training_records import Guard, Report, TrainingRun
from tests.pages.conftest import words
from tests.pages.model_page import add_folder, badges, fill, press_add

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def add_adapter(session: Any, folder: Path) -> Any:
    session.button(key="add_adapter_ferry-chat").click().run()
    return press_add(fill(session, adapter_folder=str(folder), adapter_name="support"))


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
