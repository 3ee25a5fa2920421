"""The catalogue offers what comes with Openbook and what was added, and keeps it."""

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from assistant.errors import BadInput, ModelUnavailable
from assistant.models.catalog import ModelCatalog
from assistant.models.endpoint_chat import EndpointChat
from assistant.models.local_chat import LocalChat
from assistant.models.weights import AdapterFiles
from assistant.settings import Settings
from assistant.training import registry
from assistant.training.card import write_card
from store.errors import NotFound
from store.model_records import Adapter, AdapterState, EndpointModel, HuggingFaceModel
from store.store import Store
from store.training_records import Guard, Report, RunState, TrainingRun
from tests.models import tiny

SCHEMA = {"type": "object", "properties": {"kept": {"type": "boolean"}}}
NOW = datetime(2026, 11, 21, tzinfo=UTC)
SERVER = EndpointModel(
    "llama", "Llama", NOW, "http://127.0.0.1:8000/v1", "llama-3", "llama-3-support"
)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store(settings.home, role="the tests")
    yield opened
    opened.close()


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """The folder of what comes with Openbook: nothing yet."""
    return tmp_path / "weights"


@pytest.fixture
def open_catalog(
    settings: Settings, store: Store, weights: Path
) -> Iterator[Callable[[], ModelCatalog]]:
    """Opens the catalogue as a new start of Openbook would."""
    opened: list[ModelCatalog] = []

    def open_again() -> ModelCatalog:
        opened.append(ModelCatalog(settings, store, weights=weights))
        return opened[-1]

    yield open_again
    for catalog in opened:
        catalog.close()


@pytest.fixture
def catalog(open_catalog: Callable[[], ModelCatalog]) -> ModelCatalog:
    return open_catalog()


@pytest.fixture
def local_model(tiny_folder: Path) -> HuggingFaceModel:
    return HuggingFaceModel("tiny", "Tiny", NOW, str(tiny_folder))


@pytest.fixture
def with_adapters(catalog, local_model, tiny_adapters) -> ModelCatalog:
    """The tiny model with two candidates: tiny+support and tiny+support-v2."""
    catalog.add(local_model)
    for adapter in tiny_adapters:
        catalog.add_adapter(adapter.folder, "tiny", "support")
    return catalog


@pytest.fixture
def shipped(weights: Path, tiny_folder: Path, tiny_adapters) -> Path:
    """Weights with a model and an adapter, as they come with Openbook."""
    shutil.copytree(tiny_folder, weights / "openbook-mini")
    shutil.copytree(tiny_adapters[0].folder, weights / "adapters" / "support")
    return weights


def test_without_anything_added_there_is_the_reader(catalog):
    assert list(catalog) == ["reader"]
    assert [entry.name for entry in catalog.bases()] == ["reader"]
    assert catalog.fine_tuned("reader") is None
    with pytest.raises(ModelUnavailable, match=r"no model 'gpt'; choose one of: reader\."):
        catalog.find("gpt")


def test_added_model_is_offered_at_once_and_after_a_restart(open_catalog, local_model):
    first = open_catalog()
    entry = first.add(local_model)
    assert (entry.name, entry.title, entry.kind) == ("tiny", "Tiny", "huggingface")
    assert (entry.base, entry.status, entry.condensed) == (None, "ready", False)
    again = open_catalog()
    assert list(again) == list(first) == ["reader", "tiny"]
    assert again.record("tiny") == local_model
    assert isinstance(again["tiny"].open(), LocalChat)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "x" * 81, "/etc"])
def test_name_that_cannot_be_used_is_refused(catalog, name):
    with pytest.raises(BadInput, match="cannot be used"):
        catalog.add(HuggingFaceModel(name, "Bad", NOW, "/models/bad"))


@pytest.mark.parametrize("name", ["tiny", "reader", "openbook-mini"])
def test_name_that_is_taken_is_refused(catalog, local_model, name):
    catalog.add(local_model)
    with pytest.raises(BadInput, match=f"There is a model '{name}' already"):
        catalog.add(HuggingFaceModel(name, "Other", NOW, "/models/other"))


def test_model_that_is_not_there_says_so_in_its_status(catalog, tmp_path):
    entry = catalog.add(HuggingFaceModel("gone", "Gone", NOW, str(tmp_path / "gone")))
    assert entry.status == f"missing: There is no folder {tmp_path / 'gone'}."


