"""The server's own life: first visits, an empty home, signals, crashes, one owner."""

import json
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from assistant.library import SAMPLES
from tests.browser.server import ROOT, Server, running, wait_until
from tests.browser.visitor import Visitor

PAGES = ("Chat", "Compare", "Traces", "Documents", "Fine-tuning", "Models")
LOST = "How long is lost property kept at the ticket office?"


@pytest.mark.parametrize(("path", "title"), [("/documents", "Documents"), ("/traces", "Traces")])
def test_first_visit_may_be_to_any_page(
    own_server: Server, arrive: Callable[..., Visitor], path: str, title: str
):
    with running(own_server):
        visitor = arrive(own_server)
        visitor.visit(path)
        expect(visitor.page.get_by_role("heading", name=title)).to_be_visible()
        pages = visitor.page.get_by_role("navigation").get_by_role("link")
        expect(pages).to_have_text([re.compile(f"{one}$") for one in PAGES])
        visitor.page.close()


def test_visitor_who_comes_while_it_starts_gets_the_page(
    own_server: Server, arrive: Callable[..., Visitor]
):
    with running(own_server, until=own_server.listens):
        visitor = arrive(own_server)
        visitor.visit("/documents")
        expect(visitor.page.get_by_role("heading", name="Documents")).to_be_visible()
        visitor.page.close()
        own_server.wait_until_ready()


def test_empty_library_leads_to_the_samples_and_to_a_first_answer(
    own_server: Server, arrive: Callable[..., Visitor]
):
    with running(own_server):
        visitor = arrive(own_server)
        visitor.visit()
        expect(visitor.page.get_by_text("The library is empty.")).to_be_visible()
        visitor.press("Try with sample documents")
        visitor.page.get_by_role("radio", name=LOST).click(timeout=120_000)
        visitor.finished(visitor.answers.first)
        expect(visitor.answers.first).to_contain_text("90 days")
        visitor.page.close()
        own_server.wait_until_ready()
        assert own_server.health()["documents"] == 5


def test_killed_server_finishes_the_file_at_its_next_start(
    own_server: Server, arrive: Callable[..., Visitor]
):
    own_server.start()
    visitor = arrive(own_server)
    visitor.visit("/documents")
    visitor.upload(SAMPLES / "employee-handbook.pdf")
    wait_until(lambda: own_server.health()["unfinished_jobs"] == 1, "the file was not taken in")
    visitor.page.close()
    own_server.kill()
    assert own_server.leaves_nothing_running()
    with running(own_server):
        own_server.wait_until_ready()
        visitor = arrive(own_server)
        visitor.visit("/documents")
        visitor.wait_for_rows("employee-handbook.pdf")
        visitor.go_to("Chat")
        expect(visitor.ask(LOST)).to_contain_text("90 days")
        visitor.page.close()


def test_command_line_beside_the_app_is_told_who_owns_the_library(openbook: Server):
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "list", "--json"],
        cwd=ROOT,
        env=openbook.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "in use by the Openbook app" in json.loads(done.stdout)["error"]
    assert "Traceback" not in done.stderr
