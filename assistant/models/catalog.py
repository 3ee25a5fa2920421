"""The models people can choose from, by name: those that come with Openbook and those added to it.

A base model and its adapters are entries of their own that share one copy of the weights; the
published adapter is what "fine-tuned" means for its base.
"""

import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from assistant.errors import BadInput, ModelUnavailable
from assistant.models.built_in import BUILT_IN, MINI, WEIGHTS, is_sample, keep_samples, mini_folder
from assistant.models.entries import Local, Maker, ModelEntry, beside, endpoint, reader, scripted
from assistant.models.json_schema import check_schema
from assistant.models.local_model import LocalModel
from assistant.models.model_folder import check_adapter, model_folder
from assistant.models.trial import Trial, say_hello
from assistant.settings import Settings
from assistant.training.card import read_card
from assistant.training.export import adapter_folder
from assistant.training.publishing import check_publishing
from store.model_records import Adapter, AdapterState, EndpointModel, HuggingFaceModel
from store.models import Model
from store.store import Store

__all__ = ["ModelCatalog", "ModelEntry", "Use"]

_NAME = re.compile(r"\w[\w./:-]{0,79}")
_ADAPTER_NAME = re.compile(r"(?!.*-v\d+$)\w[\w.-]{0,39}")
ADAPTERS = "adapters"  # in the home: those made or unpacked here
REMOVED = "This model was removed while it answered."
CLOSED = "Openbook is being stopped."


@dataclass(frozen=True)
class Use:
    """What a model takes of this machine, in bytes; an adapter what it adds to its base."""

    disk: int
    memory: int


