"""What tests of ingestion share: a small library at work."""

from collections.abc import Iterator

import pytest

from assistant.settings import Settings
from tests.ingestion.small import opened
from tests.small_library import SmallLibrary


@pytest.fixture
def small(settings: Settings) -> Iterator[SmallLibrary]:
    """An open library without a neural model, whose queue is worked off."""
    with opened(settings) as made:
        yield made
