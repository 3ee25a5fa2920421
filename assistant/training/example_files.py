"""Files of examples: JSON lines or CSV in, chat JSON lines out. What a row may be stands in
example_rows.py.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePath

from assistant.errors import BadInput
from assistant.training.example_rows import (
    LONGEST,
    SHOWN,
    Accepted,
    Refused,
    kind_of,
    read_object,
    read_row,
)
from assistant.training.examples import new_example
from store.training_records import Example, ExampleState, Origin

ENDINGS = ("jsonl", "csv")
MEGABYTES = 100
MOST = 50_000  # rows
_DELIMITERS = ",;\t"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class ExampleFile:
    """What a file held; `note` is a sentence on how it was read, or ""."""

    name: str
    accepted: tuple[Accepted, ...]
    refused: tuple[Refused, ...]
    note: str = ""


def read_examples(name: str, data: bytes) -> ExampleFile:
    """The rows of a file. Raises BadInput when it cannot be read as a whole."""
    if len(data) > MEGABYTES * 1_000_000:
        raise BadInput(f"{name} is larger than {MEGABYTES} MB; split it.")
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        raise BadInput(f"{name}: a file of examples ends in .jsonl or .csv.")
    note = ""
    if ending == "jsonl":
        rows = _json_lines(name, data)
    else:
        text, note = _decoded(name, data)
        rows = _csv(name, text)
    accepted: list[Accepted] = []
    refused: list[Refused] = []
    for row in rows:
        if isinstance(row, Accepted):
            accepted.append(row)
        else:
            refused.append(row)
        if len(accepted) + len(refused) > MOST:
            raise BadInput(f"{name} has more than {MOST:,} rows; split it.")
    if not accepted and not refused:
        raise BadInput(f"{name} has no rows.")
    return ExampleFile(name, tuple(accepted), tuple(refused), note)


def as_examples(file: ExampleFile, set_id: str) -> list[Example]:
    """The accepted rows as examples of a set; they count at once."""
    return [
        new_example(
            set_id,
            Origin.IMPORTED,
            row.turns,
            state=ExampleState.READY,
            file=file.name,
            line=row.line,
        )
        for row in file.accepted
    ]


def to_json_lines(examples: Iterable[Example]) -> str:
    """The examples as chat JSON lines, which every trainer reads."""
    rows = (
        {"messages": [{"role": t.role, "content": t.content} for t in example.turns]}
        for example in examples
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _json_lines(name: str, data: bytes) -> Iterator[Accepted | Refused]:
    if data.startswith(_UTF16):
        data = _decoded(name, data)[0].encode()
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.lstrip()[:1] == b"[":
        raise BadInput(f"{name} is one JSON list; put every example on a line of its own.")
    for number, raw in enumerate(data.split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            yield read_row(raw.decode("utf-8").strip(), number)
        except UnicodeDecodeError:
            shown = raw[:SHOWN].decode("utf-8", errors="replace")
            yield Refused(number, "The line is not UTF-8 text.", shown)


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    """The text, and a note if its encoding had to be guessed. Raises BadInput."""
    try:
        if data.startswith(_UTF16):
            return data.decode("utf-16"), ""
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise BadInput(f"{name} is not UTF-8 text; save it as UTF-8 and try again.") from None
    return text, f"{name} is not UTF-8 text and was read as Windows-1252; check its accents."


def _csv(name: str, text: str) -> Iterator[Accepted | Refused]:
    lines = list(io.StringIO(text, newline=""))
    delimiter = max(_DELIMITERS, key=lines[0].count) if lines else ","
    header: list[str] = []
    for line, cells, problem in _csv_rows(lines, delimiter):
        if header and problem:
            loose = next(csv.reader([lines[line - 1]], delimiter=delimiter), [])
            row = dict(zip(header, loose, strict=False))
            shown = json.dumps(row, ensure_ascii=False)[:SHOWN]
            yield Refused(line, f"This is no CSV ({problem}).", shown)
        elif header:
            yield _csv_row(header, cells, line)
        elif problem:
            raise BadInput(f"{name}, line {line}: this is no CSV ({problem}).")
        else:
            header = [cell.strip().lower() for cell in cells]
            if not kind_of(header):
                raise BadInput(
                    f"{name} has no columns question and answer, nor instruction and output; its "
                    "first line must name the columns."
                )


def _csv_rows(
    lines: Sequence[str], delimiter: str
) -> Iterator[tuple[int, Sequence[str], csv.Error | None]]:
    """Line, cells and fault of every row; after a fault it goes on with the next line, so that a
    quotation mark left open costs one row only."""
    begin = 0
    while begin < len(lines):
        rows = csv.reader(lines[begin:], delimiter=delimiter, strict=True)
        read = 0
        try:
            for cells in rows:
                if any(cell.strip() for cell in cells):
                    yield begin + read + 1, cells, None
                read = rows.line_num
            return
        except csv.Error as error:
            yield begin + read + 1, (), error
            begin += read + 1


def _csv_row(header: Sequence[str], cells: Sequence[str], line: int) -> Accepted | Refused:
    row = dict(zip_longest(header, cells[: len(header)], fillvalue=""))
    text = json.dumps(row, ensure_ascii=False)
    if len(text) > LONGEST:
        return read_row(text, line)
    if any(cell.strip() for cell in cells[len(header) :]):
        reason = (
            f"The row has {len(cells)} cells and there are {len(header)} columns; put text with "
            "a separator in it between quotation marks."
        )
        return Refused(line, reason, text[:SHOWN])
    return read_object(row, line, text)
