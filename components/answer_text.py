"""An answer as blocks of runs that the browser draws as text; knows nothing of Streamlit.

Only a little Markdown is understood (paragraphs, lists, headings, tables, code, bold, italic);
everything else stays the characters it is, so that no answer can load an image or carry HTML.
A block is {"kind", "runs"}; a run is {"text", "style", "verdict"}, {"chip": marker} or
{"mark": verdict, "why": reason}.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from store.answer_records import AnswerSentence

Block = dict[str, Any]
Run = dict[str, Any]

LONGEST_HEADING = 120
MARKER = re.compile(r"\[(\d{1,3})\]")
_TAIL = re.compile(r"(?:[^\w\s\[]*\s?\[\d{1,3}\])*[^\w\s\[]*")
_INLINE = re.compile(
    r"(?P<marker>\[\d{1,3}\])"
    r"|\*\*(?P<bold>\S(?:.*?\S)?)\*\*"
    r"|`(?P<code>[^`]+)`"
    r"|(?<![\w*])\*(?P<italic>[^\s*](?:[^*]*[^\s*])?)\*(?![\w*])"
)
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(?=\S)")
_ITEM = re.compile(r"(\s*)([-*•]|\d{1,3}[.)])\s+(?=\S)")
_RULE = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*\|?\s*")


class Line(NamedTuple):
    """One line of the answer and where it begins in it."""

    text: str
    start: int


class Reach(NamedTuple):
    """Where a sentence stands in the answer, markers and full stop included."""

    start: int
    end: int
    sentence: AnswerSentence


def blocks(text: str, sentences: Sequence[AnswerSentence] = ()) -> list[Block]:
    """The blocks of an answer, with the verdict of each sentence where it ends."""
    reaches = _locate(text, sentences)
    if reaches is None:
        text = " ".join(_marked(sentence) for sentence in sentences)
        reaches = _locate(text, sentences) or []
    return list(_blocks(_lines(text), _Painter(reaches)))


def _marked(sentence: AnswerSentence) -> str:
    return sentence.text + "".join(f"[{marker}]" for marker in sentence.citations)


def _lines(text: str) -> list[Line]:
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(Line(line, start))
        start += len(line) + 1
    return lines


def _skeleton(text: str) -> tuple[str, list[int]]:
    """Letters and digits only, markers left out, with their places in the text."""
    hidden = {place for found in MARKER.finditer(text) for place in range(*found.span())}
    kept = [
        (letter, place)
        for place, char in enumerate(text)
        if char.isalnum() and place not in hidden
        for letter in char.casefold()
    ]
    return "".join(letter for letter, _ in kept), [place for _, place in kept]


def _locate(text: str, sentences: Sequence[AnswerSentence]) -> list[Reach] | None:
    """Where each sentence stands; None when one cannot be found in order."""
    letters, places = _skeleton(text)
    reaches, cursor = [], 0
    for sentence in sentences:
        wanted, _ = _skeleton(sentence.text)
        if not wanted:
            continue
        found = letters.find(wanted, cursor)
        if found < 0:
            return None
        cursor = found + len(wanted)
        last = places[cursor - 1] + 1
        tail = _TAIL.match(text, last)
        reaches.append(Reach(places[found], tail.end() if tail else last, sentence))
    return reaches


def _blocks(lines: list[Line], paint: "_Painter") -> Iterator[Block]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.text.lstrip().startswith("```"):
            end = _end_of_code(lines, at)
            yield {"kind": "code", "text": "\n".join(one.text for one in lines[at + 1 : end])}
            at = end + 1
        elif at + 1 < len(lines) and "|" in line.text and _RULE.fullmatch(lines[at + 1].text):
            end = _end_of_table(lines, at + 2)
            rows = [lines[at], *lines[at + 2 : end]]
            yield {"kind": "table", "rows": [_cells(row, paint) for row in rows]}
            at = end
        else:
            if line.text.strip():
                yield _line_block(line, paint)
            elif at:
                yield {"kind": "gap"}
            at += 1


def _end_of_code(lines: list[Line], at: int) -> int:
    for end in range(at + 1, len(lines)):
        if lines[end].text.lstrip().startswith("```"):
            return end
    return len(lines)


def _end_of_table(lines: list[Line], at: int) -> int:
    while at < len(lines) and "|" in lines[at].text:
        at += 1
    return at


def _line_block(line: Line, paint: "_Painter") -> Block:
    if heading := _HEADING.match(line.text):
        short = len(line.text) <= LONGEST_HEADING and not MARKER.search(line.text)
        kind = "heading" if short else "paragraph"
        return {"kind": kind, "runs": paint.runs(line, heading.end())}
    if item := _ITEM.match(line.text):
        indent, bullet = item.groups()
        return {
            "kind": "item",
            "level": min(len(indent.expandtabs(4)) // 2, 4),
            "bullet": bullet if bullet[0].isdigit() else "•",
            "runs": paint.runs(line, item.end()),
        }
    return {"kind": "paragraph", "runs": paint.runs(line, 0)}


def _cells(row: Line, paint: "_Painter") -> list[list[Run]]:
    inner = row.text.strip().removeprefix("|").removesuffix("|")
    at, cells = row.text.find(inner), []
    for cell in inner.split("|"):
        cells.append(paint.runs(Line(cell, row.start + at), 0))
        at += len(cell) + 1
    return cells


class _Painter:
    """Turns stretches of the answer into runs, each knowing the verdict of its sentence."""

    def __init__(self, reaches: list[Reach]) -> None:
        self._reaches = reaches
        self._unmarked = list(reaches)

    def runs(self, line: Line, skip: int) -> list[Run]:
        """The runs of a line after its first `skip` characters, with marks where sentences end."""
        runs = list(self._styled(line.text, skip, len(line.text), line.start, ""))
        end = line.start + len(line.text)
        runs += self._marks(end)
        return [run for run in runs if run.get("text") != ""]

    def _styled(self, text: str, begin: int, end: int, offset: int, style: str) -> Iterator[Run]:
        at = begin
        for found in _INLINE.finditer(text, begin, end):
            kind = found.lastgroup or ""
            before = text[at : found.start()]
            gap = len(before) - len(before.rstrip()) if kind == "marker" else 0
            yield from self._plain(text, at, found.start() - gap, offset, style)
            at = found.end()
            if kind == "marker":
                yield {"chip": int(found["marker"][1:-1])}
            elif kind == "code":
                yield from self._plain(text, *found.span(kind), offset, "code")
            else:
                yield from self._styled(text, *found.span(kind), offset, f"{style} {kind}".strip())
        yield from self._plain(text, at, end, offset, style)

    def _plain(self, text: str, begin: int, end: int, offset: int, style: str) -> Iterator[Run]:
        """Text without markup, split where sentences begin and end."""
        at = begin
        while at < end:
            yield from self._marks(at + offset)
            reach = self._reach_at(at + offset)
            border = min(end, self._next_border(at + offset) - offset)
            piece = text[at:border]
            worded = reach is not None and any(map(str.isalnum, piece))
            verdict = reach.sentence.verdict.value if reach and worded else ""
            yield {"text": piece, "style": style, "verdict": verdict}
            at = border

    def _reach_at(self, place: int) -> Reach | None:
        return next((r for r in self._reaches if r.start <= place < r.end), None)

    def _next_border(self, place: int) -> int:
        borders = [border for r in self._reaches for border in (r.start, r.end) if border > place]
        return min(borders, default=place + 1_000_000)

    def _marks(self, place: int) -> Iterator[Run]:
        """Marks of the sentences that ended at or before this place, each once."""
        while self._unmarked and self._unmarked[0].end <= place:
            sentence = self._unmarked.pop(0).sentence
            yield {"mark": sentence.verdict.value, "why": sentence.reason}
