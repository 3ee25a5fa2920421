"""Fine-tuning runs: begun, queued, followed, paused and taken up again.

Each works in a process of its own (worker.py) that outlives this one; one at a time. A run is a
durable row, and so is what people wish of it. A process that ended before its run was done is
started again and goes on from its checkpoint.
"""

import contextlib
import logging
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import BadInput
from assistant.models.catalog import ModelCatalog, check_adapter_name
from assistant.settings import Settings
from assistant.training import process
from assistant.training.enough import Verdict, in_words, verdict
from assistant.training.recipe import Recipe, check
from store.errors import NotFound
from store.serialization import from_json, to_json
from store.store import Store
from store.training_records import ExampleState, Progress, RunState, TrainingRun, Wish

log = logging.getLogger(__name__)

ATTEMPTS = 3
PAUSE = 0.5  # seconds between two looks at a run
ENDED_EARLY = (
    f"Its process ended early {ATTEMPTS} times, perhaps for lack of memory: resume it when other "
    "programs need less, or begin a run with smaller batches or shorter examples."
)
Alter = Callable[[TrainingRun], TrainingRun]


class Training:
    """All fine-tuning runs of one data directory. Safe to use from any thread."""

    def __init__(self, store: Store, settings: Settings, models: ModelCatalog) -> None:
        self._store = store
        self._runs = store.training_runs
        self._home = settings.home
        self._models = models
        self._woken = threading.Event()
        self._stopping = False
        self._current = ""  # the run whose process was last seen alive
        self._seen_done: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="training", daemon=True)

    def start(self) -> None:
        """Find the run that is still going, take up what was left unfinished, then the queue."""
        for run in self._runs.all():
            if run.state is RunState.PAUSED and run.wish is Wish.NONE:
                self._runs.change(run.id, _resuming)  # the system stopped it, not a person
            elif run.state in (RunState.DONE, RunState.CANCELLED):
                process.drop_checkpoints(self._folder(run.id))  # killed before it did so itself
        self._thread.start()

    def close(self) -> None:
        """Stop looking after runs; the process of the one at work goes on."""
        self._stopping = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def begin(self, name: str, base: str, set_id: str, recipe: Recipe) -> TrainingRun:
        """Queue a run on what is ready in a set of examples. Raises BadInput when it could do no
        good, ModelUnavailable or NotFound."""
        name = name.strip()
        check_adapter_name(name)
        check(recipe)
        source = self._models.folder(base)
        if not recipe.way.adapter and name in self._models:
            raise BadInput(f"There is a model {name!r} already; choose another name.")
        self._check_number(set_id, recipe)
        version = self._store.examples.freeze(set_id)
        run = TrainingRun(
            id=uuid.uuid4().hex[:12],
            name=name,
            base=base,
            source=str(source),
            recipe=to_json(recipe),
            created_at=datetime.now(UTC),
            set_id=set_id,
            version=version.number,
            sha256=version.sha256,
            schema=self._store.examples.set(set_id).schema,
        )
        return self.queue(run)

    def queue(self, run: TrainingRun) -> TrainingRun:
        """Queue a run that was checked before."""
        self._runs.add(run)
        self._woken.set()
        return run

    def runs(self) -> Sequence[TrainingRun]:
        """Newest first."""
        return self._with_models(self._runs.all())

    def get(self, run_id: str) -> TrainingRun:
        """Raises NotFound."""
        return self._with_models([self._runs.get(run_id)])[0]

    def progress(self, run_id: str) -> Sequence[Progress]:
        """What was measured, in the order of its steps."""
        return self._runs.progress(run_id)

    def pause(self, run_id: str) -> None:
        """Let a run stop after the step it is at; it can be resumed there. Raises NotFound."""
        self._change(run_id, _pausing)

    def cancel(self, run_id: str) -> None:
        """Stop a run for good; it can only be begun anew. Raises NotFound."""
        if self._change(run_id, _cancelling).state is RunState.CANCELLED:
            process.drop_checkpoints(self._folder(run_id))

    def resume(self, run_id: str) -> None:
        """Queue a run that was paused, cancelled or failed; it goes on from its checkpoint if it
        has one. Raises NotFound."""
        self._change(run_id, _resuming)

    def remove(self, run_id: str) -> None:
        """Delete a run with its curve and its report; what came of it stays. Raises NotFound, and
        BadInput while it is at work."""
        if self._runs.get(run_id).state is RunState.RUNNING:
            raise BadInput("This run is at work; cancel it before you delete it.")
        self._runs.remove(run_id)
        shutil.rmtree(self._folder(run_id), ignore_errors=True)

    def wait(self, run_id: str) -> TrainingRun:
        """The run when it is neither at work nor waiting any more, and what came of it is among the
        models. Raises NotFound."""
        while (run := self._runs.get(run_id)).state in (RunState.QUEUED, RunState.RUNNING):
            if self._stopping:
                break
            time.sleep(PAUSE / 2)
        return self._with_models([run])[0]

    def _with_models(self, runs: Sequence[TrainingRun]) -> Sequence[TrainingRun]:
        """The same, once what came of them is among the models. Their processes still tidy up for
        seconds after they wrote down that they are done."""
        done = {run.id for run in runs if run.state is RunState.DONE}
        if not done <= self._seen_done:
            self._models.refresh()
            self._seen_done |= done
        return runs

    def _check_number(self, set_id: str, recipe: Recipe) -> None:
        ready = self._store.examples.list(set_id, state=ExampleState.READY)
        different = len({example.turns for example in ready})
        if verdict(different, recipe.way) is Verdict.TOO_FEW:
            raise BadInput(in_words(different, recipe.way))

    def _folder(self, run_id: str) -> Path:
        return process.run_folder(self._home, run_id)

    def _change(self, run_id: str, alter: Alter) -> TrainingRun:
        run = self._runs.change(run_id, alter)
        self._woken.set()
        return run

    # What follows runs in the thread that looks after the runs.

    def _work(self) -> None:
        busy = True
        while not self._stopping:
            self._woken.clear()
            try:
                busy = self._look()
            except Exception:  # a full disk, say; the thread must outlive it
                log.exception("fine-tuning could not be looked after; it is tried again")
            self._woken.wait(PAUSE if busy else None)

    def _look(self) -> bool:
        """See to it that a run is at work; whether there is reason to look again soon."""
        if self._current and process.alive(self._folder(self._current)):
            self._kill_if_cancelled(self._current)
            return True
        self._current = ""
        self._models.refresh()  # a run that ended has added to them
        for run in self._runs.unfinished():
            at_work = run.state is RunState.RUNNING and process.alive(self._folder(run.id))
            if at_work or self._start(run.id):
                self._current = run.id
                return True
        return False

    def _kill_if_cancelled(self, run_id: str) -> None:
        with contextlib.suppress(NotFound):  # deleted as soon as it was done
            if self._runs.get(run_id).wish is Wish.CANCEL:
                process.kill(self._folder(run_id))

    def _start(self, run_id: str) -> bool:
        """Start the process of a run, unless it was stopped meanwhile or too many ended early."""
        try:
            run = self._runs.change(run_id, _starting)
        except NotFound:  # deleted meanwhile
            return False
        if run.state is RunState.CANCELLED:
            process.drop_checkpoints(self._folder(run_id))
        if run.state is not RunState.RUNNING:
            return False
        process.start(self._home, run_id, threads=from_json(Recipe, run.recipe).threads)
        return True


