"""The durable rows of jobs."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from store.errors import NotFound
from store.jobs import Jobs
from store.records import JobKind, JobState
from tests.documents import job


@pytest.fixture
def jobs(database):
    return Jobs(database)


def test_job_comes_back_as_it_was_given(jobs):
    now = datetime.now(UTC)
    made = job(
        "a", state=JobState.RUNNING, kind=JobKind.REINGEST, stage="read", done=3, total=9,
        attempts=2, reason="Why.", started_at=now, stage_started_at=now, heartbeat_at=now,
        finished_at=now, cancel_requested=True, stage_seconds={"read": 1.5},
    )  # fmt: skip
    jobs.add(made)
    assert jobs.get("a") == made
    with pytest.raises(NotFound):
        jobs.get("b")


def test_oldest_queued_job_is_next(jobs):
    now = datetime.now(UTC)
    jobs.add(job("late", created_at=now))
    jobs.add(job("early", created_at=now - timedelta(seconds=5)))
    jobs.add(job("running", created_at=now - timedelta(seconds=9), state=JobState.RUNNING))
    assert jobs.next_queued().id == "early"
    assert [j.id for j in jobs.list()] == ["late", "early", "running"]


def test_job_that_was_cut_off_again_and_again_lets_others_go_first(jobs):
    now = datetime.now(UTC)
    jobs.add(job("often", created_at=now - timedelta(seconds=5), attempts=3))
    jobs.add(job("once", created_at=now, attempts=1))
    jobs.add(job("never", created_at=now + timedelta(seconds=5)))
    order = []
    while following := jobs.next_queued():
        order.append(following.id)
        jobs.remove(following.id)
    assert order == ["once", "never", "often"]


def test_job_moves_only_from_an_expected_state(jobs):
    jobs.add(job("a"))
    assert jobs.move("a", [JobState.FAILED], state=JobState.QUEUED) is None
    assert jobs.move("a", [JobState.QUEUED], state=JobState.RUNNING).state is JobState.RUNNING
    assert jobs.move("a", [JobState.QUEUED], state=JobState.RUNNING) is None
    assert jobs.move("unknown", [JobState.QUEUED], state=JobState.RUNNING) is None


def test_only_one_of_many_takers_gets_a_job(jobs):
    jobs.add(job("a"))
    got = []

    def take():
        got.append(jobs.move("a", [JobState.QUEUED], state=JobState.RUNNING))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken is not None for taken in got) == 1


def test_unfinished_jobs_are_those_queued_or_running(jobs):
    for state in JobState:
        jobs.add(job(state.value, state=state))
    assert {j.state for j in jobs.list(unfinished_only=True)} == {
        JobState.QUEUED,
        JobState.RUNNING,
    }
    assert jobs.unfinished(["queued", "ready", "unknown"]) == {"queued"}
    assert jobs.list("other") == []


@pytest.mark.parametrize("state", JobState)
def test_file_is_needed_until_it_is_in_the_library(jobs, state):
    jobs.add(job("a", state=state))
    done = state in (JobState.READY, JobState.DUPLICATE)
    assert jobs.needs("sha-a") is not done
    assert jobs.sha256s() == (set() if done else {"sha-a"})


def test_rebuilding_needs_no_file(jobs):
    jobs.add(job("a", kind=JobKind.REBUILD, sha256=""))
    assert jobs.sha256s() == set()


def test_running_job_is_not_forgotten(jobs):
    jobs.add(job("a", state=JobState.RUNNING))
    jobs.add(job("b"))
    jobs.remove("a")
    jobs.remove("b")
    assert [j.id for j in jobs.list()] == ["a"]


def test_unfinished_readings_of_a_document_are_found(jobs):
    jobs.add(job("a", document_id="d", kind=JobKind.REINGEST))
    jobs.add(job("b", document_id="d", kind=JobKind.REINGEST, state=JobState.READY))
    jobs.add(job("c", document_id="d"))
    jobs.add(job("e", document_id="e", kind=JobKind.REINGEST))
    assert [j.id for j in jobs.reading_again("d")] == ["a"]


def test_jobs_on_a_removed_file_are_forgotten_but_for_one_sent_again(jobs):
    for state in JobState:
        jobs.add(job(state.value, sha256="x", state=state))
    jobs.add(job("again", sha256="x", kind=JobKind.REINGEST))
    jobs.add(job("archive", sha256="x", kb="archive"))
    jobs.add(job("other"))
    jobs.forget_file("library", "x")
    assert {j.id for j in jobs.list()} == {"queued", "running", "archive", "other"}
