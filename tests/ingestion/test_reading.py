"""Reading whole files in a process of their own."""

import os
import threading
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pypdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from assistant.errors import JobCancelled, PasswordNeeded, UnreadableFile
from assistant.ingestion.reading import detect, read_file
from assistant.settings import Settings
from store.records import Media, PageSource
from tests.ingestion.drawing import PROSE, blocks, draw, encrypted, wrapped, write

SETTINGS = Settings(ocr=False)
SAMPLES = Path(__file__).parents[2] / "samples"


def prose(canvas: Canvas) -> None:
    top = write(canvas, ["The harbour"], font="Helvetica-Bold", size=18, leading=30)
    write(canvas, wrapped(PROSE, 90), top=top)


def blank(canvas: Canvas) -> None:
    """Nothing is drawn."""


def children() -> set[str]:
    """Processes that have this one as parent."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            found.add(entry.parent.name)
    return found


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    return draw(tmp_path / "harbour.pdf", prose, blank, prose)


def test_pages_come_with_their_words_blocks_and_facts(pdf: Path) -> None:
    seen: list[tuple[int, int]] = []
    info, pages = read_file(
        pdf, name="harbour.pdf", settings=SETTINGS, on_progress=lambda *step: seen.append(step)
    )
    assert (info.media, info.pages, info.title) == (Media.PDF, 3, "The harbour")
    assert [page.number for page in pages] == [1, 2, 3]
    assert [page.source for page in pages] == [PageSource.TEXT, PageSource.NONE, PageSource.TEXT]
    assert blocks(pages[0]) == ["The harbour", " ".join(PROSE.split())]
    words = [pages[0].text[word.start : word.end] for word in pages[0].words]
    assert words == pages[0].text.split()
    assert pages[0].label is None
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_metadata_outline_and_page_labels_are_told(tmp_path: Path, pdf: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=str(pdf))
    writer.add_metadata({"/Title": "Quay rules", "/Author": "M. Ferro"})
    writer.add_outline_item(title="Last page", page_number=2)
    writer.set_page_label(0, 1, style=pypdf.constants.PageLabelStyle.LOWERCASE_ROMAN)
    writer.write(str(tmp_path / "described.pdf"))
    info, pages = read_file(tmp_path / "described.pdf", name="d.pdf", settings=SETTINGS)
    assert info.title == "Quay rules"
    assert info.metadata["author"] == "M. Ferro"
    assert info.outline == (("Last page", 1, 3),)
    assert [page.label for page in pages] == ["i", "ii", "1"]


def test_a_file_name_as_title_is_not_believed(tmp_path: Path, pdf: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=str(pdf))
    writer.add_metadata({"/Title": "Microsoft Word - final_v3.docx"})
    writer.write(str(tmp_path / "named.pdf"))
    info, _ = read_file(tmp_path / "named.pdf", name="named.pdf", settings=SETTINGS)
    assert info.title == "The harbour"


def test_password_is_asked_for_checked_and_taken_off(tmp_path: Path, pdf: Path) -> None:
    locked = encrypted(pdf, tmp_path / "locked.pdf", "säfe")
    with pytest.raises(PasswordNeeded, match="protected by a password") as missing:
        read_file(locked, name="locked.pdf", settings=SETTINGS)
    with pytest.raises(PasswordNeeded, match="wrong") as wrong:
        read_file(locked, name="locked.pdf", settings=SETTINGS, password="other")
    assert str(missing.value) != str(wrong.value)
    copy = tmp_path / "open.pdf"
    _, pages = read_file(
        locked, name="locked.pdf", settings=SETTINGS, password="säfe", unlocked=copy
    )
    assert "harbour office" in pages[0].text
    assert not pypdf.PdfReader(copy).is_encrypted
    assert "harbour office" in pypdf.PdfReader(copy).pages[0].extract_text()


def test_no_open_copy_is_written_of_a_file_without_password(tmp_path: Path, pdf: Path) -> None:
    read_file(pdf, name="harbour.pdf", settings=SETTINGS, unlocked=tmp_path / "open.pdf")
    assert not (tmp_path / "open.pdf").exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"", "is empty"),
        ("a.pdf", b"Dear Sir or Madam", "is not a PDF"),
        ("a.pdf", b"%PDF-1.7\n garbage", "is damaged"),
        ("a.docx", b"PK", "kind that cannot be read"),
        ("a", b"text", "kind that cannot be read"),
        ("a.txt", b"  \n", "is empty"),
        ("a.txt", bytes(range(256)) * 40, "does not hold text"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(UnreadableFile, match=reason) as refused:
        read_file(tmp_path / "file", name=name, settings=SETTINGS)
    assert str(refused.value).startswith(name)
    assert "\n" not in str(refused.value)


def test_a_pdf_is_known_by_its_content(tmp_path: Path, pdf: Path) -> None:
    assert detect(pdf, "notes.txt") is Media.PDF


def test_truncated_file_is_refused_or_repaired(tmp_path: Path, pdf: Path) -> None:
    content = pdf.read_bytes()
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(content[: len(content) // 3])
    with pytest.raises(UnreadableFile, match=r"cut\.pdf"):
        read_file(cut, name="cut.pdf", settings=SETTINGS)


def test_more_pages_than_the_limit_are_refused(pdf: Path) -> None:
    with pytest.raises(UnreadableFile, match="3 pages and the limit is 2"):
        read_file(pdf, name="harbour.pdf", settings=Settings(page_limit=2))


def test_a_file_without_text_says_so(tmp_path: Path) -> None:
    empty = draw(tmp_path / "blank.pdf", blank)
    with pytest.raises(UnreadableFile, match="found no text on any page; switch OCR on"):
        read_file(empty, name="blank.pdf", settings=SETTINGS)
    with pytest.raises(UnreadableFile, match="found no text on any page, even by OCR"):
        read_file(empty, name="blank.pdf", settings=Settings(ocr=True))


def test_cancelling_ends_the_reader_and_leaves_nothing(pdf: Path) -> None:
    before, handles = children(), len(os.listdir("/proc/self/fd"))
    with pytest.raises(JobCancelled):
        read_file(pdf, name="harbour.pdf", settings=SETTINGS, cancelled=lambda: True)
    assert children() == before
    assert len(os.listdir("/proc/self/fd")) == handles


def test_a_reader_that_takes_too_long_is_ended(pdf: Path) -> None:
    before = children()
    with pytest.raises(UnreadableFile, match="takes longer than -1 seconds"):
        read_file(pdf, name="harbour.pdf", settings=Settings(ocr=False, page_seconds=-1))
    assert children() == before


def test_a_reader_that_had_to_wait_is_not_ended() -> None:
    def wait(done: int, _pages: int) -> None:
        if done == 0:
            [reader] = psutil.Process().children()
            reader.suspend()
            threading.Timer(2, reader.resume).start()

    handbook = SAMPLES / "employee-handbook.pdf"
    settings = Settings(ocr=False, page_seconds=1)
    info, pages = read_file(handbook, name="a.pdf", settings=settings, on_progress=wait)
    assert len(pages) == info.pages


def test_a_reader_that_needs_too_much_memory_costs_only_its_file(pdf: Path) -> None:
    with pytest.raises(UnreadableFile, match="needs more than 60 MB of memory"):
        read_file(pdf, name="harbour.pdf", settings=Settings(ocr=False, reader_megabytes=60))
    read_file(pdf, name="harbour.pdf", settings=SETTINGS)


def test_text_files_have_one_page(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Quay rules\n\nNo swimming.\n")
    info, pages = read_file(tmp_path / "notes.md", name="notes.md", settings=SETTINGS)
    assert (info.media, info.pages, info.title) == (Media.MARKDOWN, 1, "Quay rules")
    assert pages[0].text == "# Quay rules\n\nNo swimming.\n"
