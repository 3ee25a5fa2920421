"""Adapters in the catalogue: published, archived, exported, merged, removed."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from assistant.errors import BadInput, ModelUnavailable
from assistant.models.catalog import ModelCatalog
from assistant.models.weights import AdapterFiles
from assistant.training import registry
from assistant.training.card import write_card
from store.errors import NotFound
from store.model_records import Adapter, AdapterState, HuggingFaceModel
from store.store import Store
from store.training_records import Guard, Report, RunState, TrainingRun
from tests.models.catalog.conftest import NOW

SCHEMA = {"type": "object", "properties": {"kept": {"type": "boolean"}}}
RED = Guard("quotes", "Exact quotes", 1.0, 0.5, "at most 5%", True, "Only 50% are exact.")


def made_by_run(store: Store, adapter: AdapterFiles, *guards: Guard) -> Adapter:
    """A candidate of a run whose report has these guards."""
    run = TrainingRun(
        "run1", "support", "tiny", "", {}, NOW, state=RunState.DONE, report=Report({}, guards)
    )
    store.training_runs.add(run)
    return store.adapters.add("tiny", "support", str(adapter.folder), run_id="run1")


def test_adapters_are_models_of_their_own(with_adapters):
    assert list(with_adapters) == ["reader", "tiny", "tiny+support", "tiny+support-v2"]
    assert [entry.name for entry in with_adapters.bases()] == ["reader", "tiny"]
    entry = with_adapters["tiny+support-v2"]
    assert (entry.title, entry.base, entry.kind) == ("Tiny + support-v2", "tiny", "huggingface")
    names = ("tiny", "tiny+support", "tiny+support-v2")
    said = {with_adapters[n].open().invoke([HumanMessage("Hi")], max_tokens=20).text for n in names}
    assert len(said) == 3


def test_published_adapter_is_the_fine_tuned_model(with_adapters, open_catalog):
    first, second = with_adapters.adapters("tiny")
    assert with_adapters.fine_tuned("tiny") is None
    with_adapters.publish(first.id)
    assert with_adapters.fine_tuned("tiny").name == "tiny+support"
    with_adapters.publish(second.id)
    assert open_catalog().fine_tuned("tiny").name == "tiny+support-v2"
    assert list(with_adapters) == ["reader", "tiny", "tiny+support-v2"]
    with_adapters.roll_back("tiny")
    assert list(with_adapters) == ["reader", "tiny", "tiny+support"]
    assert with_adapters.roll_back("tiny") is None
    assert with_adapters.fine_tuned("tiny") is None
    with pytest.raises(NotFound):
        with_adapters.roll_back("tiny")


def test_adapter_that_cannot_be_used_is_refused(with_adapters, tiny_adapters, tmp_path):
    folder = tiny_adapters[0].folder
    with pytest.raises(ModelUnavailable, match="There is no folder"):
        with_adapters.add_adapter(tmp_path / "gone", "tiny", "support")
    with pytest.raises(BadInput, match="Extractive reader cannot take adapters"):
        with_adapters.add_adapter(folder, "reader", "support")
    with pytest.raises(BadInput, match="'support-v3' cannot be used"):
        with_adapters.add_adapter(folder, "tiny", "support-v3")
    with pytest.raises(ModelUnavailable, match="no model 'gone'"):
        with_adapters.add_adapter(folder, "gone", "support")
    assert len(with_adapters.adapters()) == 2


def test_removing_takes_one_adapter_or_the_model_with_all(with_adapters, tiny_adapters):
    with_adapters.remove("tiny+support")
    assert list(with_adapters) == ["reader", "tiny", "tiny+support-v2"]
    running = with_adapters["tiny"].open()
    with_adapters.remove("tiny")
    assert list(with_adapters) == ["reader"]
    assert with_adapters.adapters() == []
    assert tiny_adapters[0].folder.is_dir()
    with pytest.raises(ModelUnavailable, match="was removed"):
        running.invoke("Hi")


def test_archived_version_can_be_removed(with_adapters):
    first, second = with_adapters.adapters("tiny")
    for adapter in (first, second):
        with_adapters.publish(adapter.id)
    with_adapters.remove_adapter(first.id)
    assert [adapter.id for adapter in with_adapters.adapters()] == [second.id]
    assert with_adapters.roll_back("tiny") is None


def test_decisions_on_shipped_adapters_outlive_a_new_start_elsewhere(
    shipped, open_catalog, settings, store, tmp_path
):
    open_catalog().roll_back("openbook-mini")
    moved = shipped.rename(tmp_path / "elsewhere")
    catalog = ModelCatalog(settings, store, weights=moved)
    [adapter] = catalog.adapters("openbook-mini")
    assert adapter.state is AdapterState.ARCHIVED
    assert Path(adapter.folder) == moved / "adapters" / "support"
    catalog.publish(adapter.id)
    assert catalog["openbook-mini+support"].open().invoke([HumanMessage("Hi")], max_tokens=3).text
    catalog.close()


def test_adapter_with_a_red_report_is_published_with_a_reason_only(
    open_catalog, store, local_model, tiny_adapters
):
    made = made_by_run(store, tiny_adapters[0], RED)
    catalog = open_catalog()
    catalog.add(local_model)
    for reason in ("", "  "):
        with pytest.raises(BadInput, match=r"support warns \(Exact quotes\); give a reason"):
            catalog.publish(made.id, reason=reason)
    assert catalog.fine_tuned("tiny") is None
    assert catalog.publish(made.id, reason=" It only greets. ").reason == "It only greets."
    catalog.archive(made.id)
    assert catalog.publish(made.id).state is AdapterState.PUBLISHED  # the reason still stands


def test_adapter_whose_report_is_in_order_needs_no_reason(
    open_catalog, store, local_model, tiny_adapters
):
    made = made_by_run(store, tiny_adapters[0], replace(RED, red=False))
    catalog = open_catalog()
    catalog.add(local_model)
    assert catalog.publish(made.id).state is AdapterState.PUBLISHED


def test_red_report_on_a_card_asks_for_a_reason_too(with_adapters, tiny_adapters, tmp_path):
    folder = shutil.copytree(tiny_adapters[0].folder, tmp_path / "elsewhere")
    run = TrainingRun(
        "gone", "support", "tiny", str(tmp_path), {}, NOW, report=Report({}, (RED,)), schema=SCHEMA
    )
    write_card(folder, run, made_at=NOW, examples=None, document_change=0)
    adapter = with_adapters.add_adapter(folder, "tiny", "other")
    assert adapter.schema == SCHEMA
    with pytest.raises(BadInput, match="give a reason"):
        with_adapters.publish(adapter.id)


def test_archived_adapter_answers_nothing_until_it_is_published_again(with_adapters):
    first, second = with_adapters.adapters("tiny")
    with_adapters.publish(first.id)
    with_adapters.archive(second.id)
    assert list(with_adapters) == ["reader", "tiny", "tiny+support"]
    with_adapters.archive(first.id)
    assert with_adapters.fine_tuned("tiny") is None
    with_adapters.publish(second.id)
    assert with_adapters.fine_tuned("tiny").name == "tiny+support-v2"
    assert with_adapters.roll_back("tiny") is None  # the first was put away on purpose


def test_exported_adapter_comes_back_and_answers_the_same(with_adapters, tiny_adapters, settings):
    exported = registry.export_zip(with_adapters.adapters("tiny")[0], with_adapters)
    adapter = with_adapters.add_adapter(io.BytesIO(exported), "tiny", "back")
    assert Path(adapter.folder).parent == settings.home / "adapters"
    said = {
        with_adapters[name].open().invoke([HumanMessage("Hi")], max_tokens=20).text
        for name in ("tiny+support", "tiny+back")
    }
    assert len(said) == 1
    with_adapters.remove_adapter(adapter.id)
    assert not Path(adapter.folder).exists()
    assert tiny_adapters[0].folder.is_dir()


def test_files_in_the_home_go_with_their_model(with_adapters):
    first = with_adapters.adapters("tiny")[0]
    exported = registry.export_zip(first, with_adapters)
    adapter = with_adapters.add_adapter(io.BytesIO(exported), "tiny", "back")
    with_adapters.remove("tiny")
    assert not Path(adapter.folder).exists()
    assert Path(first.folder).is_dir()


def test_merged_model_can_be_added_and_answers_as_the_adapter(with_adapters, settings):
    adapter = with_adapters.adapters("tiny")[0]
    folder = registry.merge(adapter, with_adapters, settings.home)
    assert folder == settings.home / "exports" / "tiny+support"
    with_adapters.add(HuggingFaceModel("merged", "Merged", NOW, str(folder)))
    said = {
        with_adapters[name].open().invoke([HumanMessage("Hi")], max_tokens=20).text
        for name in ("tiny+support", "merged")
    }
    assert len(said) == 1


def test_adapter_made_for_other_weights_is_told(with_adapters, tiny_adapters, store, tmp_path):
    folder = shutil.copytree(tiny_adapters[0].folder, tmp_path / "made")
    for source, told in ((tiny_adapters[0].folder, 1), (with_adapters.folder("tiny"), 0)):
        run = TrainingRun("run", "support", "tiny", str(source), {}, NOW)
        write_card(folder, run, made_at=NOW, examples=None, document_change=0)
        adapter = with_adapters.add_adapter(folder, "tiny", "made")
        assert len(registry.moved_on(adapter, store, with_adapters)) == told
    without_card = with_adapters.adapters("tiny")[0]
    assert registry.moved_on(without_card, store, with_adapters) == []
