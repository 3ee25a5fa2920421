"""Seconds from the command to the first usable page, the first time and the second, and to answers.

    python -m benchmarks.start [--json]

A page is usable once a question can be typed into it in a real browser. The first start is on an
empty home, so what is made once (the embedding model for this machine) is made then.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from assistant.library import SAMPLES
from tests.browser.server import Server, running
from tests.browser.visitor import CHROMIUM, FLAGS, Visitor, visiting

DOCUMENT = SAMPLES / "employee-handbook.pdf"
QUESTION = "How long is lost property kept at the ticket office?"

# Looked for by the browser itself at every frame; Playwright's locators look twice a second.
EDITABLE = "() => document.querySelector('textarea:enabled')"
ANSWERED = """before => [...document.querySelectorAll('a')]
    .filter(link => link.textContent.includes('Why this answer')).length > before"""


def measure(home: Path) -> dict[str, float]:
    """Start twice on one home; the document is added in between."""
    seconds: dict[str, float] = {}
    server = Server(home)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        _start(server, browser, "first", seconds)
        _start(server, browser, "second", seconds)
        browser.close()
    return seconds


def _start(server: Server, browser: Browser, name: str, seconds: dict[str, float]) -> None:
    """One start until an answer; the first one adds the document before it asks."""
    began = time.monotonic()
    with running(server, until=server.listens), visiting(browser, server.address) as visitor:
        visitor.page.goto(server.address, wait_until="commit")
        visitor.page.wait_for_function(EDITABLE)
        seconds[f"{name} start to page"] = time.monotonic() - began
        if name == "first":
            _add(visitor)
            seconds["first start to document ready"] = time.monotonic() - began
            visitor.go_to("Chat")
        for number in ("first", "next"):
            answers = visitor.answers.count()
            asked = time.monotonic()
            visitor.send(QUESTION)
            visitor.page.wait_for_function(ANSWERED, arg=answers)
            seconds[f"{name} start, {number} answer"] = time.monotonic() - asked
            visitor.settled()
        visitor.page.close()


def _add(visitor: Visitor) -> None:
    visitor.visit("/documents")
    visitor.upload(DOCUMENT)
    visitor.wait_for_rows(DOCUMENT.name)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how soon Openbook can be used.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory(prefix="openbook-start-") as folder:
        seconds = measure(Path(folder) / "home")
    if as_json:
        print(json.dumps({name: round(value, 2) for name, value in seconds.items()}))
        return
    for name, value in seconds.items():
        print(f"{value:6.1f} s  {name}")


if __name__ == "__main__":
    main()
