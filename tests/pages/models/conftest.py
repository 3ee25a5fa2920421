"""The models page, and a server, a folder, an adapter and a hub to add from."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import chat_server, hub_server
from tests.chat_server import ChatServer
from tests.hub_server import HubServer
from tests.models.tiny import save_adapter, save_model

PAGE = "pages/settings/models.py"
HUB_NAME = "ferry/tiny"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server.serving() as one:
        yield one


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model of random weights."""
    return save_model(tmp_path_factory.mktemp("models") / "ferry-chat")


@pytest.fixture(scope="session")
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
