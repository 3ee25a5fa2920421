"""Runs and their progress are kept; a data directory from before fine-tuning is brought up."""

import math
import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from store.database import Database, migration_config
from store.errors import NotFound
from store.models import Adapters
from store.training_records import (
    Guard,
    Progress,
    Report,
    RunState,
    Sample,
    TrainingRun,
    Warning,
    Wish,
)
from store.training_runs import TrainingRuns

NOW = datetime(2026, 11, 21, tzinfo=UTC)
RUN = TrainingRun("r1", "voice", "openbook-mini", "/weights/mini", {"way": "lora"}, NOW)


@pytest.fixture
def runs(database) -> TrainingRuns:
    return TrainingRuns(database)


def test_run_comes_back_as_it_was_given(runs):
    report = Report(
        {"token F1": (0.5, 0.75), "voice": (None, 1.0)},
        (Guard("forgetting", "Forgetting", 0.9, 0.2, "at least 0.8", True, "It forgot much."),),
        (Sample("Where?", "Ahoy! There.", "There.", "Ahoy! There."),),
        ("few examples",),
    )
    full = replace(
        RUN,
        state=RunState.DONE,
        wish=Wish.PAUSE,
        best_step=40,
        schema={"type": "object"},
        started_at=NOW,
        warnings=(Warning(40, "memorising", "Validation loss rises."),),
        report=report,
    )
    runs.add(full)
    assert runs.get("r1") == full
    assert full.report and full.report.red


def test_runs_are_listed_newest_first_and_removed(runs):
    later = replace(RUN, id="r2", created_at=NOW + timedelta(seconds=1))
    runs.add(RUN)
    runs.add(later)
    runs.add_progress(Progress("r1", 1, NOW, 0.5))
    assert runs.all() == [later, RUN]
    runs.remove("r1")
    assert runs.all() == [later]
    assert runs.progress("r1") == []
    with pytest.raises(NotFound, match="no longer exists"):
        runs.add_progress(Progress("r1", 2, NOW, 0.5))


def test_changes_made_at_once_are_all_kept(runs, tmp_path: Path):
    """Two connections of their own, as two processes have."""
    runs.add(RUN)
    other = Database(tmp_path / "records.sqlite3")

    def count(kept: TrainingRuns) -> None:
        for _ in range(20):
            kept.change("r1", lambda run: replace(run, step=run.step + 1))

    threads = [threading.Thread(target=count, args=(r,)) for r in (runs, TrainingRuns(other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert runs.get("r1").step == 40


def test_step_that_is_run_again_replaces_its_row_and_drops_later_ones(runs):
    runs.add(RUN)
    for step in (10, 20, 30):
        runs.add_progress(Progress("r1", step, NOW, step / 10, loss=2.0))
    runs.drop_progress_after("r1", 20)
    runs.add_progress(Progress("r1", 20, NOW, 2.0, loss=1.0, samples=(("Where?", "There."),)))
    assert [(row.step, row.loss) for row in runs.progress("r1")] == [(10, 2.0), (20, 1.0)]
    assert runs.progress("r1")[1].samples == (("Where?", "There."),)


def test_loss_that_is_no_number_is_kept(runs):
    runs.add(RUN)
    runs.add_progress(Progress("r1", 1, NOW, 0.1, loss=math.nan, validation_loss=math.inf))
    [row] = runs.progress("r1")
    assert row.loss is not None and math.isnan(row.loss)
    assert row.validation_loss == math.inf


def test_data_directory_from_before_fine_tuning_is_brought_up(tmp_path: Path):
    path = tmp_path / "records.sqlite3"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        command.upgrade(migration_config(connection), "0001")
    engine.dispose()
    record = (
        '{"id": "a", "base": "mini", "name": "voice", "version": 1, "state": "published", '
        '"created_at": "2026-11-21T00:00:00Z", "folder": "/a", "published_at": null}'
    )
    with sqlite3.connect(path) as old:
        values = ("a", "mini", "voice", 1, "published", "2026-11-21 00:00:00", record)
        old.execute("INSERT INTO adapters VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    old.close()
    database = Database(path)
    TrainingRuns(database).add(RUN)
    assert TrainingRuns(database).all() == [RUN]
    assert Adapters(database).get("a").model == "mini+voice"
    database.close()
