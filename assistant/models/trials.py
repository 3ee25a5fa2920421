"""Models that are being tried out, or were, since the start; each in a thread of its own."""

import logging
import threading
import time
from dataclasses import dataclass, replace

from assistant.errors import AssistantError
from assistant.models.catalog import ModelCatalog
from assistant.models.trial import Trial

log = logging.getLogger(__name__)

FAULT = "The model failed because of a fault in Openbook; its log has the details."


@dataclass(frozen=True)
class Tried:
    """How trying a model out goes: neither `trial` nor `error`, one sentence, while it runs.
    `began` is a time of time.monotonic()."""

    began: float
    trial: Trial | None = None
    error: str = ""

    @property
    def running(self) -> bool:
        return self.trial is None and not self.error


class Trials:
    """The last trial of every model. Safe to use from any thread."""

    def __init__(self, models: ModelCatalog) -> None:
        self._models = models
        self._lock = threading.Lock()
        self._all: dict[str, Tried] = {}

    def get(self, name: str) -> Tried | None:
        """The last trial of a model; None when there was none."""
        return self._all.get(name)

    def start(self, name: str) -> None:
        """Let a model say hello in the background, unless it is at it. Raises ModelUnavailable."""
        self._models.find(name)
        with self._lock:
            known = self._all.get(name)
            if known and known.running:
                return
            tried = self._all[name] = Tried(time.monotonic())
        threading.Thread(target=self._try, args=(name, tried), name="trial", daemon=True).start()

    def forget(self, name: str) -> None:
        """Drop what came of a trial, also of one that still runs."""
        with self._lock:
            self._all.pop(name, None)

    def _try(self, name: str, tried: Tried) -> None:
        try:
            done = replace(tried, trial=self._models.test(name))
        except AssistantError as error:
            done = replace(tried, error=str(error))
        except Exception:
            log.exception("trying out %s failed", name)
            done = replace(tried, error=FAULT)
        with self._lock:
            if self._all.get(name) is tried:
                self._all[name] = done
