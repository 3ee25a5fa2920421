"""An open store in a temporary folder, and a way to open it once more."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.database import Database
from store.store import Store


@pytest.fixture
def reopen(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the store; the one opened before is closed."""
    opened: list[Store] = []

    def open_again() -> Store:
        if opened:
            opened.pop().close()
        opened.append(Store(tmp_path / "data", role="the tests"))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Callable[[], Store]) -> Store:
    return reopen()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "records.sqlite3")
    yield opened
    opened.close()
