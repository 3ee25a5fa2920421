"""Takes a picture of every page, light and dark, wide and narrow, empty and full, into a folder.

    python -m tests.browser.screenshots [FOLDER]

It starts Openbook on an empty home of its own, adds the sample documents, asks a few questions, and
says so when the browser asked any other machine for anything.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import expect, sync_playwright

from tests.browser.server import PATIENCE, ROOT, Server, running, wait_until
from tests.browser.visitor import CHROMIUM, FLAGS, SCRIPTED, WIDE, Visitor, visiting

NARROW = (390, 844)
LOOKS = {
    "light": ("light", WIDE),
    "dark": ("dark", WIDE),
    "narrow": ("light", NARROW),
    "narrow-dark": ("dark", NARROW),
}
ANSWER = "How long is lost property kept at the ticket office?"
TABLE = "How many passengers were carried in 2024?"
FOLLOW_UP = "And in 2021?"
LEAVE = "How many days of annual leave do full-time staff ashore have?"
REFUSED = "Who won the football world cup in 1998?"
SLOW = "Slowly: how long is lost property kept at the ticket office?"
MARKED = "Marked: how long is lost property kept at the ticket office?"
FAILING = "Failing: how long is lost property kept at the ticket office?"
SCRIPT: list[dict[str, Any]] = [
    {"match": "^Slowly", "delay": 0.4, "reply": "Lost property is kept for 90 days [1]. " * 9},
    {"match": "^Failing", "error": "The model did not answer; check that it is running."},
    {
        "match": "^Marked",
        "reply": "Lost property is kept at the **ticket office** for 90 days [1].\n\n"
        "- After that it goes to a charity shop in Aldermouth [1]\n"
        "- Wallets are kept for 400 days [2]\n"
        "- Umbrellas may be borrowed",
    },
]


class Camera:
    """A person who takes pictures in one look."""

    def __init__(self, visitor: Visitor, folder: Path, look: str) -> None:
        self.visitor = visitor
        self.page = visitor.page
        self._folder = folder
        self._look = look

    def take(self, name: str) -> None:
        """A picture of what is on the screen, once charts and tables have been drawn."""
        self.page.wait_for_timeout(1500)
        self.page.screenshot(path=self._folder / f"{name}-{self._look}.png")

    def take_at(self, name: str, path: str) -> None:
        self.visitor.visit(path)
        self.take(name)


def empty(camera: Camera) -> None:
    """Every page of an empty library, and addresses of nothing."""
    for name, path in (
        ("empty-chat", "/"),
        ("empty-documents", "/documents"),
        ("empty-compare", "/compare"),
        ("empty-traces", "/traces"),
        ("empty-fine-tuning", "/fine_tuning"),
        ("empty-runs", "/fine_tuning?part=Runs"),
        ("models", "/models"),
        ("unknown-trace", "/traces?id=nothing"),
        ("unknown-document", "/documents?document=nothing"),
    ):
        camera.take_at(name, path)


def fill(camera: Camera, server: Server) -> dict[str, str]:
    """Add the samples and ask questions in the browser; returns the addresses to picture."""
    visitor, page = camera.visitor, camera.page
    visitor.visit()
    visitor.press("Try with sample documents")
    wait_until(lambda: server.health()["unfinished_jobs"] > 0, "the samples were not taken in")
    camera.take("chat-reading")
    camera.take_at("documents-reading", "/documents")
    server.wait_until_ready()
    refuse_files(camera)
    visitor.visit()
    for question in (ANSWER, TABLE, FOLLOW_UP):
        visitor.ask(question)
    found = {"chat": visitor.path}
    link = visitor.answers.last.get_by_role("link", name="Why this answer")
    found["trace"] = f"/{link.get_attribute('href')}"
    new_conversation(visitor)
    visitor.show_sources(visitor.ask(LEAVE))
    camera.take("sources")
    new_conversation(visitor)
    refused = visitor.ask(REFUSED)
    found["refused"] = visitor.path
    link = refused.get_by_role("link", name="Why this answer")
    found["trace-refused"] = f"/{link.get_attribute('href')}"
    new_conversation(visitor)
    found |= {"marked": scripted(camera), "compare": compared(camera)}
    return found | tuned(camera) | {"document": opened(visitor, page)}


def new_conversation(visitor: Visitor) -> None:
    visitor.new_conversation()
    expect(visitor.answers).to_have_count(0)


def refuse_files(camera: Camera) -> None:
    """A file that cannot be read and one that is there already stay on the Documents page."""
    camera.visitor.upload(
        {"name": "torn.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 torn"},
        {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""},
    )
    main = camera.page.get_by_role("main")
    expect(main.get_by_role("button", name="Retry")).to_be_visible(timeout=PATIENCE * 1000)


def scripted(camera: Camera) -> str:
    """A conversation with the scripted model: verdicts of every kind, a failure, a stopped one."""
    visitor = camera.visitor
    visitor.choose_model(SCRIPTED)
    marked = visitor.ask(MARKED)
    visitor.press("Answer again with…", marked)
    camera.take("answer-again")
    wanted = "Scripted replies, without retrieval"
    camera.page.get_by_role("menuitem", name=wanted).click()
    visitor.finished(visitor.answers.filter(has_text=wanted))
    visitor.ask(FAILING)
    visitor.send(SLOW)
    expect(camera.page.locator(".caret")).to_be_visible(timeout=PATIENCE * 1000)
    camera.take("chat-writing")
    visitor.press("Stop", visitor.answers.last)
    visitor.finished(visitor.answers.last)
    return visitor.path


def compared(camera: Camera) -> str:
    """The address of a comparison that was voted on blind, with the difference of two answers."""
    visitor, page = camera.visitor, camera.page
    visitor.go_to("Compare")
    box = page.get_by_role("combobox", name="Columns")
    for title in (SCRIPTED, f"{SCRIPTED} + retrieval"):
        box.click()
        page.get_by_role("option", name=title, exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_text("Blind", exact=True).click()
    page.get_by_role("textbox", name="Question").fill(MARKED)
    visitor.press("Compare")
    vote = page.get_by_role("button", name="Answer A")
    expect(vote).to_be_visible(timeout=PATIENCE * 1000)
    camera.take("compare-blind")
    vote.click()
    expect(page.get_by_text("Your vote")).to_be_visible()
    return visitor.path


def tuned(camera: Camera) -> dict[str, str]:
    """The addresses of a set of examples and its parts, of a run and of what came of it."""
    visitor, page = camera.visitor, camera.page
    visitor.go_to("Fine-tuning")
    mend(camera)
    visitor.press("Try with the sample examples")
    expect(page.get_by_text("200 examples ready")).to_be_visible(timeout=PATIENCE * 1000)
    found = {"examples": visitor.path}
    page.get_by_role("tab", name="Add").click()
    camera.take("examples-add")
    visitor.press("Propose")
    expect(page.get_by_text("50 examples proposed")).to_be_visible(timeout=PATIENCE * 1000)
    for view in ("Review", "Check"):
        page.get_by_role("tab", name=view).click()
        visitor.settled()
        camera.take(f"examples-{view.lower()}")
    page.get_by_text("Runs", exact=True).click()
    expect(page.get_by_text("unless it stops early")).to_be_visible(timeout=PATIENCE * 1000)
    camera.take("runs-new")
    visitor.press("Start")
    expect(page.get_by_text("Training: step 2")).to_be_visible(timeout=5 * PATIENCE * 1000)
    camera.take("run-live")
    found["run"] = visitor.path
    see = page.get_by_role("button", name="See how it does against its base")
    expect(see).to_be_visible(timeout=10 * PATIENCE * 1000)
    see.click()
    expect(page.get_by_role("heading", name="Is it in order?")).to_be_visible()
    return found | {"result": visitor.path}


def mend(camera: Camera) -> None:
    """A file with rows that cannot be used, before anything of it is kept."""
    rows = "question,answer\nWhat is kept?,Lost property.\nWho asks?,\nHow,long,is it?\n"
    box = camera.page.get_by_test_id("stFileUploaderDropzone").locator("input")
    box.set_input_files({"name": "harbour.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    expect(camera.page.get_by_text("Line 3")).to_be_visible()
    camera.take("examples-mend")
    camera.visitor.visit("/fine_tuning")


def opened(visitor: Visitor, page: Any) -> str:
    """The address of a document's second page."""
    visitor.go_to("Documents")
    visitor.wait_for_rows("service-guide.pdf")
    visitor.open_row("service-guide.pdf")
    page.wait_for_url("**document=*")
    return f"{visitor.path}&page=3"


