"""Cuts a chunk into what can be quoted as evidence: sentences, table rows, lists with their lead.

Headings, header rows and captions name what follows; they answer nothing and are left out.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.sentences import count_words, sentence_spans, unwrapped
from store.records import Block, BlockKind, Chunk

SHORTEST = 3  # words; shorter runs say nothing by themselves
LONGEST_ENTRY = 10  # words of a line of contents whose dots were read as one
LONGEST_LIST = 150  # words of a list that is quoted as one
_ENDS = re.compile(r"[.!?:;。！？][\"'”’)\]]*$")
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*|[A-Z])[.)]?\s+")


class Unit(NamedTuple):
    """A span of a chunk's text, the heading above it, and for a table row its table's header."""

    start: int
    end: int
    heading: str = ""
    header: str = ""


def units(chunk: Chunk, blocks: Sequence[Block]) -> Iterator[Unit]:
    """The quotable units of a chunk; `blocks` are those of its page."""
    inside = [b for b in blocks if b.start < chunk.end and b.end > chunk.start]
    inside = inside or [Block(chunk.start, chunk.end, BlockKind.PARAGRAPH)]
    headers = {block.header.strip() for block in blocks}  # the first column may have none
    heading = chunk.heading
    for index, block in enumerate(inside):
        start = max(block.start, chunk.start) - chunk.start
        end = min(block.end, chunk.end) - chunk.start
        text = chunk.text[start:end]
        if block.kind is BlockKind.HEADING:
            heading = text
        elif block.kind is BlockKind.TABLE_ROW:
            if text.strip() not in headers:
                yield Unit(start, end, heading, block.header)
        elif block.kind is BlockKind.LIST_ITEM:
            yield from _of_list(chunk, inside, index, heading)
        else:
            yield from _of_paragraph(chunk, inside, index, heading)


def _of_paragraph(
    chunk: Chunk, inside: Sequence[Block], index: int, heading: str
) -> Iterator[Unit]:
    """Its sentences; one that leads into a list has the list with it, one that leads into anything
    else answers nothing by itself."""
    block = inside[index]
    start = max(block.start, chunk.start) - chunk.start
    end = min(block.end, chunk.end) - chunk.start
    for a, b in sentence_spans(unwrapped(chunk.text[start:end])):
        leads = start + b == end and chunk.text[end - 1] == ":"
        stop = _end_of_list(chunk, inside[index + 1 :], end) if leads else start + b
        if stop > end or (not leads and _says_something(chunk.text[start + a : stop])):
            yield Unit(start + a, stop, heading)


def _of_list(chunk: Chunk, inside: Sequence[Block], index: int, heading: str) -> Iterator[Unit]:
    """The item's sentences; before the first item, the whole list."""
    block = inside[index]
    start = max(block.start, chunk.start) - chunk.start
    end = min(block.end, chunk.end) - chunk.start
    if not index or inside[index - 1].kind is not BlockKind.LIST_ITEM:
        stop = _end_of_list(chunk, inside[index + 1 :], end)
        if stop > end:
            yield Unit(start, stop, heading)
    for a, b in sentence_spans(unwrapped(chunk.text[start:end])):
        if count_words(chunk.text[start + a : start + b]) >= SHORTEST:
            yield Unit(start + a, start + b, heading)


def _end_of_list(chunk: Chunk, following: Sequence[Block], end: int) -> int:
    """Where the list ends that goes on after `end`; `end` itself if there is none."""
    last = end
    for block in following:
        if block.kind is not BlockKind.LIST_ITEM or block.end > chunk.end:
            break
        if count_words(chunk.text[end : block.end - chunk.start]) > LONGEST_LIST:
            break
        last = block.end - chunk.start
    return last


def _says_something(text: str) -> bool:
    """Not a caption or a line of a table of contents: it ends like a sentence or has a figure."""
    said = count_words(text)
    if said < SHORTEST or text.endswith("..") or (text.endswith(" .") and said < LONGEST_ENTRY):
        return False
    return bool(_ENDS.search(text)) or any(c.isdigit() for c in _NUMBERED.sub("", text))
