"""What the browser tests share: Chromium, the server, and people who visit it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from assistant.library import SAMPLES
from tests.browser.server import Server, running
from tests.browser.visitor import CHROMIUM, FLAGS, Visitor, visiting

UPLOADED = ("annual-report.pdf", "employee-handbook.pdf")
SCRIPT: list[dict[str, Any]] = [
    {"match": "^Slowly", "delay": 0.2, "reply": "Lost property is kept for 90 days [1]. " * 5},
    {"match": "^Forever", "delay": 0.15, "reply": "Lost property is kept for 90 days [1]. " * 99},
    {"match": "^Failing", "error": "The scripted model was told to fail."},
    {
        "match": "^Markup",
        "reply": "![x](https://example.com/x.png) <img src=https://example.com/y.png> "
        "Lost property is **kept** for 90 days [1]. It is sold in June [7].",
    },
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything beside this file drives a browser; on a busy machine one may be too slow to see
    what is only there for seconds, so a test that fails is run once more, which pytest tells."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def openbook(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all tests that do not disturb each other; two PDFs were uploaded to it through
    the page, and it must close cleanly after all of them."""
    home = tmp_path_factory.mktemp("browser") / "home"
    with running(Server(home, script=SCRIPT)) as server:
        with visiting(browser, server.address) as visitor:
            visitor.visit("/documents")
            visitor.upload(*(SAMPLES / name for name in UPLOADED))
            visitor.wait_for_rows(*UPLOADED)
        server.wait_until_ready()
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server on an empty home for one test alone, which starts it."""
    server = Server(tmp_path / "own")
    yield server
    server.kill_group()


@pytest.fixture
def arrive(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes people come to a server; keywords are Playwright's for a browser context. None of their
    browsers may complain or ask another machine for anything."""
    with ExitStack() as people:
        came: list[Visitor] = []

        def come(server: Server, **look: Any) -> Visitor:
            came.append(people.enter_context(visiting(browser, server.address, **look)))
            return came[-1]

        yield come
        assert [url for visitor in came for url in visitor.strangers] == []
        assert [words for visitor in came for words in visitor.complaints] == []


@pytest.fixture
def visitor(arrive: Callable[..., Visitor], openbook: Server) -> Visitor:
    """A person at the shared server who has opened nothing yet."""
    return arrive(openbook)
