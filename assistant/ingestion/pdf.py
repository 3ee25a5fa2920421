"""Opening PDF files: passwords, repair, and what a document says about itself.

pdfium reads; pypdf tells metadata, outline and page labels, and is the second try at opening.
"""

import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium

from assistant.errors import PasswordNeeded, UnreadableFile
from assistant.ingestion.titles import sensible_title

log = logging.getLogger(__name__)

Outline = tuple[tuple[str, int, int], ...]
_OUTLINE_LIMIT = 2000
_METADATA = {
    "author": "/Author", "subject": "/Subject", "keywords": "/Keywords", "creator": "/Creator",
    "producer": "/Producer", "created": "/CreationDate", "modified": "/ModDate",
}  # fmt: skip


@dataclass
class PdfFile:
    """An open PDF. `pdfium` is None when only pypdf could open it, `pypdf` the other way round."""

    pdfium: pypdfium2.PdfDocument | None
    pypdf: pypdf.PdfReader | None
    pages: int
    encrypted: bool = False
    repaired: bool = False
    title: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    outline: Outline = ()
    labels: tuple[str, ...] = ()

    def label(self, number: int) -> str | None:
        """The printed label of a page, None where the document gives none."""
        return self.labels[number - 1] or None if number <= len(self.labels) else None


def open_pdf(path: Path, name: str, password: str | None) -> PdfFile:
    """Open a file, repairing what can be; raises PasswordNeeded or UnreadableFile."""
    document, locked = _open_with_pdfium(path, password)
    reader = _open_with_pypdf(path, password)
    if document is None and (locked or isinstance(reader, _Locked)):
        raise PasswordNeeded(_password_sentence(name, password))
    if reader is None or isinstance(reader, _Locked):
        reader, pages = None, len(document) if document else -1
    else:
        pages = len(document) if document else len(reader.pages)
    if pages < 0:
        raise UnreadableFile(
            f"{name} is damaged and cannot be opened; "
            "open it in a PDF viewer, save it again and upload the new file."
        )
    if pages == 0:
        raise UnreadableFile(f"{name} has no pages, so there is nothing to read in it.")
    repaired = document is None and reader is not None
    if repaired and reader is not None:
        document = _repair(reader)
    encrypted = bool(reader.is_encrypted) if reader else bool(password)
    return _described(PdfFile(document, reader, pages, encrypted, repaired and bool(document)))


class _Locked:
    """What opening gives when the password does not fit."""


def _password_sentence(name: str, password: str | None) -> str:
    if password:
        return f"The password given for {name} is wrong; please check it and try again."
    return f"{name} is protected by a password; give it to read the file."


def _open_with_pdfium(
    path: Path, password: str | None
) -> tuple[pypdfium2.PdfDocument | None, bool]:
    locked = False
    for attempt in dict.fromkeys((password or None, None)):
        try:
            return pypdfium2.PdfDocument(str(path), password=attempt), False
        except pypdfium2.PdfiumError as error:
            locked = locked or getattr(error, "err_code", 0) == pdfium.FPDF_ERR_PASSWORD
    return None, locked


def _open_with_pypdf(path: Path, password: str | None) -> pypdf.PdfReader | _Locked | None:
    try:
        reader = pypdf.PdfReader(str(path), strict=False)
        if reader.is_encrypted and not (
            reader.decrypt("") or (password and reader.decrypt(password))
        ):
            return _Locked()
        len(reader.pages)
        return reader
    except Exception as error:  # pypdf raises nearly anything on damaged files
        log.info("pypdf cannot open the file: %s", error)
        return None


def _repair(reader: pypdf.PdfReader) -> pypdfium2.PdfDocument | None:
    try:
        buffer = io.BytesIO()
        writer = pypdf.PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        writer.write(buffer)
        document = pypdfium2.PdfDocument(buffer.getvalue())
        return document if len(document) == len(reader.pages) else None
    except Exception as error:  # the same: whatever fails, text is still read by pypdf
        log.info("the file cannot be written anew: %s", error)
        return None


def _described(file: PdfFile) -> PdfFile:
    """Fill in what the document says about itself; what cannot be read is left out."""
    reader = file.pypdf
    if reader is None:
        assert file.pdfium is not None
        found = file.pdfium.get_metadata_dict(skip_empty=True)
        file.title = sensible_title(found.get("Title", ""))
        file.metadata = {
            key: _plain(found[entry[1:]]) for key, entry in _METADATA.items() if entry[1:] in found
        }
        return file
    for describe in (_read_metadata, _read_outline, _read_labels):
        try:
            describe(file, reader)
        except Exception as error:  # a damaged outline must not cost the text
            log.info("%s: %s", describe.__name__, error)
    return file


def _read_metadata(file: PdfFile, reader: pypdf.PdfReader) -> None:
    found: Mapping[str, Any] = reader.metadata or {}
    file.title = sensible_title(_plain(found.get("/Title")))
    values = {key: _plain(found.get(entry)) for key, entry in _METADATA.items()}
    values["language"] = _plain(reader.root_object.get("/Lang"))
    file.metadata = {key: value for key, value in values.items() if value}


def _read_outline(file: PdfFile, reader: pypdf.PdfReader) -> None:
    file.outline = tuple(_entries(reader, reader.outline, 1))[:_OUTLINE_LIMIT]


def _entries(
    reader: pypdf.PdfReader, entries: list[Any], level: int
) -> Iterator[tuple[str, int, int]]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _entries(reader, entry, level + 1)
            continue
        page = reader.get_destination_page_number(entry)
        title = _plain(entry.title)
        if page is not None and page >= 0 and title:
            yield title, level, page + 1


def _read_labels(file: PdfFile, reader: pypdf.PdfReader) -> None:
    if "/PageLabels" in reader.root_object:
        file.labels = tuple(_plain(label) for label in reader.page_labels)


def _plain(value: Any) -> str:
    """A value of the file as one short line of text."""
    text = "".join(c if c.isprintable() else " " for c in str(value)) if value is not None else ""
    return " ".join(text.split())[:500]


def save_open_copy(file: PdfFile, path: Path) -> bool:
    """Write the document without encryption to `path`; says whether it could."""
    try:
        if file.pdfium is not None:
            file.pdfium.save(str(path), flags=pdfium.FPDF_REMOVE_SECURITY)
            return True
        if file.pypdf is not None:
            pypdf.PdfWriter(clone_from=file.pypdf).write(str(path))
            return True
    except Exception as error:  # pictures of pages are then missing, the text is not
        log.warning("the copy without password cannot be written: %s", error)
        path.unlink(missing_ok=True)
    return False
