"""Added models and versions of adapters are kept; one adapter is published for a base."""

from datetime import UTC, datetime

import pytest

from store.errors import NotFound
from store.model_records import AdapterState, EndpointModel, HuggingFaceModel
from store.models import Adapters, Models

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LOCAL = HuggingFaceModel("qwen", "Qwen", NOW, "/models/qwen", "bf16")
SERVER = EndpointModel("llama", "Llama", NOW, "http://127.0.0.1:8000/v1", "llama", "llama-support")


@pytest.fixture
def adapters(database) -> Adapters:
    return Adapters(database)


def states(adapters: Adapters) -> dict[str, str]:
    return {adapter.model: adapter.state for adapter in adapters.all()}


def test_models_of_every_kind_are_kept_in_the_order_they_were_added(reopen):
    reopen().models.add(LOCAL)
    reopen().models.add(SERVER)
    assert list(reopen().models.all()) == [LOCAL, SERVER]


def test_model_of_the_same_name_is_replaced(database):
    models = Models(database)
    models.add(LOCAL)
    models.add(HuggingFaceModel("qwen", "Other", NOW, "/elsewhere"))
    assert [model.title for model in models.all()] == ["Other"]


def test_removing_a_model_forgets_its_adapters(database, adapters):
    models = Models(database)
    models.add(LOCAL)
    adapters.add("qwen", "support", "/adapters/1")
    kept = adapters.add("llama", "support", "/adapters/2")
    models.remove("qwen")
    assert models.all() == []
    assert adapters.all() == [kept]


def test_versions_are_counted_for_each_name_of_a_base(adapters):
    places = [("qwen", "support"), ("qwen", "support"), ("qwen", "legal"), ("llama", "support")]
    made = [adapters.add(base, name, "/somewhere") for base, name in places]
    assert [a.model for a in made] == [
        "qwen+support",
        "qwen+support-v2",
        "qwen+legal",
        "llama+support",
    ]
    assert adapters.all("qwen") == made[:3]
    assert adapters.get(made[2].id) == made[2]


def test_publishing_archives_the_one_before(adapters):
    first, second = (adapters.add("qwen", "support", "/a") for _ in range(2))
    other = adapters.add("llama", "support", "/a")
    adapters.publish(other.id)
    adapters.publish(first.id)
    assert states(adapters)["qwen+support-v2"] == AdapterState.CANDIDATE
    published = adapters.publish(second.id)
    assert published.state is AdapterState.PUBLISHED
    assert states(adapters) == {
        "qwen+support": AdapterState.ARCHIVED,
        "qwen+support-v2": AdapterState.PUBLISHED,
        "llama+support": AdapterState.PUBLISHED,
    }
    assert adapters.publish(second.id) == published


def test_rolling_back_goes_through_what_was_published(adapters):
    first, second, third = (adapters.add("qwen", "support", "/a") for _ in range(3))
    for adapter in (first, third, second):
        adapters.publish(adapter.id)
    back = [adapters.roll_back("qwen"), adapters.roll_back("qwen")]
    assert [adapter and adapter.id for adapter in back] == [third.id, first.id]
    adapters.publish(second.id)  # what was rolled back can be published again
    again = adapters.roll_back("qwen")
    assert again is not None
    assert again.id == first.id
    assert adapters.roll_back("qwen") is None
    assert AdapterState.PUBLISHED not in states(adapters).values()


def test_nothing_published_cannot_be_rolled_back(adapters):
    adapters.add("qwen", "support", "/a")
    with pytest.raises(NotFound, match="No adapter of qwen is published"):
        adapters.roll_back("qwen")


def test_adapter_that_is_gone_cannot_be_published(adapters):
    adapter = adapters.add("qwen", "support", "/a")
    adapters.remove(adapter.id)
    assert adapters.all() == []
    with pytest.raises(NotFound, match="no longer exists"):
        adapters.publish(adapter.id)


def test_adapter_can_be_moved(adapters):
    adapter = adapters.add("qwen", "support", "/a")
    adapters.move(adapter.id, "/b")
    assert adapters.get(adapter.id).folder == "/b"
