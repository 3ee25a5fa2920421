"""Adding a model: a Hugging Face one that runs here, or one behind the address of a server."""

from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from assistant.errors import BadInput
from assistant.models.endpoint import Endpoint, checked_address, checked_key_variable
from assistant.models.endpoint_requests import model_names
from assistant.models.hub import checked_hub_name
from assistant.models.model_folder import check_model, is_hub_name
from assistant.models.presets import PRESETS
from assistant.models.weights import PRECISIONS, check_precision
from components import dialogs
from components.model_state import NEEDS_DOWNLOAD
from components.notices import reporting
from components.resources import workspace
from components.wording import plain
from store.model_records import EndpointModel, HuggingFaceModel

HERE, SERVER = "On this machine", "Behind a server"
OTHER = "Other"
PRESET_BY_TITLE = {preset.title: preset for preset in PRESETS}


def show() -> None:
    """Draw the form for the kind of model that is chosen above it."""
    kind = st.segmented_control(
        "Where it runs",
        [HERE, SERVER],
        default=HERE,
        required=True,
        key="model_kind",
        label_visibility="collapsed",
    )
    if kind == SERVER:
        _server()
    else:
        _here()


def _here() -> None:
    with st.form("model_form", border=False):
        source = st.text_input(
            "Name on the hub, or folder",
            key="model_source",
            placeholder="Qwen/Qwen3-0.6B or /srv/models/qwen",
            help="A causal language model in the Hugging Face format, with a chat template and "
            "weights as safetensors. A name is downloaded from huggingface.co.",
        )
        with st.container(horizontal=True):
            name = st.text_input("Shown as", key="model_name", placeholder="the last part of it")
            precision = st.selectbox(
                "Precision",
                PRECISIONS,
                key="model_precision",
                help="bf16 halves the memory; 8-bit and 4-bit need the package bitsandbytes.",
            )
        if not st.form_submit_button("Add", type="primary"):
            return
    with reporting():
        _add_here((source or "").strip(), (name or "").strip(), precision)
        dialogs.close()
        st.rerun()


def _add_here(source: str, name: str, precision: str) -> None:
    if not source:
        raise BadInput("Give the name of a model on the hub, or the folder of one on this machine.")
    on_hub = is_hub_name(source)
    if on_hub:
        checked_hub_name(source)
    else:
        source = str(Path(source).expanduser().absolute())
        check_model(Path(source))
    if precision not in ("fp32", "bf16"):
        check_precision(precision)
    name = name or Path(source).name
    made = HuggingFaceModel(name, name, datetime.now(UTC), source, precision)
    if workspace().models.add(made).status == NEEDS_DOWNLOAD and on_hub:
        workspace().downloads.start(source)


def _server() -> None:
    first = PRESETS[0]
    st.session_state.setdefault("server_address", first.address)
    st.session_state.setdefault("server_key", first.key_variable)
    preset = st.selectbox(
        "Server", [*PRESET_BY_TITLE, OTHER], key="server_preset", on_change=_take_preset
    )
    address = st.text_input("Address", key="server_address", on_change=_forget_models)
    key_variable = st.text_input(
        "Environment variable with the key",
        key="server_key",
        placeholder="none needed",
        help="Only the name of the variable is kept. The key is read from it for every request, "
        "and neither kept nor shown.",
    )
    _where_to(address or "")
    example = PRESET_BY_TITLE[preset].example if preset in PRESET_BY_TITLE else "its name there"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.container()
        if st.button("Look up", icon=":material/search:", key="look_up_models"):
            with reporting():
                st.session_state["server_models"] = model_names(_endpoint(address, key_variable))
    known: list[str] = st.session_state.get("server_models", [])
    with place:
        model = _choice("Model", known, "server_model", placeholder=example)
    tuned = _choice("Fine-tuned model beside it", known, "server_tuned", placeholder="none")
    name = st.text_input("Shown as", key="server_name", placeholder="the name of the model")
    prices = _prices()
    if st.button("Add", type="primary", key="add_server"):
        with reporting():
            _add_server(
                _endpoint(address, key_variable), model or "", tuned or "", name or "", prices
            )
            dialogs.close()
            st.rerun()


def _choice(label: str, known: list[str], key: str, *, placeholder: str) -> str | None:
    """One of the known names or, since no server has to tell them, any other."""
    return st.selectbox(
        label, known, index=None, key=key, accept_new_options=True, placeholder=placeholder
    )


def _prices() -> tuple[float | None, float | None]:
    """What a million tokens of the prompt and of the answer cost, if they cost anything."""
    with st.container(horizontal=True):
        prompt, answer = (
            st.number_input(
                f"Price of {what} tokens",
                min_value=0.0,
                value=None,
                key=f"server_{what}_price",
                placeholder="nothing",
                help="For a million tokens, in any currency. Comparisons show what answers cost.",
            )
            for what in ("prompt", "answer")
        )
    return prompt, answer


def _where_to(address: str) -> None:
    """Say so when questions would leave this machine; an address being typed is nobody's fault."""
    try:
        endpoint = Endpoint(checked_address(address))
    except BadInput:
        return
    if not endpoint.on_this_machine:
        st.caption(
            f":orange[:material/public:] Questions and the passages for them will be sent to "
            f"**{plain(endpoint.host)}**."
        )


def _endpoint(address: str | None, key_variable: str | None) -> Endpoint:
    return Endpoint(checked_address(address or ""), checked_key_variable(key_variable or ""))


def _add_server(
    endpoint: Endpoint,
    model: str,
    tuned: str,
    name: str,
    prices: tuple[float | None, float | None],
) -> None:
    if not (model := model.strip()):
        raise BadInput("Choose a model of the server, or type its name as the server knows it.")
    name = name.strip() or model
    made = EndpointModel(
        name=name,
        title=name,
        created_at=datetime.now(UTC),
        address=endpoint.address,
        model=model,
        fine_tuned=tuned.strip(),
        key_variable=endpoint.key_variable,
        prompt_price=prices[0],
        answer_price=prices[1],
    )
    workspace().models.add(made)


def _take_preset() -> None:
    _forget_models()
    if preset := PRESET_BY_TITLE.get(st.session_state["server_preset"]):
        st.session_state["server_address"] = preset.address
        st.session_state["server_key"] = preset.key_variable


def _forget_models() -> None:
    st.session_state.pop("server_models", None)
