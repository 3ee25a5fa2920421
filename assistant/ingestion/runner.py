"""Works off the queue of jobs in one thread of the process that owns the store."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from assistant.errors import AssistantError, JobCancelled, PasswordNeeded
from assistant.ingestion.pipeline import Pipeline
from assistant.ingestion.progress import Progress
from store.errors import NotFound, StoreError
from store.jobs import Jobs
from store.knowledge_bases import KnowledgeBase
from store.records import Document, Job, JobKind, JobState

log = logging.getLogger(__name__)

REPORT_SECONDS = 0.5
ATTEMPTS = 10  # a file that ends the process is the rarer reason: most kills come from outside
NICENESS = 10
REST = 20  # times as long as tidying up took, before it is done again
FRESH: dict[str, Any] = {
    "state": JobState.QUEUED,
    "reason": "",
    "finished_at": None,
    "cancel_requested": False,
    "stage": "",
    "done": 0,
    "total": 0,
}


class Runner:
    """The thread that works, and what it must know that is not in the jobs' rows."""

    def __init__(self, pipeline: Pipeline, *, first: Callable[[], None]) -> None:
        """`first` is called in the thread before any job."""
        self._pipeline = pipeline
        self._first = first
        self._store = pipeline.store
        self._jobs = pipeline.store.jobs
        self.passwords: dict[str, str] = {}  # kept in memory only, never written down
        self.changed = threading.Condition()
        self._cancelled: set[str] = set()
        self._stopping = threading.Event()
        self._untidy, self._rested = True, 0.0
        self._thread = threading.Thread(target=self._work, name="ingestion", daemon=True)

    def start(self) -> None:
        """Take up what a stopped process left unfinished, then whatever is queued."""
        self._thread.start()

    def wake(self, *, untidy: bool = False) -> None:
        """Look at the queue now; `untidy` when something was deleted."""
        with self.changed:
            self._untidy = self._untidy or untidy
            self.changed.notify_all()

    def stop(self, job_id: str) -> None:
        """Cancel the job that is being worked on, at its next step."""
        self._cancelled.add(job_id)

    def close(self) -> None:
        """Stop at the next step; the job being worked on is taken up at the next start."""
        self._stopping.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join()
        self._pipeline.ahead.close()

    def _work(self) -> None:
        recovered = False
        while not self._stopping.is_set():
            try:
                recovered = recovered or self._recover()
                self._next()
            except Exception:  # a full disk, say; the thread must outlive it
                log.exception("the queue could not be worked on; it is tried again")
                recovered = False
                self._stopping.wait(REPORT_SECONDS)

    def _step_back(self) -> None:
        """Leave the processors to whoever asks: this thread, and those and the processes that it
        starts to read, embed and store files, take what is left. What serves searches as well, as
        Chroma with threads of its own, is open by now."""
        if sys.platform == "linux":  # elsewhere only whole processes can be nice
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)

    def _next(self) -> None:
        """Do one job, or tidy up when there is none, or wait for one."""
        job = self._jobs.next_queued()
        if job is not None:
            self._run(job)
            self.wake(untidy=True)
        elif self._untidy and time.monotonic() >= self._rested:
            self._tidy()
        else:
            with self.changed:
                self.changed.wait(REPORT_SECONDS)

    def _tidy(self) -> None:
        self._untidy = False
        started = time.monotonic()
        self._store.tidy()
        ended = time.monotonic()
        self._rested = ended + REST * (ended - started)

    def _recover(self) -> bool:
        """Queue again what was running when a process ended; give up on what ends every one."""
        self._first()
        self._step_back()
        for job in self._jobs.list(unfinished_only=True):
            if job.state is not JobState.RUNNING:
                continue
            if kb := self._store.knowledge_bases.get(job.kb):
                self._pipeline.discard(job, kb)
            if job.cancel_requested or self._store.changes.removed(job.document_id):
                self._finish(job, JobState.CANCELLED, "Cancelled.")
            elif job.attempts >= ATTEMPTS:
                reason = f"{job.name}: Openbook stopped {job.attempts} times while working on it."
                self._finish(job, JobState.FAILED, reason)
            else:
                self._jobs.change(job.id, **FRESH)
            self._forget_if_removed(job)
        return True

    def _run(self, job: Job) -> None:
        self._cancelled.discard(job.id)
        now = datetime.now(UTC)
        begun = {"started_at": now, "heartbeat_at": now, "attempts": job.attempts + 1}
        running = self._jobs.move(job.id, [JobState.QUEUED], state=JobState.RUNNING, **begun)
        if running is None or self._needless(running):
            return
        kb = self._store.knowledge_bases.get(job.kb)
        progress = Progress(_Reporter(self._jobs, job.id).report, lambda: self._must_stop(job))
        state, reason = self._outcome(running, kb, progress)
        if kb and state in (JobState.QUEUED, JobState.CANCELLED, JobState.FAILED):
            self._pipeline.discard(running, kb)
        if state is JobState.QUEUED:
            self._jobs.change(job.id, **{**FRESH, "attempts": job.attempts})
        else:
            self._finish(running, state, reason, stage_seconds=progress.seconds)
        self._forget_if_removed(running)

    def _must_stop(self, job: Job) -> bool:
        """Whether a job stops at its next step: for good, or until later. Spare indexes give way to
        everything else."""
        if self._stopping.is_set() or job.id in self._cancelled:
            return True
        waiting = self._jobs.next_queued() if job.kind is JobKind.INDEX else None
        return waiting is not None and waiting.kind is not JobKind.INDEX

    def _needless(self, job: Job) -> bool:
        """End a job with nothing to do: its file is in the library already, by an earlier run or
        by another job, or the document to be read again was removed."""
        known = self._store.documents.find(job.kb, job.sha256)
        if job.kind is JobKind.REINGEST and not known:
            self._finish(job, JobState.CANCELLED, "Cancelled.")
            self._forget_if_removed(job)
            return True
        if job.kind is not JobKind.INGEST or not known:
            return False
        if known.id == job.document_id:
            self._finish(job, JobState.READY, "")
        else:
            reason = already(job.name, known)
            self._finish(job, JobState.DUPLICATE, reason, document_id=known.id)
        return True

    def _outcome(
        self, job: Job, kb: KnowledgeBase | None, progress: Progress
    ) -> tuple[JobState, str]:
        """Do a job; returns the state it ends in (queued: cut off by a stop) and the reason."""
        password = self.passwords.pop(job.id, None)
        try:
            if kb is None:
                raise NotFound(f"The knowledge base {job.kb!r} is gone.")
            if job.kind.on_file:
                self._pipeline.run(job, kb, progress, password=password)
            elif job.kind is JobKind.REBUILD:
                self._pipeline.rebuild(kb, progress)
            else:
                self._work_on_index(job, kb, progress)
        except JobCancelled:
            stopped = job.id not in self._cancelled
            return (JobState.QUEUED, "") if stopped else (JobState.CANCELLED, "Cancelled.")
        except PasswordNeeded as error:
            return JobState.NEEDS_PASSWORD, str(error)
        except (AssistantError, StoreError) as error:
            return JobState.FAILED, str(error)
        except OSError as error:
            log.exception("%s failed", job.name)
            why = error.strerror or type(error).__name__
            return JobState.FAILED, f"{job.name} could not be worked on ({why}); try it again."
        except Exception:
            log.exception("%s failed", job.name)
            reason = (
                f"{job.name} could not be worked on because of a fault in Openbook; see its log."
            )
            return JobState.FAILED, reason
        return JobState.READY, ""

    def _work_on_index(self, job: Job, kb: KnowledgeBase, progress: Progress) -> None:
        """Fill a spare index, or switch to it; a switch that was done before a stop is done."""
        if job.target == kb.collection:
            return
        spare = self._store.spare_indexes.find(job.target)
        if spare is None:
            raise JobCancelled("Cancelled.")
        target = kb.made_by(spare.embedding, spare.dimension)
        work = self._pipeline.switch if job.kind is JobKind.SWITCH else self._pipeline.index
        work(kb, target, progress)

    def _forget_if_removed(self, job: Job) -> None:
        """A document that was removed while a job worked on it leaves no trace of that."""
        if self._store.changes.removed(job.document_id):
            self._jobs.remove(job.id)
            self._store.remove_file_if_unused(job.sha256)

    def _finish(self, job: Job, state: JobState, reason: str, **values: Any) -> None:
        self._jobs.change(
            job.id, state=state, reason=reason, finished_at=datetime.now(UTC), **values
        )


class _Reporter:
    """Writes progress to the job's row, at most every half second."""

    def __init__(self, jobs: Jobs, job_id: str) -> None:
        self._jobs, self._id = jobs, job_id
        self._stage, self._written = "", 0.0

    def report(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage == self._stage and now - self._written < REPORT_SECONDS and done < total:
            return
        at = datetime.now(UTC)
        values: dict[str, Any] = {"stage_started_at": at} if stage != self._stage else {}
        self._stage, self._written = stage, now
        self._jobs.change(self._id, stage=stage, done=done, total=total, heartbeat_at=at, **values)


def already(name: str, known: Document) -> str:
    """Why a file is not taken in once more."""
    if name == known.name:
        return f"{name} is already in the library."
    return f"{name} is already in the library as {known.name}."
