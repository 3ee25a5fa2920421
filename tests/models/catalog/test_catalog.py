"""The catalogue offers what comes with Openbook and what was added, and keeps it."""

import pytest
from langchain_core.messages import HumanMessage

from assistant.errors import BadInput, ModelUnavailable
from assistant.models.endpoint_chat import EndpointChat
from assistant.models.local_chat import LocalChat
from store.model_records import EndpointModel, HuggingFaceModel
from tests.models import tiny
from tests.models.catalog.conftest import NOW

SERVER = EndpointModel(
    "llama", "Llama", NOW, "http://127.0.0.1:8000/v1", "llama-3", "llama-3-support"
)


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
