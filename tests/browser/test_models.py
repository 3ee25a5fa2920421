"""The models page in a browser: a server's model is added and answers, a hub's is downloaded."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests import chat_server, hub_server
from tests.browser.server import PATIENCE, Server, running
from tests.browser.visitor import Visitor
from tests.chat_server import MODELS, refuse, say
from tests.models.tiny import save_model

QUESTION = "How long is lost property kept at the ticket office?"
ANSWER = "Lost property is kept for 90 days [1]."
HUB_NAME = "ferry/tiny"
PATIENT = PATIENCE * 1000


def card(visitor: Visitor, name: str) -> Locator:
    """What is told of one model."""
    return visitor.page.locator(f".st-key-model_{name}")


def form(visitor: Visitor) -> Locator:
    """The form for another model, opened."""
    visitor.press("Add a model")
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def add(visitor: Visitor, dialog: Locator) -> None:
    visitor.press("Add", dialog)
    expect(dialog).to_have_count(0)
    visitor.settled()


def remove(visitor: Visitor, name: str) -> None:
    visitor.press("Remove", card(visitor, name))
    visitor.press("Remove", visitor.page.get_by_role("dialog"))
    expect(card(visitor, name)).to_have_count(0)


def test_model_of_a_server_is_added_tried_out_and_answers(visitor: Visitor):
    with chat_server.serving() as server:
        visitor.visit("/models")
        dialog = form(visitor)
        dialog.get_by_text("Behind a server").click()
        address = dialog.get_by_role("textbox", name="Address")
        address.fill(server.address)
        address.press("Enter")
        visitor.press("Look up", dialog)
        dialog.get_by_role("combobox", name="Model", exact=True).click()
        visitor.page.get_by_role("option", name=MODELS[0]).click()
        add(visitor, dialog)
        visitor.press("Test", card(visitor, MODELS[0]))
        expect(card(visitor, MODELS[0])).to_contain_text("Hello from the harbour.")
        expect(card(visitor, MODELS[0])).to_contain_text("tokens a second")
        server.turns = [say(ANSWER)]
        visitor.visit()
        visitor.choose_model(MODELS[0])
        answer = visitor.ask(QUESTION)
        expect(answer).to_contain_text("Lost property is kept for 90 days")
        expect(answer.get_by_role("button", name="Show the passage").first).to_be_visible()
        server.turns = [refuse(404, f"The model `{MODELS[0]}` does not exist.")]
        expect(visitor.ask(QUESTION)).to_contain_text(f"has no model '{MODELS[0]}'")
        visitor.new_conversation()
        visitor.visit("/models")
        remove(visitor, MODELS[0])


def test_name_that_a_server_does_not_tell_can_be_typed(visitor: Visitor):
    visitor.visit("/models")
    dialog = form(visitor)
    dialog.get_by_text("Behind a server").click()
    dialog.get_by_role("combobox", name="Server").click()
    visitor.page.get_by_role("option", name="OpenAI").click()
    expect(dialog).to_contain_text("will be sent to api.openai.com")
    model = dialog.get_by_role("combobox", name="Model", exact=True)
    model.fill("gpt-harbour")
    model.press("Enter")
    add(visitor, dialog)
    expect(card(visitor, "gpt-harbour")).to_contain_text("Leaves this machine")
    expect(card(visitor, "gpt-harbour")).to_contain_text("OPENAI_API_KEY")
    remove(visitor, "gpt-harbour")


def test_model_of_the_hub_is_downloaded_cancelled_taken_up_and_loaded(
    own_server: Server, arrive: Callable[..., Visitor], tmp_path: Path
):
    folder = save_model(tmp_path / "tiny")
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    with hub_server.serving({HUB_NAME: files}) as hub:
        own_server.environment |= {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "hf")}
        del own_server.environment["HF_HUB_OFFLINE"]
        hub.open.clear()
        with running(own_server):
            visitor = arrive(own_server)
            visitor.visit("/models")
            dialog = form(visitor)
            dialog.get_by_role("textbox", name="Name on the hub, or folder").fill(HUB_NAME)
            add(visitor, dialog)
            tiny = card(visitor, "tiny")
            expect(tiny.get_by_role("progressbar")).to_be_visible(timeout=PATIENT)
            expect(tiny).to_contain_text("of 5", timeout=PATIENT)  # "0 bytes of 542 kB"
            visitor.press("Cancel", tiny)
            expect(tiny.get_by_role("progressbar")).to_have_count(0)
            hub.open.set()
            visitor.press("Download", tiny)
            expect(tiny).to_contain_text("Ready", timeout=PATIENT)
            visitor.press("Load", tiny)
            expect(tiny).to_contain_text("in memory", timeout=PATIENT)
            visitor.press("Unload", tiny)
            expect(tiny).not_to_contain_text("in memory", timeout=PATIENT)
