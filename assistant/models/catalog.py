"""The models people can choose from, by name: those that come with Openbook and those added to it.

A base model and its adapters are entries of their own that share one copy of the weights; the
published adapter is what "fine-tuned" means for its base.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from assistant.errors import BadInput, ModelUnavailable
from assistant.models.reader_chat import ReaderChat
from assistant.models.scripted_chat import ScriptedChat, read_script
from assistant.settings import Settings
from store.model_records import Adapter
from store.models import Model
from store.store import Store

BUILT_IN = ("reader", "scripted", "openbook-mini")
_NAME = re.compile(r"[\w][\w./:-]{0,79}")
_ADAPTER_NAME = re.compile(r"(?!.*-v\d+$)[\w][\w.-]{0,39}")
TEST_TOKENS = 32


@dataclass(frozen=True)
class ModelEntry:
    """A model by name: what people see of it, and how it is opened.

    `base` names the entry whose weights it shares when it is a fine-tuned one; `condensed` models
    read the best sentences of passages instead of whole ones. `status` is "ready", "loading",
    "loaded", "needs download" or "missing: " and a sentence.
    """

    name: str
    title: str
    kind: str
    base: str | None
    status: str
    open: Callable[[], BaseChatModel]
    condensed: bool = False


@dataclass(frozen=True)
class Trial:
    """How a model answered "say hello"; `tokens_per_second` is None when it counts no tokens."""

    text: str
    first_token_seconds: float
    seconds: float
    tokens_per_second: float | None


class ModelCatalog(Mapping[str, ModelEntry]):
    """Every model that can be chosen, the extractive reader first. Safe to use from any thread;
    what is added or removed shows at once."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._lock = threading.RLock()
        self._records: list[Model] = []
        self._adapters: list[Adapter] = []
        self._read()

    def __getitem__(self, name: str) -> ModelEntry:
        return self._entries()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries())

    def __len__(self) -> int:
        return len(self._entries())

    def find(self, name: str) -> ModelEntry:
        """The entry of that name. Raises ModelUnavailable naming those there are."""
        entries = self._entries()
        if name not in entries:
            raise ModelUnavailable(
                f"There is no model {name!r}; choose one of: {', '.join(entries)}."
            )
        return entries[name]

    def bases(self) -> list[ModelEntry]:
        """The models as they are, without any fine-tuning."""
        return [entry for entry in self.values() if entry.base is None]

    def fine_tuned(self, base: str) -> ModelEntry | None:
        """The fine-tuned model of a base: the one with its published adapter, if there is one."""
        return None

    def add(self, model: Model) -> ModelEntry:
        """Offer a model from now on. Raises BadInput when its name cannot be used."""
        if not _NAME.fullmatch(model.name):
            raise BadInput(
                f"The name {model.name!r} cannot be used; letters, digits and . _ - / : can, "
                "without spaces, up to 80."
            )
        with self._lock:
            if model.name in BUILT_IN or any(model.name == r.name for r in self._records):
                raise BadInput(f"There is a model {model.name!r} already; choose another name.")
            self._store.models.add(model)
            self._read()
        return self.find(model.name)

    def remove(self, name: str) -> None:
        """Forget an added model with its adapters, or one adapter; no file is deleted.

        Raises ModelUnavailable, and BadInput for a model that comes with Openbook.
        """
        entry = self.find(name)
        if name in BUILT_IN:
            raise BadInput(f"{entry.title} comes with Openbook and cannot be removed.")
        with self._lock:
            self._store.models.remove(name)
            self._read()

    def record(self, name: str) -> Model | None:
        """What was said about an added model when it was added; None for those built in."""
        return next((record for record in self._records if record.name == name), None)

    def adapters(self, base: str | None = None) -> list[Adapter]:
        """Every version of every adapter, of one base or of all, oldest first."""
        return [a for a in self._adapters if base is None or a.base == base]

    def add_adapter(self, folder: str, base: str, name: str) -> Adapter:
        """Keep a PEFT adapter as a candidate for its base. Raises BadInput or ModelUnavailable."""
        if not _ADAPTER_NAME.fullmatch(name):
            raise BadInput(
                f"The adapter name {name!r} cannot be used; letters, digits and . _ - can, up to "
                "40, without a version like -v2 at the end."
            )
        self.find(base)
        with self._lock:
            adapter = self._store.adapters.add(base, name, folder)
            self._read()
        return adapter

    def publish(self, adapter_id: str) -> Adapter:
        """Make an adapter the fine-tuned model of its base. Raises NotFound."""
        with self._lock:
            adapter = self._store.adapters.publish(adapter_id)
            self._read()
        return adapter

    def roll_back(self, base: str) -> Adapter | None:
        """Publish the adapter that was published before; None when there was none and the base has
        no fine-tuned model any more. Raises NotFound when nothing is published."""
        with self._lock:
            adapter = self._store.adapters.roll_back(base)
            self._read()
        return adapter

    def test(self, name: str) -> Trial:
        """Let a model say hello, which loads it. Raises ModelUnavailable."""
        model = self.find(name).open()
        started, first, tokens, pieces = time.monotonic(), 0.0, 0, list[str]()
        for chunk in model.stream([HumanMessage("Say hello.")], max_tokens=TEST_TOKENS):
            if chunk.text and not first:
                first = time.monotonic() - started
            pieces.append(str(chunk.text))
            if usage := getattr(chunk, "usage_metadata", None):
                tokens = usage["output_tokens"]
        seconds = time.monotonic() - started
        speed = (tokens - 1) / (seconds - first) if tokens > 1 and seconds > first else None
        return Trial("".join(pieces).strip(), first, seconds, speed)

    def warm(self, name: str) -> None:
        """Load a model in the background; nothing to do for those without weights here."""
        self.find(name)

    def unload(self, name: str) -> None:
        """Free the memory of a model and its adapters once the answers it has begun are done."""
        self.find(name)

    def close(self) -> None:
        """Stop what models are writing and let their weights go."""

    def _read(self) -> None:
        self._records = list(self._store.models.all())
        self._adapters = list(self._store.adapters.all())

    def _entries(self) -> dict[str, ModelEntry]:
        entries = [ModelEntry("reader", "Extractive reader", "reader", None, "ready", ReaderChat)]
        script = self._settings.script
        if script or self._settings.model == "scripted":
            entries.append(
                ModelEntry(
                    "scripted",
                    "Scripted replies",
                    "scripted",
                    None,
                    "ready",
                    lambda: ScriptedChat(script=read_script(script)),
                )
            )
        return {entry.name: entry for entry in entries}
