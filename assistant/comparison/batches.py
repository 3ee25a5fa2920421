"""Works off files of questions in the background, one question after the other.

A batch is a durable row: what a stopped process left unfinished is taken up at the next start, at
the question it was at.
"""

import logging
import threading
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from assistant.comparison.comparer import Comparer
from assistant.comparison.contestants import check
from assistant.comparison.question_file import read_questions
from assistant.comparison.running import RunningComparison
from assistant.errors import AssistantError
from assistant.library import safe_name
from assistant.models.catalog import ModelCatalog
from assistant.settings import Settings
from store.comparison_records import Batch, BatchState, Contestant
from store.errors import NotFound, StoreError
from store.store import Store

log = logging.getLogger(__name__)

FAULT = "It ended because of a fault in Openbook; the log has the details."
PAUSE = 0.5  # seconds between two looks at the queue when something went wrong


class Batches:
    """All files of questions; one at a time is worked on, the oldest first."""

    def __init__(
        self, store: Store, comparer: Comparer, models: ModelCatalog, settings: Settings
    ) -> None:
        self._store = store
        self._comparer = comparer
        self._models = models
        self._settings = settings
        self._changed = threading.Condition()
        self._stopping = False
        self._current: tuple[str, RunningComparison] | None = None
        self._thread = threading.Thread(target=self._work, name="batches", daemon=True)

    def start(self) -> None:
        """Take up what was left unfinished, then whatever is added."""
        self._thread.start()

    def add(
        self,
        name: str,
        data: bytes,
        contestants: Sequence[Contestant],
        *,
        kb: str,
        blind: bool = False,
    ) -> Batch:
        """Queue a file of questions. Raises BadInput or ModelUnavailable."""
        name = safe_name(name)
        questions = read_questions(name, data, longest=self._settings.question_characters)
        check(contestants, self._models)
        batch = self._store.comparison_batches.add(
            Batch(
                id=uuid.uuid4().hex[:16],
                name=name,
                kb=kb,
                created_at=datetime.now(UTC),
                contestants=tuple(contestants),
                questions=questions,
                blind=blind,
            )
        )
        self._wake()
        return batch

    def cancel(self, batch_id: str) -> None:
        """Stop a batch; the answers it has are kept. Raises NotFound."""
        self._store.comparison_batches.change(batch_id, _cancelled)
        self._stop_current(batch_id)

    def resume(self, batch_id: str) -> None:
        """Go on with a batch that was cancelled or failed. Raises NotFound."""
        self._store.comparison_batches.change(batch_id, _queued)
        self._wake()

    def remove(self, batch_id: str) -> None:
        """Delete a batch with its comparisons and their votes."""
        self._store.comparison_batches.remove(batch_id)
        self._stop_current(batch_id)

    def close(self) -> None:
        """Stop at once; the batch being worked on is taken up at the next start."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            if self._current:
                self._current[1].stop()
        if self._thread.is_alive():
            self._thread.join()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _stop_current(self, batch_id: str) -> None:
        with self._changed:
            if self._current and self._current[0] == batch_id:
                self._current[1].stop()

    def _work(self) -> None:
        while not self._stopping:
            try:
                batch = self._store.comparison_batches.next_unfinished()
                if batch:
                    self._run(batch)
                    continue
            except Exception:  # a full disk, say; the thread must outlive it
                log.exception("the files of questions could not be worked on; it is tried again")
            with self._changed:
                if not self._stopping:
                    self._changed.wait(PAUSE)

    def _run(self, batch: Batch) -> None:
        try:
            self._ask_all(batch)
        except NotFound:  # deleted meanwhile
            return
        except (AssistantError, StoreError) as error:
            self._fail(batch, str(error))
        except Exception:
            log.exception("a file of questions could not be worked off")
            self._fail(batch, FAULT)

    def _fail(self, batch: Batch, reason: str) -> None:
        self._store.comparison_batches.change(
            batch.id, lambda kept: replace(kept, state=BatchState.FAILED, error=reason)
        )

    def _ask_all(self, batch: Batch) -> None:
        self._store.comparison_batches.change(batch.id, _running)
        answered = {one.position for one in self._store.comparisons.of_batch(batch.id)}
        for position in range(len(batch.questions)):
            if position not in answered and not self._ask(batch, position):
                return
        self._store.comparison_batches.change(batch.id, _done)

    def _ask(self, batch: Batch, position: int) -> bool:
        """Put one question to the contestants; whether to go on with the next one."""
        if not self._wanted(batch):
            return False
        running = self._comparer.compare(
            batch.questions[position],
            batch.contestants,
            kb=batch.kb,
            blind=batch.blind,
            batch_id=batch.id,
            position=position,
        )
        with self._changed:
            self._current = (batch.id, running)
        if not self._wanted(batch):  # cancelled before there was anything to stop
            running.stop()
        running.wait()
        with self._changed:
            self._current = None
        if self._wanted(batch):
            return True
        self._store.comparisons.remove(running.id)  # it may have been cut short
        return False

    def _wanted(self, batch: Batch) -> bool:
        try:
            state = self._store.comparison_batches.get(batch.id).state
        except NotFound:
            return False
        return state.unfinished and not self._stopping


def _cancelled(batch: Batch) -> Batch:
    return replace(batch, state=BatchState.CANCELLED) if batch.state.unfinished else batch


def _queued(batch: Batch) -> Batch:
    ended = batch.state in (BatchState.CANCELLED, BatchState.FAILED)
    return replace(batch, state=BatchState.QUEUED, error="") if ended else batch


def _running(batch: Batch) -> Batch:
    return replace(batch, state=BatchState.RUNNING) if batch.state.unfinished else batch


def _done(batch: Batch) -> Batch:
    return replace(batch, state=BatchState.DONE) if batch.state.unfinished else batch
