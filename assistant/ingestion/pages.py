"""The pages of an open PDF, one after the other: text, or what OCR sees, or nothing."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.ingestion import ocr
from assistant.ingestion.composition import compose, words_of
from assistant.ingestion.furniture import REACH, Edges, edges_of, furniture
from assistant.ingestion.glyphs import PageText, page_frame
from assistant.ingestion.hyphens import Vocabulary
from assistant.ingestion.layout import Layout
from assistant.ingestion.lines import Piece, read_pieces
from assistant.ingestion.paragraphs import Style
from assistant.ingestion.pdf import PdfFile
from assistant.ingestion.text_files import text_page
from store.records import Page, PageSource

log = logging.getLogger(__name__)


@dataclass
class RawPage:
    """One page before layout: its pieces, or a finished page when there is nothing to lay out."""

    number: int
    size: tuple[float, float]
    pieces: list[Piece] = field(default_factory=list)
    source: PageSource = PageSource.TEXT
    confidence: float | None = None
    finished: Page | None = None


def read_pages(file: PdfFile, *, use_ocr: bool, on_read: Callable[[int], None]) -> Iterator[Page]:
    """Every page in turn; `on_read` is told the number of each page as soon as it is read.

    A page is given out when the pages it is compared with have been read as well.
    """
    vocabulary, layout = Vocabulary(), Layout(Style(file.outline))
    waiting: deque[RawPage] = deque()
    edges: dict[int, Edges] = {}
    for number in range(1, file.pages + 1):
        raw = read_raw(file, number, use_ocr)
        on_read(number)
        vocabulary.add(words_of(raw.pieces))
        layout.style.learn(raw.pieces)
        edges[number] = edges_of(raw.pieces)
        edges.pop(number - 2 * REACH - 1, None)
        waiting.append(raw)
        if len(waiting) > REACH:
            yield _laid_out(file, waiting.popleft(), edges, vocabulary, layout)
    for raw in waiting:
        yield _laid_out(file, raw, edges, vocabulary, layout)


def _laid_out(
    file: PdfFile, raw: RawPage, edges: Mapping[int, Edges], vocabulary: Vocabulary, layout: Layout
) -> Page:
    if raw.finished is not None:
        return raw.finished
    dropped = furniture(edges, raw.number)
    pieces = [piece for piece in raw.pieces if piece.order not in dropped]
    return compose(
        raw.number, layout.drafts(pieces or raw.pieces), vocabulary, raw.size,
        label=file.label(raw.number), source=raw.source, confidence=raw.confidence,
    )  # fmt: skip


def read_raw(file: PdfFile, number: int, use_ocr: bool) -> RawPage:
    """One page as pdfium has it; pypdf and OCR where pdfium has nothing usable."""
    if file.pdfium is not None:
        try:
            page = file.pdfium[number - 1]
        except Exception as error:  # one bad page must not cost the others
            log.info("page %d cannot be loaded: %s", number, error)
        else:
            try:
                return _from_pdfium(file, page, number, use_ocr)
            finally:
                page.close()
    return RawPage(number, (0.0, 0.0), finished=_second_try(file, number, (0.0, 0.0)))


def _from_pdfium(file: PdfFile, page: Any, number: int, use_ocr: bool) -> RawPage:
    frame = page_frame(page)
    pieces: list[Piece] = []
    try:
        text = PageText(page, frame)
    except ValueError as error:
        log.info("page %d: %s", number, error)
    else:
        try:
            pieces = read_pieces(text, *frame.size)
        finally:
            text.close()
    if pieces and usable("".join(words_of(pieces))):
        return RawPage(number, frame.size, pieces)
    if pieces:
        second = _second_try(file, number, frame.size)
        if second.text:
            return RawPage(number, frame.size, finished=second)
    if use_ocr and ocr.is_drawn(page):
        return _by_ocr(file, page, number, frame.size)
    return RawPage(number, frame.size, finished=_nothing(file, number, frame.size))


def _by_ocr(file: PdfFile, page: Any, number: int, size: tuple[float, float]) -> RawPage:
    note = ""
    pieces: list[Piece] = []
    try:
        pieces, confidence = ocr.read_pieces(page, size)
    except Exception as error:  # one page that cannot be recognised must not cost the others
        log.warning("page %d cannot be read by OCR: %s", number, error)
        note = "This page could not be read by OCR."
    if not pieces:
        return RawPage(number, size, finished=_nothing(file, number, size, note))
    return RawPage(number, size, pieces, PageSource.OCR, confidence)


def usable(text: str) -> bool:
    """Whether text can be read: not empty, and not mostly characters without a meaning."""
    if not text:
        return False
    strange = sum(1 for c in text if c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c < " ")
    return strange < 0.5 * len(text)


def _nothing(file: PdfFile, number: int, size: tuple[float, float], note: str = "") -> Page:
    return Page(number, "", file.label(number), *size, source=PageSource.NONE, note=note)


def _second_try(file: PdfFile, number: int, size: tuple[float, float]) -> Page:
    """The page as pypdf reads it, without boxes."""
    text = ""
    if file.pypdf is not None:
        try:
            text = file.pypdf.pages[number - 1].extract_text()
        except Exception as error:  # pypdf raises nearly anything on damaged pages
            log.info("pypdf cannot read page %d: %s", number, error)
    if not usable(text.strip()):
        return _nothing(file, number, size, "The text of this page could not be read.")
    return text_page(number, text, label=file.label(number), size=size)
