"""Jobs that were cut off are finished or given up at the next start."""

from assistant.ingestion.runner import ATTEMPTS
from store.records import JobState
from tests.crash_runs import faults
from tests.ingestion.small import LONG, TEXT, HeldEmbeddings, done, opened


def test_job_cut_off_by_closing_is_taken_up_at_the_next_start(settings):
    held = HeldEmbeddings()
    small_held = opened(settings, held)
    with small_held as small:
        job = small.library.add("one.md", LONG)
        assert held.begun.wait(30)
        small.jobs._runner._stopping.set()  # as close does, which would wait for the model
        held.go.set()
    with opened(settings, work=False) as small:
        left = small.jobs.get(job.id)
        assert (left.state, left.attempts, left.stage) == (JobState.QUEUED, 0, "")
        assert list(faults(small.store)) == []
        small.jobs.start()
        assert done(small, job) == [JobState.READY]


def left_running(settings, **values) -> str:
    """A job that a killed process was working on."""
    with opened(settings, work=False) as small:
        job = small.library.add("one.md", TEXT)
        small.store.jobs.change(job.id, state=JobState.RUNNING, stage="embed", done=3, **values)
        return job.id


def test_job_left_running_is_finished_at_the_next_start(settings):
    job_id = left_running(settings, attempts=ATTEMPTS - 1)
    with opened(settings) as small:
        [job] = small.jobs.wait([job_id], timeout=60)
        assert (job.state, job.attempts) == (JobState.READY, ATTEMPTS)


def test_job_that_ends_every_process_is_given_up_until_somebody_retries_it(settings):
    job_id = left_running(settings, attempts=ATTEMPTS)
    with opened(settings) as small:
        [job] = small.jobs.wait([job_id], timeout=60)
        assert job.state is JobState.FAILED
        assert f"stopped {ATTEMPTS} times" in job.reason
        small.jobs.retry(job_id)
        [job] = small.jobs.wait([job_id], timeout=60)
        assert job.state is JobState.READY


def test_cancelling_holds_though_the_process_was_killed(settings):
    job_id = left_running(settings, attempts=1, cancel_requested=True)
    with opened(settings) as small:
        [job] = small.jobs.wait([job_id], timeout=60)
        assert job.state is JobState.CANCELLED
        assert small.library.documents() == []


def test_job_that_was_killed_after_its_last_step_is_ready(settings):
    with opened(settings) as small:
        job = small.library.add("one.md", TEXT)
        done(small, job)
        small.store.jobs.change(job.id, state=JobState.RUNNING)
        document = small.library.document(job.document_id)
    with opened(settings) as small:
        assert done(small, job) == [JobState.READY]
        assert small.library.document(job.document_id) == document


def test_document_removed_before_its_job_ended_does_not_come_back(settings):
    with opened(settings) as small:
        job = small.library.add("one.md", TEXT)
        done(small, job)
        small.store.jobs.change(job.id, state=JobState.RUNNING)  # as killed just before the end
        small.library.remove(job.document_id)
    with opened(settings) as small:
        other = small.library.add("other.txt", b"Other.")
        assert done(small, other) == [JobState.READY]
        assert [d.name for d in small.library.documents()] == ["other.txt"]
        assert [j.name for j in small.jobs.list()] == ["other.txt"]
        assert list(faults(small.store)) == []
