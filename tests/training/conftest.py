"""A library of one of the sample documents, opened once for all tests that propose examples."""

from collections.abc import Iterator

import pytest

from assistant.library import SAMPLES
from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace


@pytest.fixture(scope="session")
def guides(tmp_path_factory: pytest.TempPathFactory, pytestconfig) -> Iterator[Workspace]:
    """Nothing in it may be changed but sets of examples."""
    settings = Settings.from_environment(
        {},
        home=tmp_path_factory.mktemp("guides"),
    )
    workspace = open_workspace(settings, role="the tests")
    job = workspace.library.add("service-guide.pdf", SAMPLES / "service-guide.pdf")
    workspace.jobs.wait([job.id])
    yield workspace
    workspace.close()
