"""What a training says of itself goes into the row of its run; what people wish comes from it."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from assistant.training.watch import Stopped, Watch
from store.errors import NotFound
from store.training_records import Progress, TrainingRun, Warning, Wish
from store.training_runs import TrainingRuns

HEARTBEAT = 5.0  # seconds


class RowWatch(Watch):
    """Watches one run on behalf of its row. SIGTERM counts as the wish to pause."""

    def __init__(self, runs: TrainingRuns, run: TrainingRun) -> None:
        self._runs = runs
        self._run_id = run.id
        self._before = run.seconds
        self._begun = time.monotonic()
        self.terminated = False
        signal.signal(signal.SIGTERM, self._terminate)

    def stage(self, name: str) -> None:
        self._change(stage=name)

    def begins(self, step: int, steps: int) -> None:
        self._runs.drop_progress_after(self._run_id, step)
        losses = {row.step: row.validation_loss for row in self._runs.progress(self._run_id)}
        known = {at: loss for at, loss in losses.items() if loss is not None and isfinite(loss)}
        best = min(known, key=lambda at: known[at], default=None)

        def alter(run: TrainingRun) -> TrainingRun:
            told = tuple(warning for warning in run.warnings if warning.step <= step)
            return replace(run, step=step, steps=steps, warnings=told, best_step=best)

        self._runs.change(self._run_id, alter)

    def progress(self, measured: Progress) -> None:
        self._runs.add_progress(replace(measured, run_id=self._run_id))
        self._change(step=measured.step)

    def best(self, step: int) -> None:
        self._change(best_step=step)

    def warn(self, step: int, kind: str, text: str) -> None:
        def alter(run: TrainingRun) -> TrainingRun:
            others = tuple(warning for warning in run.warnings if warning.kind != kind)
            return replace(run, warnings=(*others, Warning(step, kind, text)))

        self._runs.change(self._run_id, alter)

    def wish(self) -> Wish:
        if self.terminated:
            return Wish.PAUSE
        try:
            return self._runs.get(self._run_id).wish
        except NotFound:  # a run that was deleted is wanted by nobody
            return Wish.CANCEL

    def check(self) -> None:
        """Raises Stopped when somebody wishes so."""
        if (wish := self.wish()) is not Wish.NONE:
            raise Stopped(wish)

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Note every few seconds that the process lives, and how long it has worked."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(HEARTBEAT):
                try:
                    self._change()
                except NotFound:
                    return

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    @property
    def seconds(self) -> float:
        """Worked on the run so far, pauses left out."""
        return self._before + time.monotonic() - self._begun

    def _change(self, **values: Any) -> None:
        now = datetime.now(UTC)
        self._runs.change(
            self._run_id,
            lambda run: replace(run, heartbeat_at=now, seconds=self.seconds, **values),
        )

    def _terminate(self, _signal: int, _frame: object) -> None:
        self.terminated = True
