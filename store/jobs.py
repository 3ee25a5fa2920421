"""The durable rows of background work."""

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, case, delete, exists, insert, select, update

from store.database import Database
from store.errors import NotFound
from store.records import Job, JobKind, JobState
from store.tables import jobs

UNFINISHED = [state for state in JobState if state.unfinished]
CUT_OFF_OFTEN = 3
KEEP_THEIR_FILE = [s for s in JobState if s not in (JobState.READY, JobState.DUPLICATE)]
ON_FILES = [kind for kind in JobKind if kind.on_file]
# somebody waits for a switch, which takes a moment; nobody for a spare index, which takes long
TURN = case({JobKind.SWITCH: 0, JobKind.INDEX: 2}, value=jobs.c.kind, else_=1)


class Jobs:
    """Every job that was queued and not dismissed."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, job: Job) -> Job:
        with self._db.begin() as connection:
            connection.execute(insert(jobs).values(_row(job)))
        return job

    def change(self, job_id: str, **values: Any) -> Job:
        """Set some fields; returns the job as it is now. Raises NotFound."""
        with self._db.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
        return self.get(job_id)

    def move(self, job_id: str, states: Collection[JobState], **values: Any) -> Job | None:
        """Set some fields of a job that is in one of these states; None when it is not."""
        expected = (jobs.c.id == job_id) & jobs.c.state.in_(states)
        with self._db.begin() as connection:
            moved = connection.execute(update(jobs).where(expected).values(**values)).rowcount
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
        return _job(row) if moved and row else None

    def get(self, job_id: str) -> Job:
        """Raises NotFound."""
        with self._db.read() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
        if row is None:
            raise NotFound("This job is no longer listed.")
        return _job(row)

    def list(self, kb: str | None = None, *, unfinished_only: bool = False) -> Sequence[Job]:
        """Jobs, newest first."""
        query = select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        if kb is not None:
            query = query.where(jobs.c.kb == kb)
        if unfinished_only:
            query = query.where(jobs.c.state.in_(UNFINISHED))
        with self._db.read() as connection:
            return [_job(row) for row in connection.execute(query)]

    def next_queued(self) -> Job | None:
        """The job that has waited longest; those that were cut off again and again come later, and
        spare indexes last."""
        query = (
            select(jobs)
            .where(jobs.c.state == JobState.QUEUED)
            .order_by(TURN, jobs.c.attempts // CUT_OFF_OFTEN, jobs.c.created_at, jobs.c.id)
            .limit(1)
        )
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return _job(row) if row else None

    def unfinished(self, job_ids: Collection[str]) -> set[str]:
        """Those of the jobs that are queued or running."""
        with self._db.read() as connection:
            ids = connection.scalars(select(jobs.c.id).where(jobs.c.state.in_(UNFINISHED)))
            return set(ids).intersection(job_ids)

    def reading_again(self, document_id: str) -> Sequence[Job]:
        """Every job that reads a document's file again, or waits to."""
        query = select(jobs).where(
            jobs.c.document_id == document_id,
            jobs.c.kind == JobKind.REINGEST,
            jobs.c.state.in_(UNFINISHED),
        )
        with self._db.read() as connection:
            return [_job(row) for row in connection.execute(query)]

    def forget_file(self, kb: str, sha256: str) -> None:
        """Forget every job on a file whose document was removed, but for running jobs and for
        files sent again that wait."""
        upload = (jobs.c.kind == JobKind.INGEST) & (jobs.c.state == JobState.QUEUED)
        gone = (jobs.c.kb == kb) & (jobs.c.sha256 == sha256) & ~upload
        with self._db.begin() as connection:
            connection.execute(delete(jobs).where(gone, jobs.c.state != JobState.RUNNING))

    def sha256s(self) -> set[str]:
        """The files that jobs need now, or would need when they are tried again."""
        query = select(jobs.c.sha256).where(
            jobs.c.state.in_(KEEP_THEIR_FILE), jobs.c.kind.in_(ON_FILES)
        )
        with self._db.read() as connection:
            return set(connection.scalars(query))

    def needs(self, sha256: str) -> bool:
        """Whether a job needs this file now, or would need it when it is tried again."""
        mine = exists().where(jobs.c.sha256 == sha256, jobs.c.state.in_(KEEP_THEIR_FILE))
        with self._db.read() as connection:
            return bool(connection.scalar(select(mine)))

    def remove(self, job_id: str) -> None:
        """Forget a job, unless it is running."""
        gone = (jobs.c.id == job_id) & (jobs.c.state != JobState.RUNNING)
        with self._db.begin() as connection:
            connection.execute(delete(jobs).where(gone))


def _row(job: Job) -> dict[str, Any]:
    return {**dataclasses.asdict(job), "stage_seconds": dict(job.stage_seconds)}


def _job(row: Row[Any]) -> Job:
    values = row._asdict()
    return Job(**{**values, "state": JobState(values["state"]), "kind": JobKind(values["kind"])})
