"""Fine-tuning runs and what they measured step by step."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from store.database import Database
from store.errors import NotFound
from store.serialization import from_json, to_json
from store.tables import training_progress as progress
from store.tables import training_runs as runs
from store.training_records import Progress, RunState, TrainingRun


class TrainingRuns:
    """All fine-tuning runs of one data directory. Several processes may use it at once."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, run: TrainingRun) -> TrainingRun:
        with self._db.begin() as connection:
            connection.execute(insert(runs).values(_row(run)))
        return run

    def get(self, run_id: str) -> TrainingRun:
        """Raises NotFound."""
        with self._db.read() as connection:
            return _get(connection, run_id)

    def all(self) -> Sequence[TrainingRun]:
        """Newest first."""
        query = select(runs.c.record).order_by(runs.c.created_at.desc(), runs.c.id)
        with self._db.read() as connection:
            return [from_json(TrainingRun, record) for record in connection.scalars(query)]

    def unfinished(self) -> Sequence[TrainingRun]:
        """Those at work or waiting, paused ones left out; oldest first."""
        query = (
            select(runs.c.record)
            .where(runs.c.state.in_((RunState.RUNNING, RunState.QUEUED)))
            .order_by(runs.c.created_at, runs.c.id)
        )
        with self._db.read() as connection:
            return [from_json(TrainingRun, record) for record in connection.scalars(query)]

    def change(self, run_id: str, alter: Callable[[TrainingRun], TrainingRun]) -> TrainingRun:
        """Put what `alter` makes of a run in its place: nothing that others write meanwhile is
        lost. Raises NotFound, and lets through what `alter` raises."""
        with self._db.begin() as connection:
            changed = alter(_get(connection, run_id))
            connection.execute(update(runs).where(runs.c.id == run_id).values(_row(changed)))
        return changed

    def remove(self, run_id: str) -> None:
        """Forget a run with its progress; no file is touched."""
        with self._db.begin() as connection:
            connection.execute(delete(progress).where(progress.c.run_id == run_id))
            connection.execute(delete(runs).where(runs.c.id == run_id))

    def add_progress(self, row: Progress) -> None:
        """Keep what was measured at a step; a row of the same step is replaced. Raises NotFound."""
        with self._db.begin() as connection:
            _get(connection, row.run_id)
            its = (progress.c.run_id == row.run_id, progress.c.step == row.step)
            connection.execute(delete(progress).where(*its))
            connection.execute(
                insert(progress).values(run_id=row.run_id, step=row.step, record=to_json(row))
            )

    def progress(self, run_id: str) -> Sequence[Progress]:
        """In the order of its steps."""
        query = (
            select(progress.c.record).where(progress.c.run_id == run_id).order_by(progress.c.step)
        )
        with self._db.read() as connection:
            return [from_json(Progress, record) for record in connection.scalars(query)]

    def drop_progress_after(self, run_id: str, step: int) -> None:
        """Forget later rows: the run goes on from that step and writes them anew."""
        later = (progress.c.run_id == run_id, progress.c.step > step)
        with self._db.begin() as connection:
            connection.execute(delete(progress).where(*later))


def drop_samples(
    connection: Connection, set_id: str, version: int, contents: Collection[str]
) -> None:
    """Erase the sample answers that runs of a version gave to examples with these texts."""

    def stays(question: str) -> bool:
        return not any(question in content for content in contents)

    for record in connection.scalars(select(runs.c.record)).all():
        run = from_json(TrainingRun, record)
        if (run.set_id, run.version) != (set_id, version):
            continue
        if run.report:
            kept = tuple(s for s in run.report.samples if stays(s.question))
            run = replace(run, report=replace(run.report, samples=kept))
            connection.execute(update(runs).where(runs.c.id == run.id).values(_row(run)))
        its = select(progress.c.record).where(progress.c.run_id == run.id)
        for row in (from_json(Progress, record) for record in connection.scalars(its).all()):
            left = tuple(sample for sample in row.samples if stays(sample[0]))
            connection.execute(
                update(progress)
                .where(progress.c.run_id == run.id, progress.c.step == row.step)
                .values(record=to_json(replace(row, samples=left)))
            )


def _get(connection: Connection, run_id: str) -> TrainingRun:
    record = connection.scalar(select(runs.c.record).where(runs.c.id == run_id))
    if record is None:
        raise NotFound("This fine-tuning run no longer exists.")
    return from_json(TrainingRun, record)


def _row(run: TrainingRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "state": run.state,
        "created_at": run.created_at,
        "record": to_json(run),
    }
