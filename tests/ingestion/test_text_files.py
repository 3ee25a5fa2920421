"""Plain text and Markdown files: decoding, and blocks that stand in the text word for word."""

from pathlib import Path

import pytest

from assistant.errors import UnreadableFile
from assistant.ingestion.text_files import decode, read_text_file
from store.records import BlockKind, Page

TEXT = "Grüße aus „Arvik“ – 5 €"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_decoded(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), "a.txt") == TEXT


def test_line_ends_and_null_bytes_are_cleaned() -> None:
    assert decode(b"one\r\ntwo\rthr\x00ee", "a.txt") == "one\ntwo\nthree"


def test_a_program_is_no_text() -> None:
    with pytest.raises(UnreadableFile, match="does not hold text"):
        decode(b"\x7fELF\x02\x01\x01" + bytes(range(32)) * 50, "a.txt")


def page(tmp_path: Path, text: str, *, markdown: bool = False) -> Page:
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8")
    return read_text_file(path, "file", markdown=markdown)


def parts(read: Page) -> list[tuple[str, str]]:
    return [(block.kind.value, read.text[block.start : block.end]) for block in read.blocks]


def test_blank_lines_part_paragraphs(tmp_path: Path) -> None:
    read = page(tmp_path, "\n\nfirst line\nsecond line\n  \n\nnext\n")
    assert parts(read) == [("paragraph", "first line\nsecond line"), ("paragraph", "next")]
    assert read.words == ()


def test_long_lines_without_blank_ones_are_paragraphs(tmp_path: Path) -> None:
    lines = ["The clerk walks along the water. " * 8, "At noon the list is copied. " * 8]
    read = page(tmp_path, "\n".join(lines))
    assert [text for _, text in parts(read)] == [line.strip() for line in lines]


def test_markdown_blocks_keep_their_text(tmp_path: Path) -> None:
    read = page(
        tmp_path,
        "# Quay rules #\n\nIntro\nline\n- one\n  more\n- two\n\nFees\n----\n\n"
        "| Boat | Fee |\n|---|--:|\n| Small | 5 |\n| Large | 9 |\n\n```\n# no heading\n```\n",
        markdown=True,
    )
    assert parts(read) == [
        ("heading", "# Quay rules #"),
        ("paragraph", "Intro\nline"),
        ("list-item", "- one\n  more"),
        ("list-item", "- two"),
        ("heading", "Fees"),
        ("table-row", "| Boat | Fee |"),
        ("table-row", "| Small | 5 |"),
        ("table-row", "| Large | 9 |"),
        ("paragraph", "# no heading"),
    ]
    levels = [block.level for block in read.blocks if block.kind is BlockKind.HEADING]
    headers = [block.header for block in read.blocks if block.kind is BlockKind.TABLE_ROW]
    assert levels == [1, 2]
    assert headers == ["", "Boat\tFee", "Boat\tFee"]


@pytest.mark.parametrize("markdown", [False, True])
def test_a_large_file_is_read_whole(tmp_path: Path, markdown: bool) -> None:
    text = "- A line of a large file | with a bar\n" * 200_000 + "x" * 5_000_000
    read = page(tmp_path, text, markdown=markdown)
    assert read.text == text
    assert read.blocks[-1].end == len(text)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is empty"):
        page(tmp_path, " \n\t\n")
