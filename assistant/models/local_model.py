"""A Hugging Face model on this machine: loaded at first use, one request at a time in fair order.

The base and all its adapters share one of these; everything that touches weights runs in the one
thread of its line.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from assistant.errors import AssistantError, ModelUnavailable
from assistant.models.generation import Request, Usage, generate
from assistant.models.line_of_requests import LineOfRequests, Turn
from assistant.models.model_folder import (
    NeedsDownload,
    check_adapter,
    folder_bytes,
    model_folder,
    quotes_in_tokens,
)
from assistant.models.weights import AdapterFiles, Weights

log = logging.getLogger(__name__)

Piece = str | Usage


class LocalModel:
    """A model by its folder or hub name. Safe to use from any thread."""

    def __init__(self, title: str, source: str, precision: str = "fp32") -> None:
        self.title = title
        self.source = source
        self.precision = precision
        self.line = LineOfRequests(f"model {title}")
        self._weights: Weights | None = None
        self._loading = False
        self._failures: dict[str, str] = {}  # by key of an adapter, "" for the base

    def status(self, adapter: AdapterFiles | None = None) -> str:
        """As in ModelEntry."""
        if self._loading:
            return "loading"
        for key in ("", adapter.key) if adapter else ("",):
            if key in self._failures:
                return f"missing: {self._failures[key]}"
        try:
            if adapter:
                check_adapter(adapter.folder)
            if not self._weights:
                model_folder(self.source)
        except NeedsDownload:
            return "needs download"
        except ModelUnavailable as error:
            return f"missing: {error}"
        return "loaded" if self._weights else "ready"

    @property
    def writes_quotes(self) -> bool:
        """Whether its tokenizer has tokens for quotes; nothing is loaded to find out."""
        try:
            return quotes_in_tokens(model_folder(self.source))
        except ModelUnavailable:
            return False

    def answer(self, request: Request) -> Turn[Piece]:
        """Get in line with a request: text as it is written, then what it used."""
        return self.line.join(partial(self._answer, request))

    def load(self, adapter: AdapterFiles | None = None) -> Turn[Piece]:
        """Get in line to be loaded."""
        self._loading = self._weights is None
        return self.line.join(lambda _turn: self._load(adapter))

    def unload(self) -> Turn[Piece]:
        """Get in line to be let go; requests that came before are served first."""
        return self.line.join(lambda _turn: self._let_go())

    def count_tokens(self, text: str) -> int:
        """As the model's own tokenizer counts; loads the model. Raises ModelUnavailable."""
        weights = self._weights
        if weights is None:
            self.load().wait()
            weights = self._weights
        if weights is None:
            raise ModelUnavailable(f"{self.title} was unloaded meanwhile.")
        return len(weights.tokenizer.encode(text, add_special_tokens=False))

    def memory(self, adapter: AdapterFiles | None = None) -> int:
        """Bytes in memory of the base, or of the adapter alone; 0 when not loaded."""
        weights = self._weights
        return weights.memory(adapter) if weights else 0

    def disk(self, adapter: AdapterFiles | None = None) -> int:
        """Bytes on disk of the base, or of the adapter alone; 0 when not there."""
        try:
            return folder_bytes(adapter.folder if adapter else model_folder(self.source))
        except ModelUnavailable:
            return 0

    def close(self, reason: str) -> None:
        """Stop everything and let the weights go; later requests end with the reason."""
        self.line.close(ModelUnavailable(reason))
        self._let_go()

    # What follows runs in the thread of the line.

    def _answer(self, request: Request, turn: Turn[Piece]) -> None:
        weights = self._load(request.adapter)
        if turn.stopped:
            return
        turn.put("")  # its turn has come
        try:
            turn.put(generate(weights, request, turn.put, lambda: turn.stopped))
        except AssistantError:
            raise
        except MemoryError as error:
            raise ModelUnavailable(_no_memory(self.title)) from error
        except Exception as error:
            if type(error).__name__ == "OutOfMemoryError":  # torch's, of the graphics card
                raise ModelUnavailable(_no_memory(self.title)) from error
            log.exception("a model failed while it answered")
            raise ModelUnavailable(
                f"{self.title} failed while it answered ({type(error).__name__}); the log has the "
                "details."
            ) from error

    def _load(self, adapter: AdapterFiles | None) -> Weights:
        """The weights, loaded if need be, the adapter with them."""
        try:
            if self._weights is None:
                self._loading = True
                folder = model_folder(self.source)
                with self._remembering(""):
                    self._weights = Weights(self.title, folder, self.precision)
        finally:
            self._loading = False
        if adapter:
            check_adapter(adapter.folder)
            with self._remembering(adapter.key):
                self._weights.load_adapter(adapter)
        return self._weights

    @contextmanager
    def _remembering(self, key: str) -> Iterator[None]:
        """Keep what went wrong for the status; the files alone do not show it."""
        self._failures.pop(key, None)
        try:
            yield
        except ModelUnavailable as error:
            self._failures[key] = str(error)
            raise
        except Exception as error:  # nobody may be waiting to hear of it
            log.exception("a model could not be loaded")
            why = f"{self.title} cannot be loaded ({type(error).__name__}); see the log."
            self._failures[key] = why
            raise ModelUnavailable(why) from error

    def _let_go(self) -> None:
        if weights := self._weights:
            self._weights = None
            weights.free()


def _no_memory(title: str) -> str:
    return (
        f"There is not enough memory for {title} to answer this; unload other models, or ask "
        "with fewer or shorter passages."
    )