def full(camera: Camera, addresses: dict[str, str]) -> None:
    """Every page of a full library."""
    camera.take_at("chat-new", "/")
    for name, path in addresses.items():
        camera.take_at(name, path)
    camera.take_at("compare-ratings", "/compare?view=Ratings")
    for part in ("Examples", "Runs", "Results", "Embedding+model"):
        camera.take_at(f"fine-tuning-{part.partition('+')[0].lower()}", f"/fine_tuning?part={part}")
    camera.take_at("traces", "/traces")
    camera.take_at("documents", "/documents")
    camera.visitor.visit(addresses["trace"])
    for heading in ("Candidates", "Prompt"):
        camera.page.get_by_role("heading", name=heading).scroll_into_view_if_needed()
        camera.take(f"trace-{heading.lower()}")
    camera.visitor.visit(addresses["chat"])
    camera.visitor.answers.first.get_by_role("button", name="Show the passage").first.click()
    dialog = camera.page.get_by_role("dialog")
    expect(dialog.get_by_role("img").last).to_be_visible(timeout=PATIENCE * 1000)
    camera.take("source")
    camera.page.get_by_test_id("stDialog").get_by_role("img").last.hover()
    camera.page.mouse.wheel(0, 500)
    camera.take("source-scrolled")


def photograph(folder: Path, home: Path) -> list[str]:
    """Take all pictures; returns the addresses of other machines that were asked."""
    server = Server(home, script=SCRIPT)
    with running(server), sync_playwright() as playwright, ExitStack() as people:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        cameras = []
        for look, (scheme, (width, height)) in LOOKS.items():
            size = {"width": width, "height": height}
            visitor = people.enter_context(
                visiting(browser, server.address, color_scheme=scheme, viewport=size)
            )
            cameras.append(Camera(visitor, folder, look))
        each(cameras, empty)
        addresses = fill(cameras[0], server)
        each(cameras, lambda camera: full(camera, addresses))
        return sorted({url for camera in cameras for url in camera.visitor.strangers})


def each(cameras: list[Camera], act: Callable[[Camera], None]) -> None:
    for camera in cameras:
        act(camera)


def main() -> int:
    parser = argparse.ArgumentParser(description="Take a picture of every page.")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "build" / "screenshots")
    folder: Path = parser.parse_args().folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="openbook-screenshots-") as home:
        strangers = photograph(folder, Path(home) / "home")
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")
    for url in strangers:
        print(f"asked another machine: {url}")
    return 1 if strangers else 0


if __name__ == "__main__":
    sys.exit(main())
