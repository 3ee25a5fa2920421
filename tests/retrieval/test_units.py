"""What of a chunk can be quoted: sentences, rows and lists, not headings or captions."""

import pytest

from assistant.retrieval.units import Unit, units
from store.records import Block, BlockKind, Chunk

Piece = tuple[BlockKind, str] | tuple[BlockKind, str, str]


def page(*pieces: Piece) -> tuple[Chunk, list[Block]]:
    """A chunk that is a whole page of these blocks."""
    text, blocks = "", list[Block]()
    for kind, words, *rest in pieces:
        header = rest[0] if rest else ""
        start = len(text)
        text += words + "\n"
        blocks.append(Block(start, len(text) - 1, kind, header))
    text = text.rstrip("\n")
    return Chunk("d-0", "d", 0, 1, None, "", 0, len(text), text, ""), blocks


def quoted(*pieces: Piece) -> list[str]:
    chunk, blocks = page(*pieces)
    return [chunk.text[unit.start : unit.end] for unit in units(chunk, blocks)]


def test_sentences_of_a_paragraph_are_quoted_one_by_one():
    assert quoted((BlockKind.PARAGRAPH, "It sails at nine. It returns at five.")) == [
        "It sails at nine.",
        "It returns at five.",
    ]


def test_heading_is_not_quoted_but_kept_with_what_follows():
    chunk, blocks = page(
        (BlockKind.HEADING, "Lost property"), (BlockKind.PARAGRAPH, "It is kept for 90 days.")
    )
    assert list(units(chunk, blocks)) == [Unit(14, 37, "Lost property")]


@pytest.mark.parametrize(
    "line",
    ["Balance sheet, thousands of pounds", "6.1 The five promises .", "7 Safety on board"],
)
def test_caption_or_line_of_contents_is_not_quoted(line: str):
    assert quoted((BlockKind.PARAGRAPH, line)) == []


def test_text_with_spaces_before_its_full_stops_is_quoted():
    said = "However , the tail of this cat may have a few almost unnoticeable stripes ."
    assert quoted((BlockKind.PARAGRAPH, f"It is blue . {said}")) == [said]


def test_row_is_quoted_with_its_header_and_the_header_row_is_not():
    chunk, blocks = page(
        (BlockKind.TABLE_ROW, "Model\tPrice"), (BlockKind.TABLE_ROW, "Tern\t1,450", "Model\tPrice")
    )
    assert list(units(chunk, blocks)) == [Unit(12, 22, "", "Model\tPrice")]


def test_list_is_quoted_with_the_sentence_that_leads_into_it():
    lead, first, second = "Bring these things:", "• a valid ticket", "• a warm coat"
    pieces = (
        (BlockKind.PARAGRAPH, lead),
        (BlockKind.LIST_ITEM, first),
        (BlockKind.LIST_ITEM, second),
    )
    assert f"{lead}\n{first}\n{second}" in quoted(*pieces)


def test_sentence_that_leads_into_a_table_answers_nothing():
    lead, row = "These are the fares of June 30, 2025:", (BlockKind.TABLE_ROW, "Tern\t1,450")
    assert quoted((BlockKind.PARAGRAPH, f"A car is booked. {lead}"), row)[0] == "A car is booked."
    assert quoted((BlockKind.PARAGRAPH, lead), row) == ["Tern\t1,450"]


def test_chunk_without_blocks_is_read_as_one_paragraph():
    chunk, _ = page((BlockKind.PARAGRAPH, "It sails at nine. It returns at five."))
    assert len(list(units(chunk, []))) == 2
