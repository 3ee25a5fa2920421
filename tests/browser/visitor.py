"""A person at a browser: what they do on the pages, and what their browser complains about."""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    FilePayload,
    Locator,
    Page,
    Request,
    expect,
)

from tests.browser.server import PATIENCE

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WIDE = (1280, 900)
SCRIPTED = "Scripted replies"
HEADER, ROW = 36, 35  # heights in a table
PROBES = ("/_stcore/health", "/_stcore/host-config")

expect.set_options(timeout=15_000)


class Visitor:
    """One tab of one person; `strangers` are addresses of other machines that were asked."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.strangers: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._note_request)
        page.on("websocket", lambda socket: self._note_address(socket.url))
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def visit(self, path: str = "/") -> None:
        """Open an address of the app and wait until the page has been drawn."""
        self.page.goto(self.address + path)
        self.settled()

    def settled(self) -> None:
        """Wait until the page has been drawn as a whole."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")

    def another_tab(self) -> "Visitor":
        """The same person in a second tab."""
        return Visitor(self.page.context.new_page(), self.address)

    @property
    def path(self) -> str:
        """The address shown, without the server."""
        return self.page.url.removeprefix(self.address)

    def go_to(self, title: str) -> None:
        """Choose a page in the navigation."""
        self.page.get_by_role("navigation").get_by_role("link", name=title).click()
        expect(self.page).to_have_title(f"{title} · Openbook")

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def told_of(self, name: str) -> Locator:
        """What is told of one file on its way into the library."""
        return self.page.locator("[class*='st-key-job_']").filter(has_text=name)

    def dismiss(self, name: str) -> None:
        """Put away what is told of one file, and wait until it is gone."""
        card = self.told_of(name)
        self.settled()
        self.press("Dismiss", card)
        expect(card).to_have_count(0)

    # asking

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Ask your documents")

    @property
    def answers(self) -> Locator:
        """The answers of the open conversation, finished or not."""
        return self.page.get_by_role("group", name="Chat message from assistant")

    def new_conversation(self) -> None:
        """Leave the open conversation and wait until its answers are gone from the page."""
        self.press("New conversation")
        expect(self.answers).to_have_count(0)
        self.settled()

    def send(self, question: str) -> None:
        self.box.fill(question)
        self.box.press("Enter")

    def ask(self, question: str) -> Locator:
        """Ask and wait until the answer is finished; returns it as drawn."""
        self.settled()
        number = self.answers.count()
        self.send(question)
        answer = self.answers.nth(number)
        self.finished(answer)
        return answer

    def show_sources(self, answer: Locator) -> None:
        """Open the list of sources below an answer."""
        answer.get_by_text(re.compile(r"^\d+ sources?$")).click()

    def finished(self, answer: Locator) -> None:
        """Wait until an answer is finished: only then it leads to its trace."""
        expect(answer.get_by_role("link", name="Why this answer")).to_be_visible(
            timeout=PATIENCE * 1000
        )
        self.settled()

    def choose_model(self, title: str) -> None:
        """Choose who answers, beside the question box."""
        box = self.page.get_by_role("combobox", name="Model")
        box.click()
        self.page.get_by_role("option", name=title).click()
        expect(box).to_have_value(title)

    def attach(self, file: Path) -> None:
        """Put a file into the box for questions and wait until it can be sent."""
        box = self.page.get_by_test_id("stChatInput")
        with self.page.expect_response(lambda answer: answer.request.method == "PUT"):
            box.locator("input[type=file]").set_input_files(file)
        expect(box).to_contain_text(file.name)
        expect(box.get_by_role("progressbar")).to_have_count(0)

    # documents

    def upload(self, *files: Path | FilePayload) -> None:
        """Put files into the upload box of the Documents page, all at once."""
        chosen: Sequence[Any] = files
        self.page.get_by_test_id("stFileUploaderDropzone").locator("input").set_input_files(chosen)

    def table(self) -> list[list[str]]:
        """The rows of the table on the page, cell by cell as the browser is told them, which is a
        moment after they are drawn."""
        rows = self.page.locator("canvas [role=row]:has([role=gridcell])")
        expect(rows.first).to_be_attached()
        return [row.locator("[role=gridcell]").all_text_contents() for row in rows.all()]

    def wait_for_rows(self, *names: str) -> None:
        """Wait until the table lists all of these."""
        for name in names:
            expect(self._cells(name).first).to_be_attached(timeout=PATIENCE * 1000)

    def wait_until_gone(self, name: str) -> None:
        """Wait until the table does not list this."""
        expect(self._cells(name)).to_have_count(0)

    def _cells(self, name: str) -> Locator:
        return self.page.locator("canvas [role=gridcell]").filter(has_text=re.compile(name))

    def open_row(self, name: str) -> None:
        """Choose the row of the table that begins with this."""
        number = [row[0] for row in self.table()].index(name)
        place = self.page.get_by_test_id("stDataFrame").bounding_box()
        assert place is not None
        self.page.mouse.click(place["x"] + 80, place["y"] + HEADER + ROW * number + ROW / 2)

    # files that come back

    def download(self, name: str) -> str:
        """The text of the file behind a button."""
        with self.page.expect_download() as coming:
            self.press(name)
        return Path(coming.value.path()).read_text(encoding="utf-8")

    def trace_of(self, answer: Locator) -> dict[str, Any]:
        """The trace of an answer as its page hands it out, opened in a second tab."""
        tab = self.another_tab()
        href = answer.get_by_role("link", name="Why this answer").get_attribute("href")
        tab.visit(f"/{href}")
        trace: dict[str, Any] = json.loads(tab.download("Download as JSON"))
        tab.page.close()
        self.strangers += tab.strangers
        self.complaints += tab.complaints
        return trace

    def _note_request(self, request: Request) -> None:
        self._note_address(request.url)

    def _note_address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.strangers.append(url)

    def _note_console(self, message: ConsoleMessage) -> None:
        # On a deep link Streamlit's own client tries out where the server's root is.
        probed = message.location["url"].endswith(PROBES)
        if message.type == "error" and not probed:
            self.complaints.append(f"{message.text} ({message.location['url']})")


@contextmanager
def visiting(browser: Browser, address: str, **look: Any) -> Iterator[Visitor]:
    """A person at the address with a browser profile of their own."""
    width, height = WIDE
    context = browser.new_context(**{"viewport": {"width": width, "height": height}, **look})
    try:
        yield Visitor(context.new_page(), address)
    finally:
        context.close()


def picture_loaded(image: Locator) -> bytes:
    """The bytes of a picture once the browser has drawn it."""
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") > 0
    source = image.evaluate("image => image.currentSrc")
    answer = image.page.request.get(source)
    if not answer.ok:
        raise Error(f"{source}: {answer.status}")
    return answer.body()
