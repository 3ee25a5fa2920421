"""Paragraphs, headings and list items from rows in reading order."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from assistant.ingestion.composition import Draft
from assistant.ingestion.lines import Piece
from assistant.ingestion.rows import Row
from store.records import BlockKind

_ITEM = re.compile(r"[•◦▪●○■□–—*·‣⁃➢✓✔-]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\([A-Z]\)|\(?[ivx]{2,5}[.)]")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?$")
_ENDED = re.compile(r"[.!?:;。！？؟…][\"'”’)\]]*\d*$")
_OTHER = re.compile(r"[\W_]+")
_HEADING_WORDS = 24


class Style:
    """What is usual in a document so far: the size of its body text, its outline titles."""

    def __init__(self, outline: Iterable[tuple[str, int, int]] = ()) -> None:
        self._sizes: Counter[float] = Counter()
        self._outline: Mapping[str, int] = {_plain(title): level for title, level, _ in outline}

    def learn(self, pieces: Iterable[Piece]) -> None:
        """Count the characters of a page by font size."""
        for piece in pieces:
            self._sizes[round(piece.size * 2) / 2] += sum(len(word.text) for word in piece.words)

    @property
    def body(self) -> float:
        """The font size most characters are set in."""
        return self._sizes.most_common(1)[0][0] if self._sizes else 10.0

    def heading_level(self, rows: Sequence[Row]) -> int:
        """1-6 when these rows are a heading, else 0."""
        text = " ".join(piece.text for row in rows for piece in row.pieces)
        words = text.split()
        if len(rows) > 4 or len(words) > _HEADING_WORDS or not re.search(r"[^\W\d_]{2}", text):
            return 0
        if level := self._outline.get(_plain(text), 0):
            return min(6, level)
        size, body = max(row.size for row in rows), self.body
        bold = all(row.bold for row in rows)
        if size < 0.95 * body or not (bold or size > 1.12 * body) or text[-1] in ",;":
            return 0
        if not bold and size < 1.4 * body and (text[-1] in ":." or len(words) > 16):
            return 0
        if text[-1] == "." and len(words) > 8 or (text[0].islower() and size < 1.3 * body):
            return 0
        if found := _NUMBERED.match(words[0]):
            return min(6, found[1].count(".") + 1) if len(words) > 1 else 0
        return 1 if size > 1.6 * body else 2 if size > 1.25 * body else 3 if bold else 4


def _plain(text: str) -> str:
    return _OTHER.sub("", text.lower())


def paragraphs(rows: Sequence[Row], style: Style) -> list[Draft]:
    """Drafts of the blocks these rows form."""
    groups: list[list[Row]] = []
    pitch = _pitch(rows)
    for place, row in enumerate(rows):
        above = groups[-1][-1] if groups else row
        edge = max(
            near.right
            for near in (above, *rows[max(0, place - 3) : place + 3])
            if near.left < above.right and near.right > above.left
        )
        if groups and not _starts_new(groups[-1], row, pitch, edge):
            groups[-1].append(row)
        else:
            groups.append([row])
    return [_draft(group, style) for group in groups]


def _draft(rows: Sequence[Row], style: Style) -> Draft:
    pieces = [piece for row in rows for piece in row.pieces]
    level = style.heading_level(rows)
    if level:
        return Draft(BlockKind.HEADING, [pieces], level=level)
    item = is_item(rows[0]) and len(pieces[0].words) + len(pieces) > 2
    return Draft(BlockKind.LIST_ITEM if item else BlockKind.PARAGRAPH, [pieces])


def is_item(row: Row) -> bool:
    """Whether a row begins with a bullet or a number."""
    return _ITEM.fullmatch(row.pieces[0].words[0].text) is not None


def _pitch(rows: Sequence[Row]) -> float:
    """The usual distance from line to line, in font sizes."""
    steps = [
        (b.bottom - a.bottom) / a.size
        for a, b in zip(rows, rows[1:], strict=False)
        if 0.7 * a.size < b.bottom - a.bottom < 2.2 * a.size and abs(a.size - b.size) < 1
    ]
    return median(steps) if steps else 1.3


def _starts_new(group: Sequence[Row], row: Row, pitch: float, edge: float) -> bool:
    before = group[-1]
    size = before.size
    step = row.bottom - before.bottom
    if step < 0.2 * size or step > (pitch + 0.32) * max(size, row.size):
        return True
    if abs(row.size - size) > 0.12 * max(row.size, size):
        return True
    if before.bold and not row.pieces[0].opens_bold:
        return True
    ended = _ENDED.search(before.pieces[-1].words[-1].text) is not None
    short = _is_short(before, row, edge, ended)
    if row.bold and not before.bold and (ended or short):
        return True
    if is_item(row) and (ended or short or is_item(group[0])):
        return True
    return _is_indented_anew(group, row, ended, short)


def _is_indented_anew(group: Sequence[Row], row: Row, ended: bool, short: bool) -> bool:
    """Whether the left edge, or the end of the line before, speaks for a new paragraph."""
    before, size = group[-1], group[-1].size
    shift = row.left - before.left
    centred = abs(row.left + row.right - before.left - before.right) < size
    if abs(shift) > size and centred:
        return False
    if is_item(group[0]):
        hanging = row.left > group[0].left + 0.5 * size
        return short and not hanging if shift > -0.8 * size else not hanging
    if shift > 0.8 * size:
        return ended or short
    if shift < -0.8 * size and len(group) > 1:
        return True
    return short


def _is_short(before: Row, row: Row, edge: float, ended: bool) -> bool:
    """Whether the next word would have fitted in the line before, had the text gone on."""
    word = row.pieces[0].words[0]
    room, need = edge - before.right, word.right - word.left + 0.3 * row.size
    return room > (need + 0.5 * row.size if ended else 2 * need + 3 * row.size)


def join_across(drafts: Sequence[Draft]) -> list[Draft]:
    """Paragraphs that a column end cut in two are one again."""
    joined: list[Draft] = []
    for draft in drafts:
        if joined and _goes_on(joined[-1], draft):
            before = joined[-1]
            joined[-1] = Draft(before.kind, [before.cells[0] + draft.cells[0]])
        else:
            joined.append(draft)
    return joined


def with_plain_headings(drafts: Sequence[Draft]) -> list[Draft]:
    """The same blocks, with short lines set like headings before a text made headings."""
    plain = [_is_plain_heading(draft) for draft in drafts]
    done: list[Draft] = []
    for place, draft in enumerate(drafts):
        after = drafts[place + 1 : place + 3]
        text = next(
            (d for d, other in zip(after, plain[place + 1 :], strict=False) if not other), None
        )
        if plain[place] and text is not None and _is_running_text(text):
            draft = Draft(BlockKind.HEADING, draft.cells, level=5)
        done.append(draft)
    return done


def _is_plain_heading(draft: Draft) -> bool:
    pieces = draft.cells[0]
    words = [word.text for piece in pieces for word in piece.words]
    if draft.kind is not BlockKind.PARAGRAPH or len(pieces) > 1 or len(words) > 9:
        return False
    text = " ".join(words)
    if not text[0].isupper() or len(text) < 4 or re.search(r"[:.,;!?\d]", text):
        return False
    long = [word for word in words if len(word) > 3]
    return bool(long) and all(word[0].isupper() for word in long)


def _is_running_text(draft: Draft) -> bool:
    words = sum(len(piece.words) for piece in draft.cells[0])
    return draft.kind is BlockKind.LIST_ITEM or (draft.kind is BlockKind.PARAGRAPH and words > 11)


def _goes_on(before: Draft, after: Draft) -> bool:
    if before.kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
        return False
    if after.kind is not BlockKind.PARAGRAPH:
        return False
    last, first = before.cells[0][-1], after.cells[0][0]
    if last.angle != first.angle or first.bottom > last.top or first.left < last.left:
        return False
    if abs(last.size - first.size) > 0.1 * last.size or len(last.words) < 3:
        return False
    ended = _ENDED.search(last.words[-1].text) is not None
    return last.broken or (not ended and first.words[0].text[:1].islower())
