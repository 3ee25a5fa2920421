"""Reading plain text and Markdown files into one page, word for word."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import UnreadableFile
from store.records import Block, BlockKind, Page

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_SAMPLE = 65_536
_LONG_LINE = 120
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_HEADING = re.compile(r"(#{1,6})[ \t]+\S")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+\S")
_RULE_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_FENCE = re.compile(r"[ \t]{0,3}(```|~~~)")
_UNDERLINE = re.compile(r"[ \t]{0,3}(=+|-+)[ \t]*$")


def read_text_file(path: Path, name: str, *, markdown: bool) -> Page:
    """The file as one page; raises UnreadableFile when it is empty or not text."""
    text = decode(path.read_bytes(), name)
    if not text.strip():
        raise UnreadableFile(f"{name} is empty, so there is nothing to read in it.")
    blocks = tuple(_markdown_blocks(text) if markdown else _plain_blocks(text))
    return Page(number=1, text=text, blocks=blocks)


def text_page(number: int, text: str, *, label: str | None, size: tuple[float, float]) -> Page:
    """A page of a PDF of which only the text is known."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return Page(number, text, label, *size, blocks=tuple(_plain_blocks(text)))


def decode(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16 or a Western code page, with plain line ends."""
    text = _decoded(content)
    sample = text[:_SAMPLE]
    strange = len(_CONTROL.findall(sample)) - sample.count("\x00") + sample.count("\ufffd")
    if strange > 0.02 * len(sample) + 2 or sample.count("\x00") > 0.3 * len(sample) + 2:
        raise UnreadableFile(
            f"{name} does not hold text; upload a PDF, plain text or Markdown file instead."
        )
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).lstrip("\ufeff")


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every line, without its line end."""
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _plain_blocks(text: str) -> Iterator[Block]:
    """Paragraphs, which blank lines separate; in a file without any, each long line is one."""
    opened = closed = -1
    unwrapped = "\n\n" not in text and len(text) > _LONG_LINE * (text.count("\n") + 1)
    for start, end in _lines(text):
        first, last = _trimmed(text, start, end)
        if first < last and unwrapped:
            yield Block(first, last, BlockKind.PARAGRAPH)
        elif first < last:
            opened, closed = (first if opened < 0 else opened), last
        elif opened >= 0:
            yield Block(opened, closed, BlockKind.PARAGRAPH)
            opened = -1
    if opened >= 0:
        yield Block(opened, closed, BlockKind.PARAGRAPH)


class _Blocks:
    """Blocks of a Markdown file as its lines come in."""

    def __init__(self, text: str) -> None:
        self.done: list[Block] = []
        self._text = text
        self._open: Block | None = None

    def close(self) -> None:
        """End the open block."""
        if self._open is not None:
            self.done.append(self._open)
        self._open = None

    def add(self, start: int, end: int, kind: BlockKind, header: str = "", level: int = 0) -> None:
        """One line that is a block of its own."""
        self.close()
        start, end = _trimmed(self._text, start, end)
        self._open = Block(start, end, kind, header, level)

    def continue_with(self, start: int, end: int) -> None:
        """One line that goes on with the open paragraph or list item, or opens a paragraph."""
        start, end = _trimmed(self._text, start, end)
        if self._open and self._open.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
            self._open = self._open._replace(end=end)
        else:
            self.add(start, end, BlockKind.PARAGRAPH)

    def underlined(self, level: int) -> bool:
        """Make the open one-line paragraph a heading."""
        if self._open is None or self._open.kind is not BlockKind.PARAGRAPH:
            return False
        if "\n" in self._text[self._open.start : self._open.end]:
            return False
        self._open = self._open._replace(kind=BlockKind.HEADING, level=level)
        self.close()
        return True


def _markdown_blocks(text: str) -> list[Block]:
    blocks = _Blocks(text)
    header = fence = ""
    lines = [*_lines(text), (len(text), len(text))]
    for (start, end), (after, after_end) in zip(lines, lines[1:], strict=False):
        line = text[start:end]
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1] == fence):
            blocks.close()
            fence = "" if fence else mark[1]
            continue
        if not line.strip():
            blocks.close()
        elif fence:
            blocks.continue_with(start, end)
        elif "|" in line and (header or _RULE_ROW.match(text[after:after_end])):
            if not _RULE_ROW.match(line):
                blocks.add(start, end, BlockKind.TABLE_ROW, header)
            header = header or _cells(line)
            continue
        else:
            _line(blocks, line, start, end)
        header = ""
    blocks.close()
    return blocks.done


def _line(blocks: _Blocks, line: str, start: int, end: int) -> None:
    """One line of Markdown outside tables and fences."""
    underline = _UNDERLINE.match(line)
    if underline and blocks.underlined(1 if underline[1][0] == "=" else 2):
        return
    if heading := _HEADING.match(line):
        blocks.add(start, end, BlockKind.HEADING, level=len(heading[1]))
        blocks.close()
    elif _ITEM.match(line):
        blocks.add(start, end, BlockKind.LIST_ITEM)
    elif not re.fullmatch(r"[-*_ \t]+", line):
        blocks.continue_with(start, end)


def _cells(line: str) -> str:
    return "\t".join(cell.strip() for cell in line.strip().strip("|").split("|"))
