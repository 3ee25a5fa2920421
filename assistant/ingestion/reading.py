"""Reading a file into pages. PDFs are read in a process of their own that a bad file may kill."""

import base64
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant.errors import PasswordNeeded, UnreadableFile
from assistant.ingestion.reader_process import PdfReader, memory_sentence
from assistant.ingestion.text_files import read_text_file
from assistant.ingestion.titles import first_heading
from assistant.settings import Settings
from store.records import Block, BlockKind, Media, Page, PageSource
from store.word_boxes import PackedWords

MEDIA = {
    ".pdf": Media.PDF, ".txt": Media.TEXT, ".text": Media.TEXT,
    ".md": Media.MARKDOWN, ".markdown": Media.MARKDOWN,
}  # fmt: skip
_HEADER_WITHIN = 1024
_TITLED_BY = 2  # pages, of which the highest heading is the title where the file gives none


@dataclass(frozen=True)
class FileInfo:
    """What is known about a file as a whole; outline entries are (title, level, page)."""

    media: Media
    pages: int
    title: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    outline: tuple[tuple[str, int, int], ...] = ()


def _ignore(done: int, total: int) -> None:
    """Nobody is told how far the reading is."""


def _never() -> bool:
    return False


def _keep(info: FileInfo, page: Page) -> None:
    """Nobody waits for single pages."""


def read_file(
    path: Path,
    *,
    name: str,
    settings: Settings,
    password: str | None = None,
    on_progress: Callable[[int, int], None] = _ignore,
    on_page: Callable[[FileInfo, Page], None] = _keep,
    cancelled: Callable[[], bool] = _never,
    unlocked: Path | None = None,
    reader: PdfReader | None = None,
) -> tuple[FileInfo, list[Page]]:
    """The file's facts and all its pages.

    PDFs are read by `reader`, which may be used again, or by one for this file alone.
    `on_progress` gets pages read and pages in all, `on_page` every page as soon as it is laid out,
    in their order, with the facts. A copy that opens without a password is written to `unlocked`
    when the file needed one, or had to be repaired. Raises UnreadableFile, PasswordNeeded or
    JobCancelled.
    """
    media = detect(path, name)
    if media is Media.PDF:
        request = {
            "path": str(path), "name": name, "password": password, "ocr": settings.ocr,
            "megabytes": settings.reader_megabytes, "page_limit": settings.page_limit,
            "unlocked": str(unlocked) if unlocked else None,
        }  # fmt: skip
        with (
            contextlib.closing(PdfReader(settings)) as own,
            contextlib.closing((reader or own).messages(request, cancelled)) as messages,
        ):
            return _read_pdf(messages, name, settings, on_progress, on_page)
    page = read_text_file(path, name, markdown=media is Media.MARKDOWN)
    info = FileInfo(media, 1, first_heading([page]))
    on_progress(1, 1)
    on_page(info, page)
    return info, [page]


def detect(path: Path, name: str) -> Media:
    """What kind of file this is, by its name and first bytes; raises UnreadableFile."""
    media = MEDIA.get(Path(name).suffix.lower())
    if media is None:
        raise UnreadableFile(
            f"{name} is of a kind that cannot be read; upload a PDF (.pdf), "
            "plain text (.txt) or Markdown (.md) file."
        )
    with path.open("rb") as file:
        start = file.read(_HEADER_WITHIN)
        if not start:
            raise UnreadableFile(f"{name} is empty (0 bytes); upload the file again.")
        if media is not Media.PDF:
            return Media.PDF if start.startswith(b"%PDF-") else media
        if b"%PDF-" in start or _has_objects(start + file.read(1 << 20)):
            return media
    raise UnreadableFile(
        f"{name} is not a PDF although its name says so; upload the original document."
    )


def _has_objects(content: bytes) -> bool:
    """Whether this looks like a PDF that lost its header."""
    return b" obj" in content and b"endobj" in content


def _read_pdf(
    messages: Iterator[Mapping[str, Any]], name: str, settings: Settings,
    on_progress: Callable[[int, int], None], on_page: Callable[[FileInfo, Page], None],
) -> tuple[FileInfo, list[Page]]:  # fmt: skip
    info: FileInfo | None = None
    pages: list[Page] = []
    told = 0
    for message in messages:
        if "refused" in message:
            kind = PasswordNeeded if message["password"] else UnreadableFile
            raise kind(message["refused"])
        if "memory" in message:
            raise UnreadableFile(memory_sentence(name, settings))
        if "title" in message:
            info = _info(message)
            on_progress(0, info.pages)
        elif "read" in message and info:
            on_progress(message["read"], info.pages)
        elif "page" in message and info:
            pages.append(_unpacked(message["page"]))
            titled_by = min(_TITLED_BY, info.pages)
            if len(pages) == titled_by:
                info = replace(info, title=info.title or first_heading(pages))
            if len(pages) >= titled_by:
                for page in pages[told:]:
                    on_page(info, page)
                told = len(pages)
    if info is None or len(pages) != info.pages:
        raise UnreadableFile(f"{name} could not be read to its end; save it again and retry.")
    if not any(page.text.strip() for page in pages):
        raise UnreadableFile(_no_text_sentence(name, settings))
    return info, pages


def _no_text_sentence(name: str, settings: Settings) -> str:
    if settings.ocr:
        return f"{name}: found no text on any page, even by OCR; there is nothing to search."
    return f"{name}: found no text on any page; switch OCR on to read scanned pages."


def _info(message: Mapping[str, Any]) -> FileInfo:
    outline = tuple((title, level, page) for title, level, page in message["outline"])
    return FileInfo(Media.PDF, message["pages"], message["title"], message["metadata"], outline)


def _unpacked(fields: dict[str, Any]) -> Page:
    blocks = (
        Block(start, end, BlockKind(kind), header, level)
        for start, end, kind, header, level in fields["blocks"]
    )
    words = PackedWords(base64.b64decode(fields["words"]))
    source = PageSource(fields["source"])
    return Page(**{**fields, "blocks": tuple(blocks), "words": words, "source": source})
