"""Chunks: their invariants on random pages, their borders, and text that is hard to cut."""

import random
import re

import pytest

from assistant.ingestion.chunking import CHARACTERS_A_WORD, LONGEST_TOKEN, chunk_pages
from assistant.sentences import count_words
from store.records import Block, BlockKind, Chunk, Page

ALPHABETS = (
    'abc de. fg? hi! jk\nl\tm (n) "o" 1.2 U.S. e.g.',
    "港湾的渡轮。九点出发！真的吗？",
    "नमस्ते दुनिया। यह एक वाक्य है",
    "مرحبا بالعالم. كيف الحال؟",
    "   \n\n\t ",
    "----- ***** ||| ",
    "👩‍👩‍👧 é ﬁ",
)


def random_text(choices: random.Random) -> str:
    """Text of several scripts, with runs without a space among it."""
    pieces = []
    for _ in range(choices.randint(0, 30)):
        alphabet = choices.choice(ALPHABETS)
        run = "".join(choices.choices(alphabet, k=choices.randint(1, 60)))
        pieces.append(choices.choice([run, run * 10, "x" * choices.randint(1, 900)]))
    return "".join(pieces)


def random_page(number: int, choices: random.Random) -> Page:
    """A page whose blocks lie in order, with gaps between some of them."""
    text = random_text(choices)
    borders = sorted(choices.choices(range(len(text) + 1), k=2 * choices.randint(0, 6)))
    blocks = []
    for start, end in zip(borders[::2], borders[1::2], strict=True):
        stripped = text[start:end].strip()
        if stripped:
            start = text.index(stripped, start)
            kind = choices.choice(list(BlockKind))
            header = "a\tb" if kind is BlockKind.TABLE_ROW and choices.random() < 0.5 else ""
            blocks.append(Block(start, start + len(stripped), kind, header))
    return Page(number, text, blocks=tuple(blocks))


def covered(page: Page, chunks: list[Chunk]) -> set[int]:
    return {place for c in chunks if c.page == page.number for place in range(c.start, c.end)}