class ModelCatalog(Mapping[str, ModelEntry]):
    """Every model that can be chosen, the extractive reader first. Safe to use from any thread;
    what is added or removed shows at once."""

    def __init__(self, settings: Settings, store: Store, *, weights: Path = WEIGHTS) -> None:
        """`weights` is the folder of what comes with Openbook."""
        self._settings = settings
        self._store = store
        self._lock = threading.RLock()
        self._models: dict[str, LocalModel] = {}
        self._records: dict[str, Model] = {}
        self._adapters: list[Adapter] = []
        self._locals: dict[str, Local] = {}
        self._makers: dict[str, Maker] = {}
        if mini := mini_folder(weights):
            self._models[MINI] = LocalModel("Openbook mini", str(mini))
            keep_samples(weights, store.adapters)
        self._read()

    def __getitem__(self, name: str) -> ModelEntry:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def find(self, name: str) -> ModelEntry:
        """The entry of that name. Raises ModelUnavailable naming those there are."""
        makers = self._makers
        if name not in makers:
            raise ModelUnavailable(
                f"There is no model {name!r}; choose one of: {', '.join(makers)}."
            )
        return makers[name]()

    def bases(self) -> list[ModelEntry]:
        """The models as they are, without any fine-tuning."""
        return [entry for entry in self.values() if entry.base is None]

    def fine_tuned(self, base: str) -> ModelEntry | None:
        """The fine-tuned model of a base, if there is one: that of its published adapter, or the
        one an endpoint has beside it."""
        for adapter in self.adapters(base):
            if adapter.state is AdapterState.PUBLISHED:
                return self.get(adapter.model)
        record = self._records.get(base)
        return self.get(beside(record)) if isinstance(record, EndpointModel) else None

    def record(self, name: str) -> Model | None:
        """What was said about an added model when it was added; None for those built in."""
        return self._records.get(name)

    def add(self, model: Model) -> ModelEntry:
        """Offer a model from now on; whether it can be loaded shows in its status. Raises BadInput
        when its name cannot be used."""
        if not _NAME.fullmatch(model.name):
            raise BadInput(
                f"The name {model.name!r} cannot be used; letters, digits and . _ - / : can, "
                "without spaces, up to 80."
            )
        with self._lock:
            if model.name in BUILT_IN or model.name in self._records:
                raise BadInput(f"There is a model {model.name!r} already; choose another name.")
            self._store.models.add(model)
            self._read()
        return self.find(model.name)

    def remove(self, name: str) -> None:
        """Forget an added model with its adapters, or one adapter; files that are not in the home
        stay.

        Raises ModelUnavailable, and BadInput for what comes with Openbook.
        """
        entry = self.find(name)
        local = self._locals.get(name)
        if local and local.adapter:
            self.remove_adapter(local.adapter.id)
            return
        if name in BUILT_IN:
            raise BadInput(f"{entry.title} comes with Openbook and cannot be removed.")
        with self._lock:
            # the fine-tuned name beside an endpoint goes with it
            self._store.models.remove(entry.base or name)
            self._delete(self.adapters(name))
            self._read()
            model = self._models.pop(name, None)
        if model:
            model.close(REMOVED)

    def folder(self, base: str) -> Path:
        """Where the weights of a base model are on this machine. Raises ModelUnavailable, and
        BadInput for a model that has none or is itself fine-tuned."""
        entry = self.find(base)
        if base not in self._models:
            raise BadInput(
                f"{entry.title} cannot be trained here; choose a base model whose weights are on "
                "this machine."
            )
        return model_folder(self._models[base].source)

    def refresh(self) -> None:
        """Read again what is kept: another process may have added something."""
        with self._lock:
            self._read()

    def set_schema(self, name: str, schema: Mapping[str, Any] | None) -> None:
        """Hold the answers of an added model or of an adapter to a JSON schema, or to none. Raises
        ModelUnavailable, and BadInput when the schema or the model is not one for that."""
        entry = self.find(name)
        if schema is not None:
            check_schema(schema)
        local = self._locals.get(name)
        with self._lock:
            if local and local.adapter:
                self._store.adapters.set_schema(local.adapter.id, schema)
            elif record := self._records.get(entry.base or name):
                self._store.models.add(replace(record, schema=schema))
            else:
                raise BadInput(f"{entry.title} comes with Openbook and takes no schema.")
            self._read()

    def adapters(self, base: str | None = None) -> list[Adapter]:
        """Every version of every adapter, of one base or of all, oldest first."""
        return [a for a in self._adapters if base is None or a.base == base]

    def add_adapter(self, source: str | Path | IO[bytes], base: str, name: str) -> Adapter:
        """Keep a PEFT adapter as a candidate for its base. The files of a folder stay where they
        are; a zip, given by its path or opened, is unpacked into the home.

        Raises BadInput or ModelUnavailable.
        """
        check_adapter_name(name)
        entry = self.find(base)
        if base not in self._models:
            raise BadInput(f"{entry.title} cannot take adapters; its weights are not here.")
        folder = adapter_folder(source, self._settings.home / ADAPTERS)
        check_adapter(folder)
        card = read_card(folder)
        if schema := card.schema if card else None:
            check_schema(schema)
        with self._lock:
            adapter = self._store.adapters.add(base, name, str(folder), schema=schema)
            self._read()
        return adapter

    def publish(self, adapter_id: str, *, reason: str = "") -> Adapter:
        """Make an adapter the fine-tuned model of its base. Raises NotFound, and BadInput when its
        report warns and no reason was ever given."""
        reason = reason.strip()
        with self._lock:
            check_publishing(self._store.adapters.get(adapter_id), self._store, reason)
            adapter = self._store.adapters.publish(adapter_id, reason=reason)
            self._read()
        return adapter

    def archive(self, adapter_id: str) -> Adapter:
        """Put an adapter away until it is published again; when it is published now, its base
        stands alone. Raises NotFound."""
        with self._lock:
            adapter = self._store.adapters.archive(adapter_id)
            self._read()
        return adapter

    def roll_back(self, base: str) -> Adapter | None:
        """Publish the adapter that was published before; None when there was none and the base has
        no fine-tuned model any more. Raises NotFound when nothing is published."""
        with self._lock:
            adapter = self._store.adapters.roll_back(base)
            self._read()
        return adapter

    def remove_adapter(self, adapter_id: str) -> None:
        """Forget a version of an adapter; files that are not in the home stay. Raises NotFound, and
        BadInput for one that comes with Openbook."""
        adapter = self._store.adapters.get(adapter_id)
        if is_sample(adapter_id):
            raise BadInput(f"The adapter {adapter.label} comes with Openbook and stays.")
        with self._lock:
            self._store.adapters.remove(adapter_id)
            self._delete([adapter])
            self._read()

    def owns(self, adapter: Adapter) -> bool:
        """Whether the files of an adapter are in the home, and go when it is removed."""
        return Path(adapter.folder).is_relative_to(self._settings.home / ADAPTERS)

    def _delete(self, adapters: Sequence[Adapter]) -> None:
        for adapter in adapters:
            if self.owns(adapter):
                shutil.rmtree(adapter.folder, ignore_errors=True)

    def test(self, name: str) -> Trial:
        """Let a model say hello, once it is loaded. Raises ModelUnavailable."""
        model = self.find(name).open()
        if local := self._locals.get(name):
            local.model.load(local.files).wait()
        return say_hello(model)

    def warm(self, name: str) -> None:
        """Load a model in the background; its status tells how that goes."""
        self.find(name)
        if local := self._locals.get(name):
            local.model.load(local.files)

    def unload(self, name: str) -> None:
        """Free the memory of a base and its adapters once what it was asked before is answered."""
        self.find(name)
        if local := self._locals.get(name):
            local.model.unload()

    def use(self, name: str) -> Use:
        """Disk and memory a model takes here. Raises ModelUnavailable."""
        self.find(name)
        if local := self._locals.get(name):
            return Use(local.model.disk(local.files), local.model.memory(local.files))
        return Use(0, 0)

    def close(self) -> None:
        """Stop what models are writing and let their weights go."""
        for model in self._models.values():
            model.close(CLOSED)

    def _read(self) -> None:
        self._records = {record.name: record for record in self._store.models.all()}
        self._adapters = list(self._store.adapters.all())
        makers: dict[str, Maker] = {"reader": reader}
        if self._settings.script or self._settings.model == "scripted":
            makers["scripted"] = partial(scripted, self._settings.script)
        locals_ = dict[str, Local]()
        if MINI in self._models:
            locals_ |= self._with_adapters(MINI, "mini", self._models[MINI])
        for name, record in self._records.items():
            if isinstance(record, HuggingFaceModel):
                made = LocalModel(record.title, record.source, record.precision)
                model = self._models.setdefault(name, made)
                locals_ |= self._with_adapters(name, "huggingface", model)
            else:
                makers |= endpoint(record)
        makers |= {name: partial(local.entry, name) for name, local in locals_.items()}
        self._locals, self._makers = locals_, makers  # at once: others read them meanwhile

    def _with_adapters(self, name: str, kind: str, model: LocalModel) -> dict[str, Local]:
        record = self._records.get(name)
        offered = [a for a in self.adapters(name) if a.state is not AdapterState.ARCHIVED]
        return {
            name: Local(kind, model, schema=record.schema if record else None),
            **{adapter.model: Local(kind, model, adapter) for adapter in offered},
        }


def check_adapter_name(name: str) -> None:
    """Whether an adapter may be called so. Raises BadInput."""
    if not _ADAPTER_NAME.fullmatch(name):
        raise BadInput(
            f"The adapter name {name!r} cannot be used; letters, digits and . _ - can, up to 40, "
            "without a version like -v2 at the end."
        )
