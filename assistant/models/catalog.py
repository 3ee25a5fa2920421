"""The models people can choose from, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel

from assistant.errors import ModelUnavailable
from assistant.models.reader_chat import ReaderChat
from assistant.models.scripted_chat import ScriptedChat, read_script
from assistant.settings import Settings


@dataclass(frozen=True)
class ModelEntry:
    """A model by name: what people see of it, and how it is opened.

    `base` names the entry whose weights it shares when it is a fine-tuned one; `condensed` models
    read the best sentences of passages instead of whole ones.
    """

    name: str
    title: str
    kind: str
    base: str | None
    status: str
    open: Callable[[], BaseChatModel]
    condensed: bool = False


def model_catalog(settings: Settings) -> Mapping[str, ModelEntry]:
    """Every model these settings allow, the extractive reader first."""
    entries = [ModelEntry("reader", "Extractive reader", "reader", None, "ready", ReaderChat)]
    if settings.script or settings.model == "scripted":
        entries.append(
            ModelEntry(
                "scripted",
                "Scripted replies",
                "scripted",
                None,
                "ready",
                lambda: ScriptedChat(script=read_script(settings.script)),
            )
        )
    return {entry.name: entry for entry in entries}


def find_model(catalog: Mapping[str, ModelEntry], name: str) -> ModelEntry:
    """The entry of that name. Raises ModelUnavailable naming those there are."""
    if name not in catalog:
        raise ModelUnavailable(f"There is no model {name!r}; choose one of: {', '.join(catalog)}.")
    return catalog[name]
