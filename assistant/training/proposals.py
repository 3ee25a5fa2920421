"""Proposes examples in the background, one piece of work for each set; people review them later."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answering.line import Line
from assistant.errors import AssistantError, BadInput
from assistant.models.catalog import ModelCatalog
from assistant.training import from_documents, plain_texts, raft
from store.errors import StoreError
from store.records import Document
from store.training_records import Example

log = logging.getLogger(__name__)

FAULT = "Proposing examples failed because of a fault in Openbook; its log has the details."


@dataclass(frozen=True)
class Proposing:
    """How far it is: `found` of at most `most`; `error` is one sentence when it failed."""

    most: int
    found: int = 0
    running: bool = True
    error: str = ""


@dataclass(frozen=True)
class Misleading:
    """How many passages mislead beside the right one, and the share (0-1) that lacks that."""

    distractors: int = raft.DISTRACTORS
    without: float = raft.WITHOUT


class Proposals:
    """What is being proposed for which set. Safe to use from any thread."""

    def __init__(self, line: Line, models: ModelCatalog) -> None:
        self._line = line
        self._models = models
        self._lock = threading.Lock()
        self._all: dict[str, Proposing] = {}
        self._stopped: set[str] = set()
        self._threads: dict[str, threading.Thread] = {}

    def get(self, set_id: str) -> Proposing | None:
        """The last work for a set; None when there was none since the start."""
        return self._all.get(set_id)

    def from_documents(
        self,
        set_id: str,
        documents: Sequence[Document],
        *,
        base: str,
        writer: str = "",
        most: int,
        misleading: Misleading | None = None,
    ) -> None:
        """Propose questions with their answers, by RAFT if passages are to mislead. `base` is the
        model that shall learn, `writer` the one that writes the questions, "" for rules. Raises
        BadInput or ModelUnavailable."""
        condensed = self._models.find(base).condensed
        model = self._models.find(writer).open() if writer else None

        def found() -> Iterator[Example]:
            if misleading is None:
                return from_documents.propose(
                    self._line, documents, set_id, condensed=condensed, model=model
                )
            return raft.propose(
                self._line,
                documents,
                set_id,
                condensed=condensed,
                distractors=misleading.distractors,
                without=misleading.without,
                model=model,
            )

        self._start(set_id, most, found)

    def texts(self, set_id: str, documents: Sequence[Document], *, most: int) -> None:
        """Propose the plain text of documents. Raises BadInput."""
        store = self._line.store
        self._start(set_id, most, lambda: plain_texts.propose(store, documents, set_id))

    def wait(self, set_id: str) -> None:
        """Return once the work for a set has ended."""
        if thread := self._threads.get(set_id):
            thread.join()

    def cancel(self, set_id: str) -> None:
        """Stop after the example that is being made; those proposed so far stay."""
        with self._lock:
            self._stopped.add(set_id)

    def forget(self, set_id: str) -> None:
        """Drop what came of finished work."""
        with self._lock:
            if (known := self._all.get(set_id)) and not known.running:
                del self._all[set_id], self._threads[set_id]

    def close(self) -> None:
        """Stop all of it and wait for that."""
        for set_id in list(self._all):
            self.cancel(set_id)
            self.wait(set_id)

    def _start(self, set_id: str, most: int, source: Callable[[], Iterator[Example]]) -> None:
        with self._lock:
            known = self._all.get(set_id)
            if known and known.running:
                raise BadInput("Examples are being proposed for this set already; wait or cancel.")
            self._all[set_id] = Proposing(most)
            self._stopped.discard(set_id)
            thread = self._threads[set_id] = threading.Thread(
                target=self._work, args=(set_id, source), name="proposals", daemon=True
            )
            thread.start()

    def _work(self, set_id: str, source: Callable[[], Iterator[Example]]) -> None:
        error = ""
        try:
            for example in source():
                if set_id in self._stopped:
                    break
                self._line.store.examples.add([example])
                with self._lock:
                    known = self._all[set_id] = replace(
                        self._all[set_id], found=self._all[set_id].found + 1
                    )
                if known.found >= known.most:
                    break
        except (AssistantError, StoreError) as fault:
            error = str(fault)
        except Exception:
            log.exception("proposing examples failed")
            error = FAULT
        with self._lock:
            self._all[set_id] = replace(self._all[set_id], running=False, error=error)
