"""Reads a file of questions whose answers are known: what two indexes are compared on."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from assistant.errors import BadInput
from store.spare_indexes import JudgedQuestion

ENDINGS = ("jsonl", "csv")
MOST = 2000
MEGABYTES = 5


def read_question_set(name: str, data: bytes) -> tuple[JudgedQuestion, ...]:
    """Questions from JSON lines or CSV with `question`, `document` (the name of a file) and, as far
    as they are known, `page` (from 1) and `answer` (words as they stand there). Questions with none
    of the three are passed over: nothing answers them.

    Raises BadInput with the line that cannot be used.
    """
    if len(data) > MEGABYTES * 1_000_000:
        raise BadInput(f"{name} is larger than {MEGABYTES} MB; split it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{name} is not UTF-8 text; save it as UTF-8 and try again.") from None
    rows = _csv(text) if PurePath(name).suffix.lower() == ".csv" else _json_lines(name, text)
    found = tuple(
        _question(f"{name}, line {line}", row)
        for line, row in rows
        if any(row.get(field) for field in ("document", "page", "answer"))
    )
    if not found:
        raise BadInput(f"{name} has no questions whose document, page or answer is given.")
    if len(found) > MOST:
        raise BadInput(f"{name} has {len(found):,} questions; the most is {MOST:,}.")
    return found


def _csv(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for row in reader:
        yield reader.line_num, {str(key).strip().lower(): value for key, value in row.items()}


def _json_lines(name: str, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise BadInput(f"{name}, line {number}: this is no JSON object.")
        yield number, row


def _question(where: str, row: Mapping[str, Any]) -> JudgedQuestion:
    question, document, answer = (
        str(row.get(field) or "").strip() for field in ("question", "document", "answer")
    )
    for field, value in (("question", question), ("document", document)):
        if not value:
            raise BadInput(f"{where}: it has no {field}.")
    page = str(row.get("page") or "").strip()
    if page and not (page.isdigit() and int(page)):
        raise BadInput(f"{where}: page {page!r} is no number from 1.")
    if not page and not answer:
        raise BadInput(f"{where}: it has neither a page nor an answer to look for.")
    return JudgedQuestion(question, document, int(page) if page else None, answer)
