"""Tiny models and adapters on disk, made once; and a local model on one of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.models.local_model import LocalModel
from assistant.models.weights import AdapterFiles
from tests.models import tiny


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def tiny_adapters(tiny_folder: Path) -> tuple[AdapterFiles, AdapterFiles]:
    """Two adapters for the tiny model that change its answers, each in its own way."""
    folders = [
        tiny.save_adapter(tiny_folder.parent / f"adapter{seed}", tiny_folder, seed=seed)
        for seed in (1, 2)
    ]
    first, second = (AdapterFiles(f.name, f"number {f.name[-1]}", f) for f in folders)
    return first, second


@pytest.fixture
def local(tiny_folder: Path) -> Iterator[LocalModel]:
    model = LocalModel("Tiny", str(tiny_folder))
    yield model
    model.close("The test is over.")
