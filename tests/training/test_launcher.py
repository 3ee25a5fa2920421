"""Runs in their own process: they end as candidates, survive kills and restarts, wait for each
other, and stop when somebody wishes so."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import BadInput
from assistant.models.catalog import ModelCatalog
from assistant.models.model_folder import ADAPTER_WEIGHTS
from assistant.settings import Settings
from assistant.training import process
from assistant.training.launcher import Training
from assistant.training.recipe import Recipe
from store.store import Store
from store.training_records import RunState, TrainingRun
from tests.models import tiny
from tests.training.tiny_home import prepare

WAIT = 300  # seconds until a test gives up
RECIPE = Recipe(  # 42 steps, a checkpoint at every 14th
    rank=4, alpha=8, learning_rate=1e-3, epochs=3, batch=4, longest=128, patience=0, threads=1,
    validation=0.05, test=0.02, validations_per_epoch=1,
)  # fmt: skip


class App:
    """What an app that is open has; closing it leaves the worker alone."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.store = Store(settings.home, role="the tests")
        self.models = ModelCatalog(settings, self.store, weights=settings.home / "weights")
        self.open()

    def open(self) -> None:
        """Look after the runs."""
        self.training = Training(self.store, self._settings, self.models)
        self.training.start()

    def close(self) -> None:
        self.training.close()
        self.models.close()
        self.store.close()

    def set_id(self) -> str:
        return self.store.examples.sets()[0].id

    def begin(self, name: str = "ahoy", recipe: Recipe = RECIPE) -> TrainingRun:
        return self.training.begin(name, "tiny", self.set_id(), recipe)

    def until(self, run_id: str, reached: Callable[[TrainingRun], bool]) -> TrainingRun:
        """The run when it is so."""
        deadline = time.monotonic() + WAIT
        while not reached(run := self.training.get(run_id)):
            assert time.monotonic() < deadline, run
            assert run.state is not RunState.FAILED, run.reason
            time.sleep(0.02)
        return run

    def leaves_checkpoints(self, run_id: str) -> bool:
        """Whether any are there when its process, which writes down first how it ended, is gone."""
        folder = process.run_folder(self._settings.home, run_id)
        deadline = time.monotonic() + WAIT
        while process.alive(folder):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return (folder / process.CHECKPOINTS).exists()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def settings(settings: Settings, base: Path) -> Iterator[Settings]:
    """A home with a tiny model and a set of examples; no worker is left behind."""
    prepare(settings, base)
    yield settings
    with closing(App(settings)) as app:
        for run in app.training.runs():
            app.training.cancel(run.id)
            app.training.wait(run.id)


def adapter(app: App, run_id: str) -> bytes:
    """The weights that a run made."""
    [kept] = [a for a in app.models.adapters("tiny") if a.run_id == run_id]
    return (Path(kept.folder) / ADAPTER_WEIGHTS).read_bytes()


def losses(app: App, run_id: str) -> list[tuple[int, float | None, float | None]]:
    return [(row.step, row.loss, row.validation_loss) for row in app.training.progress(run_id)]


def kill(folder: Path, how: signal.Signals) -> int:
    """Send the process of a run a signal, and see it end; its number."""
    deadline = time.monotonic() + WAIT
    while not (number := process.pid(folder)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(number, how)
    while process.pid(folder) == number:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return number


@pytest.fixture(scope="module")
def undisturbed(base, tmp_path_factory) -> tuple[bytes, list]:
    """What comes of RECIPE when nothing happens: weights and losses."""
    home = tmp_path_factory.mktemp("undisturbed")
    settings = Settings.from_environment({}, home=home)
    prepare(settings, base)
    with closing(App(settings)) as app:
        run = app.training.wait(app.begin().id)
        assert run.state is RunState.DONE, run.reason
        return adapter(app, run.id), losses(app, run.id)


def test_run_outlives_the_app_and_goes_on_after_being_killed(settings, undisturbed):
    with closing(App(settings)) as app:
        run = app.until(app.begin().id, lambda run: run.step >= 16)
        folder = process.run_folder(settings.home, run.id)
        app.training.close()
        assert process.alive(folder)
        app.open()  # finds it at work
        run = app.until(run.id, lambda now: now.step > run.step)
        assert (run.state, run.attempts) == (RunState.RUNNING, 1)
        kill(folder, signal.SIGKILL)
        app.until(run.id, lambda now: now.attempts == 2 and now.step > run.step)
        app.training.close()
        kill(folder, signal.SIGTERM)  # as when the machine goes down
        stopped = app.training.get(run.id)
        assert stopped.state is RunState.PAUSED
        assert run.step < stopped.step < stopped.steps
        app.open()
        done = app.training.wait(run.id)
        assert (done.state, done.reason) == (RunState.DONE, "")
        assert losses(app, run.id) == undisturbed[1]
        assert adapter(app, run.id) == undisturbed[0]
        assert not app.leaves_checkpoints(run.id)


def test_runs_wait_for_each_other_and_stop_when_somebody_wishes_so(settings):
    with closing(App(settings)) as app:
        first, second = app.begin("first"), app.begin("second")
        app.until(first.id, lambda run: run.step >= 5)
        assert app.training.get(second.id).state is RunState.QUEUED
        app.training.pause(first.id)
        paused = app.until(first.id, lambda run: run.state is not RunState.RUNNING)
        assert paused.state is RunState.PAUSED
        app.until(second.id, lambda run: run.state is RunState.RUNNING)
        with pytest.raises(BadInput, match="cancel it"):
            app.training.remove(second.id)
        app.training.cancel(second.id)
        assert app.training.wait(second.id).state is RunState.CANCELLED
        app.training.remove(second.id)
        assert [run.id for run in app.training.runs()] == [first.id]
        assert not process.run_folder(settings.home, second.id).exists()
        app.training.resume(first.id)
        assert app.training.get(first.id).state in (RunState.QUEUED, RunState.RUNNING)
        app.training.pause(first.id)
        app.training.cancel(first.id)
        assert app.training.wait(first.id).state is RunState.CANCELLED
        assert not app.leaves_checkpoints(first.id)
        left = process.run_folder(settings.home, first.id) / process.CHECKPOINTS / "checkpoint-7"
        app.training.close()
        left.mkdir(parents=True)  # its process was killed before it tidied up
        app.open()
        assert not app.leaves_checkpoints(first.id)
        assert app.models.adapters("tiny") == []


def test_run_whose_process_ends_early_again_and_again_fails_with_a_reason(settings):
    with closing(App(settings)) as app:
        run = app.begin()
        killed = {kill(process.run_folder(settings.home, run.id), signal.SIGKILL) for _ in "123"}
        assert len(killed) == 3
        failed = app.training.wait(run.id)
        assert failed.state is RunState.FAILED
        assert failed.reason.startswith("Its process ended early 3 times")
        app.training.resume(run.id)
        app.until(run.id, lambda run: run.state is RunState.RUNNING)
        app.training.cancel(run.id)


def test_run_on_examples_that_are_gone_fails_in_one_sentence(settings):
    with closing(App(settings)) as app:
        app.training.pause(app.begin("other").id)
        run = app.begin()
        app.store.examples.remove_set(run.set_id)
        failed = app.training.wait(run.id)
        assert failed.state is RunState.FAILED
        assert failed.reason == "Version 1 of this set of examples no longer exists."
