"""The process of one fine-tuning run: `python -m assistant.training.worker HOME RUN_ID`.

It opens the records and nothing else of the data directory, which belongs to the app. Killed at any
moment, it goes on from its last checkpoint when it is started again.
"""

import logging
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import AssistantError
from assistant.training import process
from assistant.training.general import general_examples, mixable
from assistant.training.recipe import Recipe
from assistant.training.row_watch import RowWatch
from assistant.training.rows import split
from assistant.training.watch import Stopped
from store.database import Database
from store.errors import NotFound, StoreError
from store.example_versions import turns_sha256
from store.examples import Examples
from store.model_records import HuggingFaceModel
from store.models import Adapters, Models
from store.serialization import from_json
from store.training_records import Example, RunState, TrainingRun, Wish
from store.training_runs import TrainingRuns

log = logging.getLogger(__name__)

FAULT = "It failed because of a fault in Openbook; the details are in {}."
NO_MEMORY = (
    "There was not enough memory; begin a run with smaller batches or shorter examples, or on a "
    "smaller model."
)
ROWS = "rows.sha256"  # which examples the checkpoints were made from


def main() -> int:
    home, run_id = Path(sys.argv[1]), sys.argv[2]
    folder = process.run_folder(home, run_id)
    if process.claim(folder) is None:
        return 1  # another process is at it
    process.detach()
    process.step_back()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    database = Database(home / "records.sqlite3")
    try:
        Work(database, home, run_id).do()
    except NotFound:
        log.info("the run was deleted")
    finally:
        database.close()
    return 0


class Work:
    """One run from its row to what comes of it."""

    def __init__(self, database: Database, home: Path, run_id: str) -> None:
        self._home = home
        self._folder = process.run_folder(home, run_id)
        self._runs = TrainingRuns(database)
        self._examples = Examples(database)
        self._adapters = Adapters(database)
        self._models = Models(database)
        self._run = self._runs.change(run_id, lambda run: replace(run, pid=os.getpid()))
        self._watch = RowWatch(self._runs, self._run)

    def do(self) -> None:
        """Do what is left of the run; its row tells how that ended. Raises NotFound when the run
        was deleted."""
        if self._run.state is not RunState.RUNNING:
            return
        try:
            with self._watch.heartbeat():
                done = self._train()
            process.drop_checkpoints(self._folder)
            self._end(done)
        except Stopped as stopped:
            self._stop(stopped.wish)
        except (AssistantError, StoreError) as error:
            self._fail(str(error))
        except Exception as error:
            log.exception("the run failed")
            short = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
            self._fail(NO_MEMORY if short else FAULT.format(self._folder / process.LOG))

    def _train(self) -> Callable[[TrainingRun], TrainingRun]:
        """Everything from reading the examples to what is kept of the result."""
        from assistant.training.finetuning import fine_tune

        run, watch = self._run, self._watch
        recipe = from_json(Recipe, run.recipe)
        watch.stage("preparing")
        general = general_examples()
        parts = split(self._rows(), recipe, mixable(general))
        tuned = fine_tune(recipe, Path(run.source), parts, self._folder, watch)
        watch.check()
        watch.stage("testing")
        report = None
        watch.check()
        watch.stage("saving")
        keep = self._keep_adapter if recipe.way.adapter else self._keep_model
        result = keep(tuned.folder, recipe)
        return lambda run: replace(
            run,
            state=RunState.DONE,
            report=report,
            result=result,
            best_step=tuned.best_step,
            step=tuned.steps,
            summary=tuned.summary,
        )

    def _rows(self) -> Sequence[Example]:
        """The examples of the run's version. Checkpoints made from others, some of which were
        erased since, are deleted."""
        rows = self._examples.rows(self._run.set_id, self._run.version)
        mark, sha256 = self._folder / ROWS, turns_sha256(rows)
        if mark.is_file() and mark.read_text() != sha256:
            process.drop_checkpoints(self._folder)
        mark.write_text(sha256)
        return rows

    def _keep_adapter(self, made: Path, _recipe: Recipe) -> str:
        """Put an adapter where it stays, and among the candidates; its id."""
        run, kept = self._run, self._moved(made, "adapters")
        if run.id not in {adapter.id for adapter in self._adapters.all(run.base)}:
            known = {"adapter_id": run.id, "run_id": run.id}
            self._adapters.add(run.base, run.name, str(kept), schema=run.schema, **known)
        return run.id

    def _keep_model(self, made: Path, recipe: Recipe) -> str:
        """Put a whole model where it stays, and among the others; its name."""
        kept, name = self._moved(made, "tuned"), self._run.name
        source, others = str(kept), {model.name: model for model in self._models.all()}
        if (other := others.get(name)) and getattr(other, "source", "") != source:
            name = f"{name}-{self._run.id}"
        now, precision = datetime.now(UTC), recipe.precision
        self._models.add(HuggingFaceModel(name, name, now, source, precision))
        return name

    def _moved(self, made: Path, place: str) -> Path:
        kept = self._home / place / self._run.id
        shutil.rmtree(kept, ignore_errors=True)  # of a process that was killed right after this
        kept.parent.mkdir(parents=True, exist_ok=True)
        return made.replace(kept)

    def _stop(self, wish: Wish) -> None:
        """End as somebody wished, unless they changed their mind meanwhile."""

        def alter(run: TrainingRun) -> TrainingRun:
            if Wish.CANCEL in (wish, run.wish):
                return replace(run, state=RunState.CANCELLED, wish=Wish.NONE)
            held = self._watch.terminated or run.wish is Wish.PAUSE
            return replace(run, state=RunState.PAUSED if held else RunState.QUEUED)

        if self._end(alter).state is RunState.CANCELLED:
            process.drop_checkpoints(self._folder)

    def _fail(self, reason: str) -> None:
        self._end(lambda run: replace(run, state=RunState.FAILED, reason=reason))

    def _end(self, alter: Callable[[TrainingRun], TrainingRun]) -> TrainingRun:
        """Write down how it ended, and that no process is at it any more."""

        def ended(run: TrainingRun) -> TrainingRun:
            run = alter(replace(run, pid=None, stage="", seconds=self._watch.seconds))
            over = run.state not in (RunState.QUEUED, RunState.PAUSED)
            return replace(run, finished_at=datetime.now(UTC) if over else None)

        return self._runs.change(self._run.id, ended)


if __name__ == "__main__":
    sys.exit(main())
