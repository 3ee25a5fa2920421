"""Reads the words of a sample document: plain text with a little markup, listed in README.md."""

import re
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

HEADING = re.compile(r"(#{1,2}) (.+)")
ITEM = re.compile(r"(?:- |(\d+)\. )(.+)")


@dataclass(frozen=True)
class Piece:
    """One piece of a document. `kind` is "heading", "paragraph", "bullets", "numbers", "table", or
    the name of an @directive; `text` is its words and `rows` its items or cells."""

    kind: str
    text: str = ""
    level: int = 0
    rows: list[list[str]] = field(default_factory=list)


def read(path: Path) -> tuple[dict[str, str], list[Piece]]:
    """The `name: value` lines at the top of a source file, and the pieces that follow."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    about = dict(line.split(": ", 1) for line in head.splitlines())
    return about, [piece for block in _blocks(body) for piece in _pieces(block)]


def inline(text: str) -> str:
    """Markup inside a line as reportlab writes it."""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)


def _blocks(body: str) -> list[list[str]]:
    groups = groupby(body.splitlines(), key=lambda line: bool(line.strip()))
    return [list(lines) for filled, lines in groups if filled]


def _pieces(lines: list[str]) -> list[Piece]:
    found = []
    while lines and lines[0].startswith("@"):
        name, _, text = lines[0][1:].partition(" ")
        found.append(Piece(name, text))
        lines = lines[1:]
    return found + ([_plain(lines)] if lines else [])


def _plain(lines: list[str]) -> Piece:
    if match := HEADING.fullmatch(lines[0]):
        return Piece("heading", match[2], level=len(match[1]))
    if lines[0].startswith("|"):
        return Piece("cells", rows=[_cells(line) for line in lines])
    items = [match for line in lines if (match := ITEM.fullmatch(line))]
    if len(items) == len(lines):
        kind = "numbers" if items[0][1] else "bullets"
        return Piece(kind, rows=[[match[1] or "", match[2]] for match in items])
    return Piece("paragraph", "\n".join(lines))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