def _pausing(run: TrainingRun) -> TrainingRun:
    if run.state is RunState.QUEUED:
        return replace(run, state=RunState.PAUSED, wish=Wish.PAUSE)
    if run.state is RunState.RUNNING and run.wish is Wish.NONE:
        return replace(run, wish=Wish.PAUSE)
    return run


def _cancelling(run: TrainingRun) -> TrainingRun:
    if run.state in (RunState.QUEUED, RunState.PAUSED):
        return _cancelled(run)
    return replace(run, wish=Wish.CANCEL) if run.state is RunState.RUNNING else run


def _cancelled(run: TrainingRun) -> TrainingRun:
    return replace(
        run, state=RunState.CANCELLED, wish=Wish.NONE, stage="", finished_at=datetime.now(UTC)
    )


def _resuming(run: TrainingRun) -> TrainingRun:
    if run.state is RunState.RUNNING and run.wish is Wish.PAUSE:
        return replace(run, wish=Wish.NONE)
    if run.state in (RunState.PAUSED, RunState.FAILED, RunState.CANCELLED):
        return replace(
            run, state=RunState.QUEUED, wish=Wish.NONE, attempts=0, reason="", finished_at=None
        )
    return run


def _starting(run: TrainingRun) -> TrainingRun:
    now = datetime.now(UTC)
    if run.state not in (RunState.QUEUED, RunState.RUNNING):
        return run
    if run.wish is Wish.CANCEL:
        return _cancelled(run)
    if run.wish is Wish.PAUSE:
        return replace(run, state=RunState.PAUSED, stage="")
    if run.attempts >= ATTEMPTS:
        return replace(run, state=RunState.FAILED, reason=ENDED_EARLY, stage="", finished_at=now)
    return replace(
        run,
        state=RunState.RUNNING,
        attempts=run.attempts + 1,
        started_at=run.started_at or now,
        heartbeat_at=now,
    )