def test_endpoint_offers_its_base_and_its_fine_tuned_model(catalog):
    catalog.add(SERVER)
    assert list(catalog) == ["reader", "llama", "llama+llama-3-support"]
    assert [entry.name for entry in catalog.bases()] == ["reader", "llama"]
    tuned = catalog.fine_tuned("llama")
    assert tuned is not None
    assert (tuned.kind, tuned.base, tuned.status) == ("endpoint", "llama", "ready")
    opened = tuned.open()
    assert isinstance(opened, EndpointChat)
    assert opened.model == "llama-3-support"
    catalog.remove(tuned.name)
    assert list(catalog) == ["reader"]


def test_endpoint_without_its_key_says_so(catalog, monkeypatch):
    monkeypatch.delenv("LLAMA_KEY", raising=False)
    catalog.add(EndpointModel("llama", "Llama", NOW, SERVER.address, "l", key_variable="LLAMA_KEY"))
    assert catalog["llama"].status.startswith("missing: The environment variable LLAMA_KEY")
    monkeypatch.setenv("LLAMA_KEY", "secret")
    assert catalog["llama"].status == "ready"


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


def test_removed_model_can_be_added_again(catalog, local_model):
    catalog.add(local_model)
    catalog.remove("tiny")
    catalog.add(local_model)
    assert catalog["tiny"].open().invoke([HumanMessage("Hi")], max_tokens=3).text


def test_what_comes_with_openbook_is_offered_with_its_adapter_published(shipped, open_catalog):
    catalog = open_catalog()
    assert list(catalog) == ["reader", "openbook-mini", "openbook-mini+support"]
    assert catalog["openbook-mini"].kind == "mini"
    assert catalog.fine_tuned("openbook-mini").name == "openbook-mini+support"
    for name in catalog:
        with pytest.raises(BadInput, match="comes with Openbook and"):
            catalog.remove(name)


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


RED = Guard("quotes", "Exact quotes", 1.0, 0.5, "at most 5%", True, "Only 50% are exact.")


def made_by_run(store: Store, adapter: AdapterFiles, *guards: Guard) -> Adapter:
    """A candidate of a run whose report has these guards."""
    run = TrainingRun(
        "run1", "support", "tiny", "", {}, NOW, state=RunState.DONE, report=Report({}, guards)
    )
    store.training_runs.add(run)
    return store.adapters.add("tiny", "support", str(adapter.folder), run_id="run1")


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


def test_model_whose_tokenizer_writes_quotes_reads_condensed_passages(catalog, tmp_path):
    words = tiny.tokenizer("<cite:1>", "</cite>")
    folder = tiny.save_model(tmp_path / "quoting", words=words)
    assert catalog.add(HuggingFaceModel("quoting", "Quoting", NOW, str(folder))).condensed


def test_trial_says_what_came_and_how_fast(with_adapters):
    for name in ("tiny", "tiny+support"):
        trial = with_adapters.test(name)
        assert trial.text
        assert 0 < trial.first_token_seconds < trial.seconds
        assert trial.tokens_per_second
    assert with_adapters.test("reader").tokens_per_second is None


def test_trial_of_a_broken_model_raises_its_sentence(catalog, tmp_path):
    catalog.add(HuggingFaceModel("gone", "Gone", NOW, str(tmp_path / "gone")))
    with pytest.raises(ModelUnavailable, match="There is no folder"):
        catalog.test("gone")


def test_warm_and_unload_change_status_and_memory(with_adapters):
    names = ("tiny", "tiny+support")
    with_adapters.warm("tiny+support")
    with_adapters.test("tiny+support")  # gets in line behind the loading
    assert [with_adapters[name].status for name in names] == ["loaded", "loaded"]
    base, adapter = (with_adapters.use(name) for name in names)
    assert base.memory > adapter.memory > 0
    assert base.disk > adapter.disk > 0
    with_adapters.unload("tiny")
    running = with_adapters["tiny"].open()
    assert isinstance(running, LocalChat)
    running.local.unload().wait()  # gets in line behind the first
    assert [with_adapters[name].status for name in names] == ["ready", "ready"]
    assert [with_adapters.use(name).memory for name in names] == [0, 0]
    assert with_adapters.use("reader").memory == 0
