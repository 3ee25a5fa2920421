"""Reading a file into pages. PDFs are read in a process of their own that a bad file may kill."""

import base64
import contextlib
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import psutil  # type: ignore[import-untyped]

from assistant.errors import JobCancelled, PasswordNeeded, UnreadableFile
from assistant.ingestion.text_files import read_text_file
from assistant.settings import Settings
from store.records import Block, BlockKind, Media, Page, PageSource
from store.word_boxes import PackedWords

log = logging.getLogger(__name__)

MEDIA = {
    ".pdf": Media.PDF, ".txt": Media.TEXT, ".text": Media.TEXT,
    ".md": Media.MARKDOWN, ".markdown": Media.MARKDOWN,
}  # fmt: skip
_ROOT = Path(__file__).resolve().parents[2]
_TICK = 0.2
STUCK = 10  # times the seconds of a page, after which even a reader that did not work is ended
_HEADER_WITHIN = 1024
_TITLED_BY = 2  # pages, of which the highest heading is the title where the file gives none
_OUT_OF_MEMORY = (
    "MemoryError", "bad_alloc", "out of memory", "Memory allocation", "Cannot allocate memory",
    "failed to map segment", "Resource temporarily unavailable",
)  # fmt: skip


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
) -> tuple[FileInfo, list[Page]]:
    """The file's facts and all its pages.

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
        return _read_pdf(request, settings, on_progress, on_page, cancelled)
    page = read_text_file(path, name, markdown=media is Media.MARKDOWN)
    info = FileInfo(media, 1, _first_heading([page]))
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
    request: Mapping[str, Any], settings: Settings, on_progress: Callable[[int, int], None],
    on_page: Callable[[FileInfo, Page], None], cancelled: Callable[[], bool],
) -> tuple[FileInfo, list[Page]]:  # fmt: skip
    name = request["name"]
    info: FileInfo | None = None
    pages: list[Page] = []
    told = 0
    for message in _conversation(request, settings, cancelled):
        if "refused" in message:
            kind = PasswordNeeded if message["password"] else UnreadableFile
            raise kind(message["refused"])
        if "memory" in message:
            raise UnreadableFile(_memory_sentence(name, settings))
        if "title" in message:
            info = _info(message)
            on_progress(0, info.pages)
        elif "read" in message and info:
            on_progress(message["read"], info.pages)
        elif "page" in message and info:
            pages.append(_unpacked(message["page"]))
            titled_by = min(_TITLED_BY, info.pages)
            if len(pages) == titled_by:
                info = replace(info, title=info.title or _first_heading(pages))
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


def _memory_sentence(name: str, settings: Settings) -> str:
    return (
        f"{name} needs more than {settings.reader_megabytes} MB of memory to read; "
        "split it into smaller files or raise OPENBOOK_READER_MEGABYTES."
    )


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


def _first_heading(pages: list[Page]) -> str:
    """The first of the highest headings on the pages."""
    headings = [
        (block.level, " ".join(page.text[block.start : block.end].strip("# ").split()))
        for page in pages
        for block in page.blocks[:200]
        if block.kind is BlockKind.HEADING
    ]
    return min(headings, key=lambda heading: heading[0], default=(0, ""))[1]


def _conversation(
    request: Mapping[str, Any], settings: Settings, cancelled: Callable[[], bool]
) -> Iterator[dict[str, Any]]:
    """Messages of a worker that reads the file; the worker is gone when this ends."""
    with tempfile.TemporaryFile() as complaints:
        worker = subprocess.Popen(
            [sys.executable, "-m", "assistant.ingestion.reading_worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints,
            cwd=_ROOT, start_new_session=True,
        )  # fmt: skip
        try:
            assert worker.stdin is not None and worker.stdout is not None
            with contextlib.suppress(BrokenPipeError):
                worker.stdin.write(json.dumps(request).encode() + b"\n")
                worker.stdin.flush()
            finished = False
            for message in _messages(worker, request["name"], settings, cancelled):
                finished = finished or not message.keys().isdisjoint({"done", "refused", "memory"})
                yield message
            if not finished:
                raise UnreadableFile(_crash_sentence(request["name"], settings, worker, complaints))
        finally:
            _end(worker)


def _messages(
    worker: "subprocess.Popen[bytes]", name: str, settings: Settings, cancelled: Callable[[], bool]
) -> Iterator[dict[str, Any]]:
    """JSON lines as they come; raises when the person cancels or a page takes too long."""
    output = worker.stdout
    assert output is not None
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        pieces: list[bytes] = []
        heard, worked = time.monotonic(), _worked(worker)
        while True:
            if cancelled():
                raise JobCancelled(f"Reading {name} was cancelled.")
            if not selector.select(_TICK):
                waited, limit = time.monotonic() - heard, settings.page_seconds
                # what it worked counts: it may have to wait for whoever asks
                if waited > limit and (waited > STUCK * limit or _worked(worker) - worked > limit):
                    raise UnreadableFile(
                        f"{name} has a page that takes longer than {limit} seconds "
                        "to read; save the file again or leave the page out."
                    )
                continue
            content = os.read(output.fileno(), 1 << 18)
            if not content:
                return
            *lines, rest = content.split(b"\n")
            for line in lines:
                yield json.loads(b"".join(pieces) + line)
                pieces = []
            pieces.append(rest)
            heard, worked = time.monotonic(), _worked(worker)


def _worked(worker: "subprocess.Popen[bytes]") -> float:
    """The seconds that processors worked for it; 0 when it is gone."""
    try:
        times = psutil.Process(worker.pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _crash_sentence(
    name: str, settings: Settings, worker: "subprocess.Popen[bytes]", complaints: BinaryIO
) -> str:
    """What to tell when the reader ended before it was done."""
    status = worker.wait()
    complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, complaints.tell() - 4000))
    said = complaints.read().decode("utf-8", "replace")
    log.error("the process that read %s ended early with status %d: %s", name, status, said)
    if status == -signal.SIGKILL or any(sign in said for sign in _OUT_OF_MEMORY):
        return _memory_sentence(name, settings)
    return f"{name} is damaged in a way that stops the reader; save it again and retry."


def _end(worker: "subprocess.Popen[bytes]") -> None:
    """Leave no process and no descriptor behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(worker.pid, signal.SIGKILL)
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    worker.wait()
