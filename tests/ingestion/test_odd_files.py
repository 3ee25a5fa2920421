"""A collection of broken, encrypted, empty and unusual PDFs: none may crash or leak."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import PasswordNeeded, UnreadableFile
from assistant.ingestion.reading import FileInfo, read_file
from assistant.settings import Settings
from store.records import Page
from tests.ingestion.test_reading import children


@pytest.fixture
def odd(shared_data: Path) -> list[dict[str, Any]]:
    folder = shared_data / "pdfs" / "odd"
    if not folder.is_dir():
        pytest.skip("the odd PDFs are not on this machine")
    lines = (folder / "manifest.jsonl").read_text().splitlines()
    return [{**json.loads(line), "path": folder / json.loads(line)["file"]} for line in lines]


def attempt(path: Path, password: str | None = None) -> tuple[FileInfo, list[Page]] | str:
    """What reading gives: pages, or the sentence that refuses, "password: " in front if so."""
    try:
        return read_file(path, name=path.name, settings=Settings(), password=password)
    except PasswordNeeded as error:
        return f"password: {error}"
    except UnreadableFile as error:
        return str(error)


def test_every_odd_file_ends_as_expected(odd: list[dict[str, Any]]) -> None:
    before, handles = children(), len(os.listdir("/proc/self/fd"))
    files = set(os.listdir(tempfile.gettempdir()))
    wrong: list[tuple[str, ...]] = []
    for entry in odd:
        outcome = attempt(entry["path"])
        if not fits(entry["expect"], outcome):
            wrong.append((entry["file"], entry["expect"], str(outcome)[:200]))
    assert wrong == []
    assert children() == before
    assert len(os.listdir("/proc/self/fd")) <= handles
    left = set(os.listdir(tempfile.gettempdir())) - files
    assert not [name for name in left if "openbook" in name or name.endswith(".pdf")]


def fits(expect: str, outcome: tuple[FileInfo, list[Page]] | str) -> bool:
    """Whether an outcome is one that the manifest allows."""
    has_text = not isinstance(outcome, str) and any(page.text.strip() for page in outcome[1])
    if expect == "text":
        return has_text
    if expect == "password":
        return isinstance(outcome, str) and outcome.startswith("password: ")
    one_sentence = isinstance(outcome, str) and "\n" not in outcome and outcome.endswith(".")
    return has_text or (one_sentence and not str(outcome).startswith("password: "))


def test_odd_files_open_with_their_password(odd: list[dict[str, Any]]) -> None:
    locked = [entry for entry in odd if entry["expect"] == "password"]
    assert locked
    for entry in locked:
        outcome = attempt(entry["path"], entry["password"])
        assert not isinstance(outcome, str), outcome
        assert any(page.text for page in outcome[1])
