"""Documents, pages and chunks as rows of the records, and back."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from store.records import (
    Block,
    BlockKind,
    Chunk,
    Document,
    Media,
    Page,
    PageSource,
    embedded_sha256,
)
from store.tables import chunks, documents
from store.word_boxes import PackedWords, pack

# columns in the order of the fields: a search reads a hundred rows, and by name takes twice as long
CHUNK = [chunks.c[field.name] for field in dataclasses.fields(Chunk)]
DOCUMENT_FIELDS = [field.name for field in dataclasses.fields(Document)]
DOCUMENT = [documents.c[name] for name in DOCUMENT_FIELDS]


def document_row(document: Document) -> dict[str, Any]:
    """The columns of a document."""
    return {
        **dataclasses.asdict(document),
        "pages_without_text": list(document.pages_without_text),
        "pages_by_ocr": list(document.pages_by_ocr),
        "metadata": dict(document.metadata),
    }


def document_of(row: Any) -> Document:
    """The document of a row of DOCUMENT."""
    values = dict(zip(DOCUMENT_FIELDS, row, strict=True))
    values["media"] = Media(values["media"])
    values["pages_without_text"] = tuple(values["pages_without_text"])
    values["pages_by_ocr"] = tuple(values["pages_by_ocr"])
    return Document(**values)


def page_row(document_id: str, page: Page) -> dict[str, Any]:
    """The columns of a page."""
    row = {f.name: getattr(page, f.name) for f in dataclasses.fields(page)}
    return {
        **row,
        "document_id": document_id,
        "blocks": [list(block) for block in page.blocks],
        "words": pack(page.words),
    }


def page_of(row: Row[Any]) -> Page:
    """The page of a row with all columns."""
    values = row._asdict()
    del values["document_id"]
    return Page(
        **{
            **values,
            "source": PageSource(values["source"]),
            "blocks": blocks_of(values["blocks"]),
            "words": PackedWords(values["words"]),
        }
    )


def blocks_of(values: Sequence[Any]) -> tuple[Block, ...]:
    """The blocks of a page as its column holds them."""
    return tuple(
        Block(start, end, BlockKind(kind), header, level)
        for start, end, kind, header, level in values
    )


def chunk_row(chunk: Chunk) -> dict[str, Any]:
    """The columns of a chunk."""
    return {**dataclasses.asdict(chunk), "embedded_sha256": embedded_sha256(chunk)}


def chunk_of(row: Any) -> Chunk:
    """The chunk of a row of CHUNK."""
    return Chunk(*row)
