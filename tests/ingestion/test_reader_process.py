"""One process reads PDFs one after the other for as long as none of them harms it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import JobCancelled, PasswordNeeded
from assistant.ingestion import reader_process
from assistant.ingestion.reader_process import PdfReader
from assistant.ingestion.reading import FileInfo, read_file
from assistant.settings import Settings
from store.records import Page
from tests.ingestion.drawing import encrypted
from tests.ingestion.reader_processes import readers

SAMPLES = Path(__file__).parents[2] / "samples"
GUIDE, HANDBOOK = SAMPLES / "service-guide.pdf", SAMPLES / "employee-handbook.pdf"
SETTINGS = Settings(ocr=False)


@pytest.fixture
def reader() -> Iterator[PdfReader]:
    one = PdfReader(SETTINGS)
    yield one
    one.close()
    assert readers() == []


def read(reader: PdfReader | None, path: Path) -> tuple[FileInfo, list[Page]]:
    """What is read of a file, in a form that can be compared."""
    info, pages = read_file(path, name=path.name, settings=SETTINGS, reader=reader)
    return info, [replace(page, words=tuple(page.words)) for page in pages]


def test_same_process_reads_the_next_file_as_a_new_one_would(reader: PdfReader):
    first = read(reader, GUIDE)
    before = readers()
    second = read(reader, HANDBOOK)
    assert readers() == before != []
    assert [first, second] == [read(None, GUIDE), read(None, HANDBOOK)]


def test_process_that_was_killed_meanwhile_is_replaced(reader: PdfReader):
    read(reader, GUIDE)
    [process] = readers()
    process.kill()
    assert read(reader, HANDBOOK) == read(None, HANDBOOK)
    assert process not in readers()


def test_process_that_nobody_asks_ends(reader: PdfReader):
    read(reader, GUIDE)
    [process] = readers()
    assert process.wait(timeout=60) == 0
    assert read(reader, HANDBOOK) == read(None, HANDBOOK)


def test_file_that_cannot_be_read_costs_the_process(reader: PdfReader, tmp_path: Path):
    with pytest.raises(PasswordNeeded):
        read(reader, encrypted(GUIDE, tmp_path / "locked.pdf", "harbour"))
    assert readers() == []
    assert read(reader, HANDBOOK) == read(None, HANDBOOK)


def test_cancelled_file_costs_the_process(reader: PdfReader):
    read(reader, GUIDE)
    with pytest.raises(JobCancelled):
        read_file(HANDBOOK, name="a.pdf", settings=SETTINGS, reader=reader, cancelled=lambda: True)
    assert readers() == []


def test_process_that_read_many_pages_is_not_used_again(reader: PdfReader, monkeypatch):
    monkeypatch.setattr(reader_process, "WORN", 1)
    read(reader, GUIDE)
    assert readers() == []
