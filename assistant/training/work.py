"""One fine-tuning run, from its row to what comes of it, in the process that worker.py made.

It opens the records and nothing else of the data directory, which belongs to the app. Killed at any
moment, it goes on from its last checkpoint when it is done again.
"""

import contextlib
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import AssistantError
from assistant.training import process
from assistant.training.card import Examples as CardExamples
from assistant.training.card import write_card
from assistant.training.embedding_run import tune_embedding
from assistant.training.finetuning import fine_tune
from assistant.training.general import general_examples, mixable
from assistant.training.recipe import Recipe, Way
from assistant.training.report import make_report
from assistant.training.row_watch import RowWatch
from assistant.training.rows import split
from assistant.training.watch import Stopped
from store.changes import Changes
from store.database import Database
from store.errors import NotFound, StoreError
from store.example_versions import turns_sha256
from store.examples import Examples
from store.model_records import HuggingFaceModel
from store.models import Adapters, Models
from store.serialization import from_json
from store.training_records import Example, Report, RunState, TrainingRun, Wish
from store.training_runs import TrainingRuns, drop_samples

log = logging.getLogger(__name__)

FAULT = "It failed because of a fault in Openbook; the details are in {}."
NO_MEMORY = (
    "There was not enough memory; begin a run with smaller batches or shorter examples, or on a "
    "smaller model."
)
ERASED = (
    "{} of its examples were deleted while it trained, and what it learned from them is still in "
    "it; begin a run anew to be without them."
)
Alter = Callable[[TrainingRun], TrainingRun]
ROWS = "rows.sha256"  # which examples the checkpoints were made from


class Work:
    """One run from its row to what comes of it."""

    def __init__(self, database: Database, home: Path, run_id: str) -> None:
        self._database = database
        self._home = home
        self._folder = process.run_folder(home, run_id)
        self._runs = TrainingRuns(database)
        self._examples = Examples(database)
        self._run = self._runs.get(run_id)
        self._watch = RowWatch(self._runs, self._run)
        self._rows: Sequence[Example] = ()

    def do(self) -> None:
        """Do what is left of the run; its row tells how that ended. Raises NotFound when the run
        was deleted."""
        if self._run.state is not RunState.RUNNING:
            return
        try:
            with self._watch.heartbeat():
                done = self._train()
            self._end(done)
            self._forget_erased()
            process.drop_checkpoints(self._folder)
        except Stopped as stopped:
            self._stop(stopped.wish)
        except (AssistantError, StoreError) as error:
            self._fail(str(error))
        except Exception as error:
            log.exception("the run failed")
            short = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
            self._fail(NO_MEMORY if short else FAULT.format(self._folder / process.LOG))

    def _train(self) -> Alter:
        """Everything from reading the examples to what is kept of the result."""
        run, watch = self._run, self._watch
        recipe = from_json(Recipe, run.recipe)
        if recipe.way is Way.EMBEDDING:
            return tune_embedding(self._database, self._home, run, watch)
        watch.stage("preparing")
        self._rows, general = self._read_rows(), general_examples()
        parts = split(self._rows, recipe, mixable(general))
        tuned = fine_tune(recipe, Path(run.source), parts, self._folder, watch)
        watch.check()
        if gone := len(self._erased()):
            watch.warn(tuned.steps, "erased", ERASED.format(gone))
        watch.stage("testing")
        report = make_report(
            Path(run.source),
            tuned.folder,
            parts,
            schema=run.schema,
            plain_text=recipe.way is Way.CONTINUED,
            precision=recipe.precision,
            watch=watch,
        )
        watch.stage("saving")
        result = self._keep(tuned.folder, recipe, report)
        return lambda run: replace(
            run,
            state=RunState.DONE,
            report=report,
            result=result,
            best_step=tuned.best_step,
            step=tuned.steps,
            summary=tuned.summary,
        )

    def _read_rows(self) -> Sequence[Example]:
        """The examples of the run's version. Checkpoints made from others, some of which were
        erased since, are deleted."""
        rows = self._examples.rows(self._run.set_id, self._run.version)
        mark, sha256 = self._folder / ROWS, turns_sha256(rows)
        if mark.is_file() and mark.read_text() != sha256:
            process.drop_checkpoints(self._folder)
        mark.write_text(sha256)
        return rows

    def _erased(self) -> Sequence[Example]:
        """The examples that were erased while they were learned from."""
        left: Sequence[Example] = ()
        with contextlib.suppress(NotFound):
            left = self._examples.rows(self._run.set_id, self._run.version)
        kept = {example.id for example in left}
        return [example for example in self._rows if example.id not in kept]

    def _forget_erased(self) -> None:
        """Keep no answer to an example that is gone."""
        texts = {turn.content for example in self._erased() for turn in example.turns}
        with self._database.begin() as connection:
            drop_samples(connection, self._run.set_id, self._run.version, texts)

    def _keep(self, made: Path, recipe: Recipe, report: Report) -> str:
        """Put what was made where it stays, with its card, and among the others; the id of the
        adapter, or the name of the model."""
        kept = self._home / ("adapters" if recipe.way.adapter else "tuned") / self._run.id
        shutil.rmtree(kept, ignore_errors=True)  # of a process that was killed right after this
        kept.parent.mkdir(parents=True, exist_ok=True)
        made.replace(kept)
        self._write_card(kept, report)
        return self._add_adapter(kept) if recipe.way.adapter else self._add_model(kept, recipe)

    def _write_card(self, kept: Path, report: Report) -> None:
        run, made_from = self._run, None
        with contextlib.suppress(NotFound):  # the set was deleted meanwhile
            version = self._examples.version(run.set_id, run.version)
            name = self._examples.set(run.set_id).name
            made_from = CardExamples(name, version.number, version.count, version.sha256)
        # without answers: a card is handed on, and examples may be erased later
        shown = replace(run, report=replace(report, samples=()), seconds=self._watch.seconds)
        write_card(
            kept,
            shown,
            made_at=datetime.now(UTC),
            examples=made_from,
            document_change=Changes(self._database).last(),
        )

    def _add_adapter(self, kept: Path) -> str:
        run, adapters = self._run, Adapters(self._database)
        if run.id not in {adapter.id for adapter in adapters.all(run.base)}:
            known = {"adapter_id": run.id, "run_id": run.id}
            adapters.add(run.base, run.name, str(kept), schema=run.schema, **known)
        return run.id

    def _add_model(self, kept: Path, recipe: Recipe) -> str:
        run, models = self._run, Models(self._database)
        name, source, now = run.name, str(kept), datetime.now(UTC)
        others = {model.name: model for model in models.all()}
        if (other := others.get(name)) and getattr(other, "source", "") != source:
            name = f"{name}-{run.id}"
        models.add(HuggingFaceModel(name, name, now, source, recipe.precision, run.schema))
        return name

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

    def _end(self, alter: Alter) -> TrainingRun:
        """Write down how it ended, and that no process is at it any more."""

        def ended(run: TrainingRun) -> TrainingRun:
            run = alter(replace(run, stage="", seconds=self._watch.seconds))
            over = run.state not in (RunState.QUEUED, RunState.PAUSED)
            return replace(run, finished_at=datetime.now(UTC) if over else None)

        return self._runs.change(self._run.id, ended)
