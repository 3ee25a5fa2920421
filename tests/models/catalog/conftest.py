"""The catalogue on a home of its own, with a tiny model, its adapters and shipped weights."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.models.catalog import ModelCatalog
from assistant.settings import Settings
from store.model_records import HuggingFaceModel
from store.store import Store

NOW = datetime(2026, 11, 21, tzinfo=UTC)


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
