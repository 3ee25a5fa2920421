"""What tests do on the models page: fill in its forms, add models, try them out."""

from pathlib import Path
from typing import Any

from tests.browser.server import wait_until
from tests.chat_server import MODELS
from tests.pages.conftest import TIMEOUT


def badges(session: Any) -> str:
    return " ".join(str(one.value) for one in session.markdown if "-badge[" in str(one.value))


def fill(session: Any, **values: str) -> Any:
    """Type into fields of the dialog by their keys."""
    for key, value in values.items():
        session.text_input(key=key).set_value(value)
    return session


def press_add(session: Any) -> Any:
    next(one for one in session.button if one.label == "Add").click().run()
    assert not session.exception
    return session


def open_form(session: Any, *, server: bool = False) -> Any:
    session.button(key="add_model").click().run()
    if server:
        session.segmented_control(key="model_kind").set_value("Behind a server").run()
    assert not session.exception
    return session


def add_server(session: Any, address: str, *, tuned: bool = False) -> Any:
    """Add the first model of a server through the form, with the fine-tuned one beside it."""
    fill(open_form(session, server=True), server_address=address).run()
    session.button(key="look_up_models").click().run()
    session.selectbox(key="server_model").set_value(MODELS[0])
    if tuned:
        session.selectbox(key="server_tuned").set_value(MODELS[1])
    return press_add(session)


def choose(session: Any, model: str) -> Any:
    """Choose a model that the server is known to have: AppTest cannot type into a select box."""
    session.session_state["server_models"] = [model]
    session.run().selectbox(key="server_model").set_value(model)
    return session


def add_folder(session: Any, folder: Path) -> Any:
    return press_add(fill(open_form(session), model_source=str(folder)))


def try_out(opened: Any, session: Any, name: str) -> Any:
    session.button(key=f"test_{name}").click().run()
    wait_until(lambda: not opened.trials.get(name).running, "no answer", patience=TIMEOUT)
    return session.run()
