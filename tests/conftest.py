"""What tests share: settings with a home of their own, and a workspace on them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


class _ByFile(LoadScopeScheduling):
    """Of two processes that share the tests, one gets a whole file, and all that drives a browser,
    so that what a file or the browser's tests share is made once."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, _ = nodeid.partition("::")
        folder, _, _ = path.rpartition("/")
        return folder if folder.endswith("browser") else path


@pytest.hookimpl(optionalhook=True)  # none without xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How the tests are shared out; xdist's own groups are lost on this version of pytest."""
    return _ByFile(config, log)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory that OPENBOOK_HOME points at."""
    folder = tmp_path / "home"
    monkeypatch.setenv("OPENBOOK_HOME", str(folder))
    return folder


@pytest.fixture
def settings(home: Path) -> Settings:
    """Settings as the environment gives them, in the temporary home."""
    return Settings.from_environment()


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    """An open workspace: real SQLite, Chroma, Tantivy and embedding model."""
    opened = open_workspace(settings, role="the tests")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Larger data sets kept beside the project; the test is skipped where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the data sets for measuring are not on this machine")
    return SHARED_DATA
