"""Cuts the pages of a document into chunks that end at sentence and section borders.

A chunk never straddles pages, so its page number is always true.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.sentences import count_words, sentence_spans, unwrapped
from store.records import Block, BlockKind, Chunk, Page

LONGEST_HEADING = 120
LONGEST_TABLE_HEADER = 400
LONGEST_TOKEN = 80  # characters without a space; what is longer may be cut anywhere
FULL = 1.15  # of the words a chunk aims at, from which it ends
CHARACTERS_A_WORD = 12  # more than any language needs: bounds text that has few words


@dataclass(frozen=True)
class _Unit:
    """A run of text that is not cut: a sentence, a heading or a table row."""

    start: int
    end: int
    words: int
    heading: str
    table: str
    opens_section: bool
    paragraph: int  # words of the paragraph that begins here, 0 where none does


@dataclass(frozen=True)
class _Limits:
    """How large a chunk should be, and how much of it the next one repeats, in words."""

    words: int
    overlap: int

    @property
    def longest_unit(self) -> int:
        return 2 * self.words

    @property
    def characters(self) -> int:
        return self.longest_unit * CHARACTERS_A_WORD

    def breaks(self, unit: _Unit, size: int) -> bool:
        """Whether a paragraph begins here that a chunk of `size` words cannot take in whole."""
        return unit.paragraph > 0 and size + unit.paragraph > self.words * FULL


def chunk_pages(
    document_id: str,
    title: str,
    pages: Iterable[Page],
    *,
    words: int,
    overlap: int,
    ids: str | None = None,
) -> Iterator[Chunk]:
    """Chunks of about `words` words in reading order, with the ids `<ids>-<position>`; those of a
    page before the next page is asked for.

    A paragraph that does not fit into a chunk begins the next one, and so does a section, unless
    that would leave less than a third of `words` in the chunk. Where a chunk ends within a
    paragraph, up to `overlap` words of whole sentences are repeated in the next one. All text is in
    some chunk, but for pages without a single word.
    """
    limits = _Limits(words, overlap)
    heading, position = "", 0
    for page in pages:
        units = list(_units(page, heading, limits))
        if any(unit.words for unit in units):
            for repeated, fresh in _groups(units, limits):
                chunk_id = f"{ids or document_id}-{position:05d}"
                yield _chunk(chunk_id, document_id, position, title, page, repeated, fresh)
                position += 1
        heading = units[-1].heading if units else heading


def _units(page: Page, heading: str, limits: _Limits) -> Iterator[_Unit]:
    for block in _blocks(page):
        opens = block.kind is BlockKind.HEADING
        text = page.text[block.start : block.end]
        paragraph = count_words(text) if block.kind is BlockKind.PARAGRAPH else 0
        if opens:
            heading = re.sub(r"^#+\s*|\s+", " ", text).strip()[:LONGEST_HEADING]
        for start, end in _unbroken(page.text, block):
            for piece_start, piece_end, size in _bounded(page.text, start, end, limits):
                yield _Unit(piece_start, piece_end, size, heading, block.header, opens, paragraph)
                opens, paragraph = False, 0


def _blocks(page: Page) -> Iterator[Block]:
    """The blocks of a page, and what stands between them (rules, fences) as paragraphs."""
    end, header = 0, ""
    for block in page.blocks:
        if page.text[end : block.start].strip():
            yield Block(end, block.start, BlockKind.PARAGRAPH, header)
        yield block
        end, header = max(end, block.end), block.header
    if page.text[end:].strip():
        yield Block(end, len(page.text), BlockKind.PARAGRAPH, header)


def _unbroken(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """Spans of a block that should stay whole."""
    if block.kind in (BlockKind.HEADING, BlockKind.TABLE_ROW):
        yield block.start, block.end
        return
    for start, end in sentence_spans(unwrapped(text[block.start : block.end])):
        yield block.start + start, block.start + end


def _bounded(text: str, start: int, end: int, limits: _Limits) -> Iterator[tuple[int, int, int]]:
    """The span with its number of words; cut between words where it is too long for one unit."""
    limit = limits.longest_unit
    if end - start <= limits.characters and (size := count_words(text[start:end])) <= limit:
        yield start, end, size
        return
    tokens = re.compile(rf"\S{{1,{min(LONGEST_TOKEN, limit)}}}\s*")
    first = stop = start
    size = 0
    for token in tokens.finditer(text, start, end):
        count = count_words(token.group())
        token_end = token.start() + len(token.group().rstrip())
        if stop > first and (size + count > limit or token_end - first > limits.characters):
            yield first, stop, size
            first, size = token.start(), 0
        elif stop == first:
            first = token.start()
        stop, size = token_end, size + count
    if stop > first:
        yield first, stop, size


def _groups(
    units: Sequence[_Unit], limits: _Limits
) -> Iterator[tuple[Sequence[_Unit], Sequence[_Unit]]]:
    """Runs of units that make a chunk: those repeated from the last one, and the fresh ones."""
    repeated: list[_Unit] = []
    fresh: list[_Unit] = []
    size = 0
    for unit in units:
        if fresh and _ends_before(unit, fresh, size, limits):
            group = [*repeated, *fresh]
            tail = _tail(group, unit, size, limits)
            if len(tail) < len(group):  # else the next chunk would hold all of this one
                yield repeated, fresh
                repeated, fresh, size = tail, [], 0
        fresh.append(unit)
        size += unit.words
    if fresh:
        yield repeated, fresh


def _ends_before(unit: _Unit, fresh: Sequence[_Unit], size: int, limits: _Limits) -> bool:
    """Whether a chunk with these fresh units, of `size` words, ends before the next unit."""
    if unit.end - fresh[0].start > limits.characters:
        return True
    if not unit.words or not size:
        return False
    long_enough = size * 3 >= limits.words
    headings_only = fresh[-1].opens_section and not long_enough
    full = size + unit.words > limits.words * FULL and not headings_only
    new_table = unit.table != fresh[-1].table and long_enough
    return full or new_table or (long_enough and (unit.opens_section or limits.breaks(unit, size)))


def _tail(group: Sequence[_Unit], unit: _Unit, size: int, limits: _Limits) -> list[_Unit]:
    """The last units of a group, with `size` fresh words, that are repeated before the next one."""
    opens = unit.opens_section or limits.breaks(unit, size)
    fresh_start = opens and size * 3 >= limits.words
    if fresh_start or unit.end - group[0].start > limits.characters:
        return []
    tail: list[_Unit] = []
    left = limits.overlap
    for earlier in reversed(group):
        left -= earlier.words
        if left < 0 or unit.start - earlier.start > limits.overlap * CHARACTERS_A_WORD:
            break
        tail.append(earlier)
    return tail[::-1]


def _chunk(
    chunk_id: str,
    document_id: str,
    position: int,
    title: str,
    page: Page,
    repeated: Sequence[_Unit],
    fresh: Sequence[_Unit],
) -> Chunk:
    group = [*repeated, *fresh]
    start, end = group[0].start, group[-1].end
    heading = next((u.heading for u in fresh if u.heading), "")
    table = next((u.table for u in fresh if u.table), "")[:LONGEST_TABLE_HEADER]
    if table and table in page.text[start:end]:
        table = ""
    context = "\n".join(part for part in (title, heading, table) if part)
    return Chunk(
        id=chunk_id,
        document_id=document_id,
        position=position,
        page=page.number,
        label=page.label,
        heading=heading,
        start=start,
        end=end,
        text=page.text[start:end],
        context=context,
    )
