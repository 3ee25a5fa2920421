"""Entries of the catalogue: what people see of a model, and how each kind is opened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelUnavailable
from assistant.models.endpoint import Endpoint
from assistant.models.local_model import LocalModel
from assistant.models.weights import AdapterFiles
from store.model_records import Adapter, EndpointModel

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@dataclass(frozen=True)
class Prices:
    """What a million tokens cost, in whatever currency they were given."""

    prompt: float
    answer: float


@dataclass(frozen=True)
class ModelEntry:
    """A model by name: what people see of it, and how it is opened.

    `base` names the entry whose weights it shares when it is a fine-tuned one; `condensed` models
    read the best sentences of passages instead of whole ones. Answers are held to `schema`, a JSON
    schema, unless that is None. `status` is "ready", "loading",
    "loaded", "needs download" or "missing: " and a sentence.
    """

    name: str
    title: str
    kind: str
    base: str | None
    status: str
    open: "Callable[[], BaseChatModel]"
    condensed: bool = False
    prices: Prices | None = None
    schema: Mapping[str, Any] | None = None


Maker = Callable[[], ModelEntry]  # an entry with its status as it is now


@dataclass(frozen=True)
class Local:
    """A model with its weights on this machine, with an adapter or as it is; `schema` is that of
    the model as it is."""

    kind: str
    model: LocalModel
    adapter: Adapter | None = None
    schema: Mapping[str, Any] | None = None

    @property
    def files(self) -> AdapterFiles | None:
        if (adapter := self.adapter) is None:
            return None
        key = f"adapter-{adapter.id}".replace(".", "-")  # a dot would end the name of a module
        return AdapterFiles(key, adapter.label, Path(adapter.folder))

    def entry(self, name: str) -> ModelEntry:
        title = self.model.title
        schema = self.adapter.schema if self.adapter else self.schema
        return ModelEntry(
            name=name,
            title=f"{title} + {self.adapter.label}" if self.adapter else title,
            kind=self.kind,
            base=self.adapter.base if self.adapter else None,
            status=self.model.status(self.files),
            open=partial(_local_chat, self.model, self.files, schema),
            condensed=self.model.writes_quotes,
            schema=schema,
        )


def reader() -> ModelEntry:
    """The extractive reader."""

    def opened() -> "BaseChatModel":
        from assistant.models.reader_chat import ReaderChat

        return ReaderChat()

    return ModelEntry("reader", "Extractive reader", "reader", None, "ready", opened)


def scripted(script: str) -> ModelEntry:
    """The model that says what a script tells it."""

    def opened() -> "BaseChatModel":
        from assistant.models.scripted_chat import ScriptedChat, read_script

        return ScriptedChat(script=read_script(script))

    return ModelEntry("scripted", "Scripted replies", "scripted", None, "ready", opened)


def endpoint(record: EndpointModel) -> dict[str, Maker]:
    """The model of an endpoint and, if it has one, the fine-tuned one beside it."""
    server, tuned = Endpoint(record.address, record.key_variable), record.fine_tuned
    priced = record.prompt_price is not None or record.answer_price is not None
    prices = Prices(record.prompt_price or 0, record.answer_price or 0) if priced else None

    def entry(name: str, title: str, base: str | None, model: str) -> ModelEntry:
        schema = record.schema
        opened = partial(_endpoint_chat, server, model, schema)
        status = _status(server)
        return ModelEntry(name, title, "endpoint", base, status, opened, False, prices, schema)

    made: dict[str, Maker] = {
        record.name: partial(entry, record.name, record.title, None, record.model)
    }
    if tuned:
        name, title = beside(record), f"{record.title} + {tuned}"
        made[name] = partial(entry, name, title, record.name, tuned)
    return made


def beside(record: EndpointModel) -> str:
    """The name of the fine-tuned model of an endpoint."""
    return f"{record.name}+{record.fine_tuned}"


# LangChain's models take a while to read in: only what is asked is opened.
def _local_chat(
    model: LocalModel, adapter: AdapterFiles | None, schema: Mapping[str, Any] | None
) -> "BaseChatModel":
    from assistant.models.local_chat import LocalChat

    return LocalChat(local=model, adapter=adapter, answer_schema=schema)


def _endpoint_chat(
    server: Endpoint, model: str, schema: Mapping[str, Any] | None
) -> "BaseChatModel":
    from assistant.models.endpoint_chat import EndpointChat

    return EndpointChat(endpoint=server, model=model, answer_schema=schema)


def _status(server: Endpoint) -> str:
    try:
        server.key()
    except ModelUnavailable as error:
        return f"missing: {error}"
    return "ready"