@pytest.mark.parametrize("seed", range(150))
def test_chunks_of_any_page_hold(seed):
    choices = random.Random(seed)
    words = choices.choice([10, 40, 120])
    overlap = choices.choice([0, words // 4, words - 1])
    pages = [random_page(number, choices) for number in range(1, choices.randint(2, 4))]
    chunks = list(chunk_pages("doc", "Title", pages, words=words, overlap=overlap))
    assert [c.id for c in chunks] == [f"doc-{n:05d}" for n in range(len(chunks))]
    assert [c.position for c in chunks] == list(range(len(chunks)))
    assert [(c.page, c.start) for c in chunks] == sorted({(c.page, c.start) for c in chunks})
    for chunk in chunks:
        text = pages[chunk.page - 1].text
        assert chunk.text == text[chunk.start : chunk.end]
        assert chunk.text == chunk.text.strip() != ""
        assert count_words(chunk.text) <= 2 * words + words / 3 + overlap
        assert len(chunk.text) <= (2 * words + overlap) * CHARACTERS_A_WORD + LONGEST_TOKEN
    for page in pages:
        if count_words(page.text):
            solid = {n for n, character in enumerate(page.text) if not character.isspace()}
            assert solid <= covered(page, chunks)


def page_of(*blocks: tuple[BlockKind, str], header: str = "") -> Page:
    text, made = "", []
    for kind, content in blocks:
        start = len(text)
        made.append(
            Block(start, start + len(content), kind, header if kind is BlockKind.TABLE_ROW else "")
        )
        text += content + "\n"
    return Page(1, text, blocks=tuple(made))


def paragraph(words: int, start: int = 0) -> str:
    """Sentences of ten words each."""
    return " ".join(
        " ".join(f"word{start + n + i}" for i in range(10)).capitalize() + "."
        for n in range(0, words, 10)
    )


def chunks_of(page: Page, words: int = 40, overlap: int = 0) -> list[Chunk]:
    return list(chunk_pages("doc", "Title", [page], words=words, overlap=overlap))


def test_chunks_end_where_sentences_end():
    chunks = chunks_of(page_of((BlockKind.PARAGRAPH, paragraph(200))))
    assert len(chunks) == 5
    assert all(re.fullmatch(r"Word.*\.", c.text, re.DOTALL) for c in chunks)
    assert all(count_words(c.text) == 40 for c in chunks)


def test_no_chunk_holds_text_of_two_long_sections():
    page = page_of(
        (BlockKind.HEADING, "Ships"),
        (BlockKind.PARAGRAPH, paragraph(20)),
        (BlockKind.HEADING, "Trains"),
        (BlockKind.PARAGRAPH, paragraph(20, 100)),
    )
    assert [c.heading for c in chunks_of(page)] == ["Ships", "Trains"]


def test_short_sections_share_a_chunk():
    page = page_of(
        (BlockKind.HEADING, "Ships"),
        (BlockKind.PARAGRAPH, "Short."),
        (BlockKind.HEADING, "Trains"),
        (BlockKind.PARAGRAPH, "Short too."),
    )
    assert [c.text for c in chunks_of(page)] == ["Ships\nShort.\nTrains\nShort too."]


@pytest.mark.parametrize("overlap", [0, 10])
def test_heading_does_not_stand_alone_before_a_long_sentence(overlap):
    sentence = " ".join(f"word{n}" for n in range(60)) + "."
    page = page_of((BlockKind.HEADING, "A heading"), (BlockKind.PARAGRAPH, sentence))
    assert len(chunks_of(page, overlap=overlap)) == 1


def test_heading_holds_on_the_next_page_and_is_embedded():
    first = page_of((BlockKind.HEADING, "## Ships"), (BlockKind.PARAGRAPH, paragraph(30)))
    second = Page(2, paragraph(30))
    chunks = list(chunk_pages("doc", "Guide", [first, second], words=40, overlap=0))
    assert [(c.page, c.heading, c.context) for c in chunks] == [
        (1, "Ships", "Guide\nShips"),
        (2, "Ships", "Guide\nShips"),
    ]


def test_overlap_repeats_whole_sentences():
    chunks = chunks_of(page_of((BlockKind.PARAGRAPH, paragraph(200))), overlap=15)
    for earlier, later in zip(chunks, chunks[1:], strict=False):
        repeated = earlier.text[later.start - earlier.start :]
        assert count_words(repeated) == 10
        assert repeated.startswith("Word")


def test_overlap_does_not_cross_into_a_new_section():
    page = page_of(
        (BlockKind.PARAGRAPH, paragraph(40)),
        (BlockKind.HEADING, "Trains"),
        (BlockKind.PARAGRAPH, paragraph(40, 100)),
    )
    assert chunks_of(page, overlap=20)[1].text.startswith("Trains")


def test_paragraph_that_does_not_fit_begins_the_next_chunk():
    page = page_of((BlockKind.PARAGRAPH, paragraph(30)), (BlockKind.PARAGRAPH, paragraph(30, 100)))
    assert [c.text for c in chunks_of(page, overlap=20)] == [paragraph(30), paragraph(30, 100)]


def test_short_paragraphs_share_a_chunk_and_are_not_left_alone():
    page = page_of(
        (BlockKind.PARAGRAPH, paragraph(20)),
        (BlockKind.PARAGRAPH, paragraph(20, 100)),
        (BlockKind.PARAGRAPH, paragraph(10, 200)),
        (BlockKind.PARAGRAPH, paragraph(60, 300)),
    )
    first, second, *_ = chunks_of(page)
    assert first.text == f"{paragraph(20)}\n{paragraph(20, 100)}"
    assert second.text.startswith(paragraph(10, 200))
    assert len(second.text) > len(paragraph(10, 200))


def test_no_chunk_is_wholly_repeated_in_the_next():
    page = page_of((BlockKind.PARAGRAPH, "Two words. " + paragraph(300)))
    chunks = chunks_of(page, overlap=39)
    assert all(
        a.start < b.start and a.end < b.end for a, b in zip(chunks, chunks[1:], strict=False)
    )


def test_table_rows_stay_whole_and_carry_their_header():
    rows = [f"Ship {n}\t{n} knots\t{n} berths" for n in range(20)]
    page = page_of(*((BlockKind.TABLE_ROW, row) for row in rows), header="Name\tSpeed\tBerths")
    chunks = chunks_of(page)
    assert len(chunks) > 1
    assert [line for c in chunks for line in c.text.split("\n")] == rows
    assert all(c.context == "Title\nName\tSpeed\tBerths" for c in chunks)


def test_header_is_not_repeated_where_it_stands():
    header = "Name\tSpeed"
    text = f"{header}\nFerry\t9"
    row = Block(len(header) + 1, len(text), BlockKind.TABLE_ROW, header)
    page = Page(1, text, blocks=(Block(0, len(header), BlockKind.TABLE_ROW), row))
    assert [c.context for c in chunks_of(page)] == ["Title"]


def test_script_without_spaces_is_cut_at_its_sentences():
    text = "渡轮九点离开港口。" * 30
    chunks = chunks_of(Page(1, text))
    assert all(c.text.endswith("。") for c in chunks)
    assert all(count_words(c.text) <= 46 for c in chunks)


def test_script_without_spaces_or_sentences_is_still_cut():
    chunks = chunks_of(Page(1, "港" * 1000))
    assert "".join(c.text for c in chunks) == "港" * 1000
    assert max(count_words(c.text) for c in chunks) <= 80


def test_token_without_end_is_cut():
    chunks = chunks_of(Page(1, "data: " + "A1b2" * 25_000))
    assert all(len(c.text) <= 80 * CHARACTERS_A_WORD + LONGEST_TOKEN for c in chunks)
    assert len("".join(c.text for c in chunks)) == len("data: " + "A1b2" * 25_000)


@pytest.mark.parametrize("text", ["", "   \n ", "*** --- ***", "\n".join(["| - |"] * 50)])
def test_page_without_a_word_has_no_chunk(text):
    assert chunks_of(Page(1, text)) == []


def test_label_and_page_come_from_the_page():
    pages = [Page(1, ""), Page(2, "Text.", label="iv")]
    chunks = list(chunk_pages("d", "T", pages, words=40, overlap=0))
    assert [(c.id, c.page, c.label) for c in chunks] == [("d-00000", 2, "iv")]


def test_ids_can_be_told_apart_from_those_of_an_older_reading():
    chunks = list(chunk_pages("doc", "T", [Page(1, "Text.")], words=40, overlap=0, ids="again"))
    assert [(c.id, c.document_id) for c in chunks] == [("again-00000", "doc")]


@pytest.mark.parametrize(
    "piece",
    [
        "The ferry leaves at nine. ",
        "no end of words ",
        "港湾",
        "x",
        "- ",
        "Mr. ",
        "1. ",
        "a.\n",
        "..",
        "\n",
    ],
)
def test_long_text_of_any_kind_is_cut_and_covered(piece):
    """Work that grows with the square of the length would not end here."""
    text = piece * (400_000 // len(piece))
    chunks = list(chunk_pages("doc", "Title", [Page(1, text)], words=120, overlap=30))
    assert all(len(c.text) <= 270 * CHARACTERS_A_WORD + LONGEST_TOKEN for c in chunks)
    if count_words(text):
        assert chunks[0].start == 0
        assert chunks[-1].end == len(text.rstrip())
        gaps = (text[a.end : b.start] for a, b in zip(chunks, chunks[1:], strict=False))
        assert not any(gap.strip() for gap in gaps)
