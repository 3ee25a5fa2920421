"""Downloads from a hub on loopback, each by the real process."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import BadInput
from assistant.models.hub import Download, Downloads, DownloadState
from tests.browser.server import wait_until
from tests.hub_server import COMMIT, HubServer, serving

NAME = "ferry/tiny"
WEIGHTS = os.urandom(1 << 20) * 24  # more than the library takes in at once
FILES = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": b"the same for others",
    "onnx/model.safetensors": b"the same for others",
}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A hub with one model that can be used and one that cannot."""
    with serving({NAME: FILES, "ferry/pickled": {"config.json": b"{}"}}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield server


@pytest.fixture
def downloads() -> Iterator[Downloads]:
    made = Downloads()
    yield made
    made.close()


@pytest.fixture
def blobs(hub: HubServer, tmp_path: Path) -> Path:
    return tmp_path / "hf" / "hub" / "models--ferry--tiny" / "blobs"


def get(downloads: Downloads, name: str = NAME) -> Download:
    return next(one for one in downloads.list() if one.name == name)


@pytest.fixture
def ended(downloads: Downloads) -> Callable[[str], Download]:
    """Downloads a model and waits for the end."""

    def download(name: str) -> Download:
        downloads.start(name)
        wait_until(lambda: get(downloads, name).state is not DownloadState.RUNNING, "no end")
        return get(downloads, name)

    return download


def test_what_a_model_needs_is_downloaded_and_nothing_else(hub, ended, blobs):
    assert ended(NAME).state is DownloadState.DONE
    folder = blobs.parent / "snapshots" / COMMIT
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert {file.name for file in folder.iterdir()} == set(FILES) - {
        "pytorch_model.bin",
        "onnx/model.safetensors",
    }


def test_progress_is_told_while_it_runs(hub, downloads):
    hub.open.clear()
    downloads.start(NAME)
    wait_until(lambda: get(downloads).written > 0, "nothing was told")
    now = get(downloads)
    assert now.state is DownloadState.RUNNING
    assert now.written < now.total == len(WEIGHTS) + 4
    assert now.seconds_left is not None and now.seconds_left > 0


def test_cancelled_download_leaves_nothing_incomplete_and_can_be_taken_up(
    hub, downloads, ended, blobs
):
    hub.open.clear()
    downloads.start(NAME)
    wait_until(lambda: get(downloads).written > 0, "nothing was told")
    assert list(blobs.glob("*.incomplete"))
    downloads.cancel(NAME)
    assert get(downloads).state is DownloadState.CANCELLED
    wait_until(lambda: not list(blobs.glob("*.incomplete")), "half a file stayed")
    hub.open.set()
    assert ended(NAME).state is DownloadState.DONE
    assert hub.sent.count("model.safetensors") == 2


def test_closing_ends_the_processes(hub, downloads, blobs):
    hub.open.clear()
    downloads.start(NAME)
    wait_until(lambda: get(downloads).written > 0, "nothing was told")
    downloads.close()
    assert get(downloads).state is DownloadState.CANCELLED
    assert not list(blobs.glob("*.incomplete"))


def test_download_under_way_is_not_begun_twice(hub, downloads):
    hub.open.clear()
    assert downloads.start(NAME).began == downloads.start(NAME).began
    assert len(downloads.list()) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ferry/none", "no model ferry/none"),
        ("ferry/gated", "accept them on"),
        ("ferry/pickled", "safetensors"),
    ],
)
def test_model_that_cannot_be_had_is_told(hub, ended, name, words):
    failed = ended(name)
    assert failed.state is DownloadState.FAILED
    assert words in failed.reason


def test_missing_network_is_told(hub, ended, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "127.0.0.1:9 cannot be reached" in ended(NAME).reason


def test_downloads_that_are_switched_off_are_told(hub, ended, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE" in ended(NAME).reason
    assert not hub.sent


def test_ended_download_can_be_dismissed(hub, downloads, ended):
    ended("ferry/none")
    downloads.dismiss("ferry/none")
    assert not downloads.list()


@pytest.mark.parametrize("name", ["", "/tiny", "ferry/../tiny", "a/b/c", "ferry/ti ny", "-x/y"])
def test_what_is_no_name_is_refused(downloads, name):
    with pytest.raises(BadInput, match="such names look like"):
        downloads.start(name)
    assert not downloads.list()
