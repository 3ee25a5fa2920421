"""A workspace with one small guide, the reader and a scripted model to compare."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from tests.comparison.guide import GUIDE, SCRIPT


@pytest.fixture
def ferries(settings: Settings, tmp_path: Path) -> Iterator[Workspace]:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(SCRIPT))
    opened = open_workspace(Settings.from_environment(script=str(path)), role="the tests")
    job = opened.library.add("guide.txt", GUIDE.encode())
    opened.jobs.wait([job.id])
    yield opened
    opened.close()
