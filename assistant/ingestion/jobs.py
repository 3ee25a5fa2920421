"""The queue of background work on documents; `runner.py` works it off."""

import contextlib
import dataclasses
import time
import uuid
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from assistant.errors import BadInput
from assistant.ingestion.pipeline import Pipeline
from assistant.ingestion.runner import FRESH, Runner, already
from store.errors import NotFound
from store.records import Document, Job, JobKind, JobState

WORTH_RETRYING = (JobState.FAILED, JobState.CANCELLED)


class Ingestion:
    """Every job that was queued and not dismissed; their rows outlive the process."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._store = pipeline.store
        self._jobs = pipeline.store.jobs
        self._runner = Runner(pipeline, first=self._rebuild_what_lacks_vectors)

    def start(self) -> None:
        """Work the queue off in the background, first what a stopped process left unfinished."""
        self._runner.start()

    def add(self, kb: str, name: str, sha256: str, *, password: str | None = None) -> Job:
        """Queue a file that is already kept; a file the knowledge base has is a duplicate."""
        job = _new_job(kb, name, sha256)
        if known := self._store.documents.find(kb, sha256):
            return self._jobs.add(
                dataclasses.replace(
                    job,
                    document_id=known.id,
                    state=JobState.DUPLICATE,
                    reason=already(name, known),
                    finished_at=job.created_at,
                )
            )
        if password:
            self._runner.passwords[job.id] = password
        return self._queue(job)

    def read_again(self, document: Document) -> Job:
        """Queue a document's file to be read anew; the old reading serves until then."""
        job = _new_job(document.kb, document.name, document.sha256)
        return self._queue(dataclasses.replace(job, kind=JobKind.REINGEST, document_id=document.id))

    def rebuild(self, kb: str) -> Job:
        """Queue making the vectors of a knowledge base with its embedding model, or with the one
        set where that is not at hand."""
        job = _new_job(kb, f"Rebuild of {kb}", "")
        return self._queue(dataclasses.replace(job, kind=JobKind.REBUILD))

    def index(self, kb: str, collection: str, name: str) -> Job:
        """Queue filling a spare index and comparing it, after everything else that waits; `name` is
        that of its model."""
        job = _new_job(kb, f"Index of {kb} by {name}", "")
        return self._queue(dataclasses.replace(job, kind=JobKind.INDEX, target=collection))

    def switch(self, kb: str, collection: str, name: str) -> Job:
        """Queue searching in a spare index from then on, before everything else that waits."""
        job = _new_job(kb, f"Switch of {kb} to {name}", "")
        return self._queue(dataclasses.replace(job, kind=JobKind.SWITCH, target=collection))

    def list(self, kb: str | None = None, *, unfinished_only: bool = False) -> Sequence[Job]:
        """Jobs, newest first."""
        return self._jobs.list(kb, unfinished_only=unfinished_only)

    def get(self, job_id: str) -> Job:
        """Raises NotFound."""
        return self._jobs.get(job_id)

    def cancel(self, job_id: str) -> None:
        """Stop a job; a waiting one at once, a running one at its next step. Raises NotFound."""
        waiting = (JobState.QUEUED, JobState.NEEDS_PASSWORD)
        ended = {"finished_at": datetime.now(UTC), "reason": "Cancelled."}
        if self._jobs.move(job_id, waiting, state=JobState.CANCELLED, **ended):
            self._runner.passwords.pop(job_id, None)
            self._runner.wake()
        elif self._jobs.move(job_id, [JobState.RUNNING], cancel_requested=True):
            self._runner.stop(job_id)
        else:
            self._jobs.get(job_id)

    def retry(self, job_id: str) -> Job:
        """Queue a failed or cancelled job again. Raises BadInput for any other."""
        job = self._jobs.get(job_id)
        if job.kind.on_file and not self._store.files.has(job.sha256):
            raise BadInput(f"{job.name} is no longer kept; upload it again.")
        if again := self._jobs.move(job_id, WORTH_RETRYING, attempts=0, **FRESH):
            self._runner.wake()
            return again
        raise BadInput(f"{job.name} is {job.state}; only failed or cancelled files can be retried.")

    def unlock(self, job_id: str, password: str) -> Job:
        """Try an encrypted file again with this password. Raises BadInput for any other file."""
        self._runner.passwords[job_id] = password
        if again := self._jobs.move(job_id, [JobState.NEEDS_PASSWORD], attempts=0, **FRESH):
            self._runner.wake()
            return again
        self._runner.passwords.pop(job_id, None)
        raise BadInput(f"{self._jobs.get(job_id).name} is not waiting for a password.")

    def dismiss(self, job_id: str) -> None:
        """Forget a job and its file, when nothing else needs that; a running one is only
        cancelled. Raises NotFound."""
        self.cancel(job_id)
        job = self._jobs.get(job_id)
        self._jobs.remove(job_id)
        self._store.remove_file_if_unused(job.sha256)

    def forget(self, document: Document) -> None:
        """Stop reading a document that was removed, and wipe what it leaves."""
        for job in self._jobs.reading_again(document.id):
            with contextlib.suppress(NotFound):  # it ended and was forgotten meanwhile
                self.cancel(job.id)
        self._runner.wake(untidy=True)

    def tidy(self) -> None:
        """Wipe what deleting left behind, soon."""
        self._runner.wake(untidy=True)

    def seconds_left(self, job: Job) -> float | None:
        """An estimate for the running stage; None while there is nothing to go by."""
        if job.state is not JobState.RUNNING or not job.done or not job.total:
            return None
        so_far = (datetime.now(UTC) - (job.stage_started_at or datetime.now(UTC))).total_seconds()
        return so_far / job.done * (job.total - job.done)

    def wait(self, job_ids: Collection[str], timeout: float | None = None) -> Sequence[Job]:
        """The jobs once none of them is queued or running any more, or the time is over."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._runner.changed:
            while self._jobs.unfinished(job_ids):
                if deadline is not None and time.monotonic() >= deadline:
                    break
                self._runner.changed.wait(0.2)
        return [self._jobs.get(i) for i in job_ids]

    def close(self) -> None:
        """Stop at the next step; the job being worked on is taken up at the next start."""
        self._runner.close()

    def _rebuild_what_lacks_vectors(self) -> None:
        for kb in self._store.lacking_vectors():
            mine = not self._pipeline.embeddings.mismatch(kb)
            queued = self.list(kb.name, unfinished_only=True)
            if mine and not any(job.kind is JobKind.REBUILD for job in queued):
                self.rebuild(kb.name)

    def _queue(self, job: Job) -> Job:
        self._jobs.add(job)
        self._runner.wake()
        return job


def _new_job(kb: str, name: str, sha256: str) -> Job:
    return Job(
        id=uuid.uuid4().hex,
        kb=kb,
        name=name,
        sha256=sha256,
        document_id=uuid.uuid4().hex[:12],
        state=JobState.QUEUED,
        stage="",
        done=0,
        total=0,
        attempts=0,
        reason="",
        created_at=datetime.now(UTC),
    )
