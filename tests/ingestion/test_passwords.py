"""Locked files wait for their password, which is never written to a file."""

import pytest

from assistant.errors import BadInput
from store.records import JobState
from tests.crash_runs import faults
from tests.ingestion.drawing import PROSE, draw, encrypted, write
from tests.ingestion.small import done, in_files, opened


def page(canvas) -> None:
    write(canvas, [PROSE])


@pytest.fixture
def locked(tmp_path):
    """A PDF that needs the password "sesame"."""
    plain = draw(tmp_path / "plain.pdf", page)
    return encrypted(plain, tmp_path / "locked.pdf", "sesame")


def test_locked_file_waits_for_its_password_over_a_restart(settings, locked):
    with opened(settings) as small:
        job = small.library.add("locked.pdf", locked)
        assert done(small, job) == [JobState.NEEDS_PASSWORD]
    with opened(settings) as small:
        assert small.jobs.get(job.id).state is JobState.NEEDS_PASSWORD
        assert "protected by a password" in small.jobs.get(job.id).reason
        small.jobs.unlock(job.id, "wrong word")
        assert done(small, job) == [JobState.NEEDS_PASSWORD]
        assert "wrong" in small.jobs.get(job.id).reason
        small.jobs.unlock(job.id, "sesame")
        assert done(small, job) == [JobState.READY]
        with pytest.raises(BadInput, match="not waiting for a password"):
            small.jobs.unlock(job.id, "sesame")
        picture = small.library.page_picture(job.document_id, 1)
        assert picture.startswith(b"\x89PNG")
        assert done(small, small.library.reingest(job.document_id)) == [JobState.READY]
        assert list(faults_but_for_copies(small)) == []
    assert in_files(settings, b"sesame") == in_files(settings, b"wrong word") == []


def faults_but_for_copies(small):
    """The faults of a store, where copies without a password may lie beside their files."""
    copies = list(small.store.files.folder.glob("??/*.unlocked"))
    assert len(copies) == 1
    hidden = [copy.rename(small.store.files.folder.parent / copy.name) for copy in copies]
    yield from faults(small.store)
    for was, copy in zip(hidden, copies, strict=True):
        was.rename(copy)


def test_password_given_at_once_is_used(small, locked):
    job = small.library.add("locked.pdf", locked, password="sesame")
    assert done(small, job) == [JobState.READY]
    small.library.remove(job.document_id)
    assert [p for p in small.store.files.folder.rglob("*") if p.is_file()] == []


def test_password_is_forgotten_with_a_cancelled_job(settings, locked):
    with opened(settings, work=False) as small:
        job = small.library.add("locked.pdf", locked, password="sesame")
        small.jobs.cancel(job.id)
        small.jobs.retry(job.id)
        small.jobs.start()
        assert done(small, job) == [JobState.NEEDS_PASSWORD]
