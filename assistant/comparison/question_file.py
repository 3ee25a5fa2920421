"""Reads a file of questions: CSV with a column "question", or JSON lines with {"question": …}."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import PurePath

from assistant.errors import BadInput

ENDINGS = ("csv", "jsonl")
COLUMN = "question"
MOST = 1000
MEGABYTES = 5
_DELIMITERS = ",;\t"


def read_questions(name: str, data: bytes, *, longest: int) -> tuple[str, ...]:
    """The questions in the order of the file, empty ones left out; `longest` is in characters.

    Raises BadInput with the line that cannot be used.
    """
    if len(data) > MEGABYTES * 1_000_000:
        raise BadInput(f"{name} is larger than {MEGABYTES} MB; split it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{name} is not UTF-8 text; save it as UTF-8 and try again.") from None
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        raise BadInput(f"{name}: a file of questions ends in .csv or .jsonl.")
    found = _csv(name, text) if ending == "csv" else _json_lines(name, text)
    return _checked(name, found, longest)


def _checked(name: str, found: Iterator[tuple[int, str]], longest: int) -> tuple[str, ...]:
    questions: list[str] = []
    for line, entry in found:
        question = entry.replace("\x00", "").strip()
        if len(question) > longest:
            raise BadInput(
                f"{name}, line {line}: the question has {len(question):,} characters; "
                f"the most is {longest:,}."
            )
        if question:
            questions.append(question)
    if not questions:
        raise BadInput(f"{name} has no questions.")
    if len(questions) > MOST:
        raise BadInput(f"{name} has {len(questions):,} questions; the most is {MOST:,}. Split it.")
    return tuple(questions)


def _csv(name: str, text: str) -> Iterator[tuple[int, str]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(rows, [])]
        if COLUMN not in header:
            raise BadInput(
                f"{name} has no column {COLUMN!r}; its first line must name the columns."
            )
        place = header.index(COLUMN)
        for row in rows:
            yield rows.line_num, row[place] if place < len(row) else ""
    except csv.Error as error:
        raise BadInput(f"{name}, line {rows.line_num}: this is no CSV ({error}).") from None


def _json_lines(name: str, text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            raise BadInput(f"{name}, line {number}: this is no JSON.") from None
        question = entry.get(COLUMN) if isinstance(entry, dict) else None
        if not isinstance(question, str):
            raise BadInput(f'{name}, line {number}: it must be {{"{COLUMN}": "…"}}.')
        yield number, question
