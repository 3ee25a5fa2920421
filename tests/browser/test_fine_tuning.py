"""Fine-tuning in the browser: from a file with a bad row to an answer by the published adapter."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import expect

from assistant.library import SAMPLES
from tests.browser.server import PATIENCE, Server, running
from tests.browser.visitor import Visitor

EXAMPLES = 55  # a few more than the fewest with which a run may begin
TRAINED = 4 * PATIENCE * 1000  # milliseconds
LOST = "How long is lost property kept?"
REASON = "To see whether a person is heard."


def examples_file() -> bytes:
    """Examples of the support voice, then a row without an answer."""
    lines = (SAMPLES / "support-voice.jsonl").read_bytes().splitlines()[:EXAMPLES]
    bad = json.dumps({"question": "When is lost property sold?", "answer": ""})
    return b"\n".join([*lines, bad.encode()])


def import_file(visitor: Visitor) -> None:
    """Import it, mending the bad row."""
    page = visitor.page
    box = page.get_by_test_id("stFileUploaderDropzone").locator("input")
    box.set_input_files(
        {"name": "desk.jsonl", "mimeType": "application/jsonl", "buffer": examples_file()}
    )
    refused = page.locator(f".st-key-refused_{EXAMPLES + 1}")
    expect(refused).to_contain_text("The answer is empty.")
    answer = refused.get_by_role("textbox", name="Answer")
    answer.fill("Thanks for asking! It is sold in June. [1]")
    answer.blur()
    expect(refused).to_contain_text("it can be used now")
    visitor.press(f"Make a set of {EXAMPLES + 1} examples")
    expect(page.get_by_text(f"{EXAMPLES + 1} examples ready.")).to_be_visible()


def drop_first(visitor: Visitor) -> None:
    """Take the tick from the first row of the table."""
    visitor.settled()
    place = visitor.page.get_by_test_id("stDataFrame").bounding_box()
    assert place is not None
    visitor.page.mouse.click(place["x"] + 38, place["y"] + 54)
    told = visitor.page.get_by_text(f"{EXAMPLES} examples ready, 1 dropped.")
    expect(told).to_be_visible()


def start_run(visitor: Visitor) -> None:
    """Begin with a single epoch, which is quick and too little."""
    visitor.page.get_by_text("Runs", exact=True).click()
    epochs = visitor.page.get_by_role("spinbutton", name="Epochs")
    expect(epochs).to_have_value("3")
    epochs.fill("1")
    epochs.press("Enter")
    visitor.settled()
    visitor.press("Start")


def watch(visitor: Visitor) -> None:
    """Follow it from its first step to its end."""
    page = visitor.page
    page.wait_for_url("**run=*")
    chart = page.get_by_test_id("stVegaLiteChart")
    expect(chart).to_be_visible(timeout=TRAINED)
    expect(page.get_by_text("Validation loss").first).to_be_visible()
    page.reload()
    expect(chart).to_be_visible(timeout=TRAINED)
    see = page.get_by_role("button", name="See how it does against its base")
    expect(see).to_be_visible(timeout=TRAINED)
    see.click()


def publish(visitor: Visitor) -> None:
    """Publish it although its report warns: one epoch has not taught it the voice."""
    page = visitor.page
    expect(page.get_by_text(re.compile(r"\d checks? of \d+ warns?"))).to_be_visible()
    expect(page.get_by_text("Exact quotes").first).to_be_visible()
    visitor.press("Publish…")
    dialog = page.get_by_role("dialog")
    visitor.press("Publish", dialog)
    expect(dialog).to_contain_text("give a reason")
    reason = dialog.get_by_role("textbox", name="Reason")
    reason.fill(REASON)
    reason.blur()
    visitor.press("Publish", dialog)
    expect(dialog).to_have_count(0)
    expect(page.get_by_text(f"Published although checks warn: {REASON}")).to_be_visible()


def test_from_a_file_with_a_bad_row_to_an_answer_by_what_was_published(
    own_server: Server, arrive: Callable[..., Visitor]
):
    with running(own_server):
        visitor = arrive(own_server)
        visitor.visit("/documents")
        visitor.upload(SAMPLES / "faq.md")
        visitor.wait_for_rows("faq.md")
        visitor.visit("/fine_tuning")
        import_file(visitor)
        drop_first(visitor)
        start_run(visitor)
        watch(visitor)
        publish(visitor)
        visitor.press("Ask it in the chat")
        own_server.wait_until_ready()
        answer = visitor.ask(LOST)
        expect(answer).to_contain_text("Openbook mini + desk")
        expect(answer.get_by_role("button", name="Show the passage").first).to_be_visible()
