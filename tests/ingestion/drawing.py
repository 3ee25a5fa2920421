"""PDFs the tests of reading draw for themselves, and how they read them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pypdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from assistant.ingestion.pages import read_pages
from assistant.ingestion.pdf import open_pdf
from store.records import Block, BlockKind, Page

WIDTH, HEIGHT = A4
PROSE = (
    "The harbour office keeps a list of every boat that lies at the quay and of the crew that "
    "came with it. Each morning the clerk walks along the water with the list in his hand and "
    "marks what has changed during the night. Boats that left are struck out in red ink, and "
    "boats that arrived are added below in blue. At noon the list is copied and carried to the "
    "customs house, where two officers compare it with their own. "
)


def draw(path: Path, *pages: Callable[[Canvas], object], size: tuple[float, float] = A4) -> Path:
    """A PDF with one page for each drawing."""
    canvas = Canvas(str(path), pagesize=size)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def wrapped(text: str, characters: int) -> list[str]:
    """Lines of about so many characters."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > characters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def write(
    canvas: Canvas, lines: Sequence[str], *, left: float = 72, top: float = 72,
    font: str = "Helvetica", size: float = 10, leading: float = 13,
) -> float:  # fmt: skip
    """Write lines downwards from `top`, counted from the upper edge; gives the next free height."""
    canvas.setFont(font, size)
    for line in lines:
        canvas.drawString(left, HEIGHT - top - size, line)
        top += leading
    return top


def read(path: Path, *, use_ocr: bool = False) -> list[Page]:
    """All pages, read in this process."""
    file = open_pdf(path, path.name, None)
    return list(read_pages(file, use_ocr=use_ocr, on_read=lambda number: None))


def blocks(page: Page, kind: BlockKind | None = None) -> list[str]:
    """The texts of the blocks of a page, of one kind or all."""
    return [text_of(page, block) for block in page.blocks if kind in (None, block.kind)]


def text_of(page: Page, block: Block) -> str:
    """The text of one block."""
    return page.text[block.start : block.end]


def encrypted(path: Path, target: Path, password: str) -> Path:
    """A copy that needs the password."""
    writer = pypdf.PdfWriter(clone_from=str(path))
    writer.encrypt(password, algorithm="AES-256")
    writer.write(str(target))
    return target


def turned(path: Path, target: Path, degrees: int, crop: tuple[float, ...] | None = None) -> Path:
    """A copy whose pages are displayed turned, or cut to a box."""
    writer = pypdf.PdfWriter(clone_from=str(path))
    for page in writer.pages:
        page.rotate(degrees)
        if crop:
            page.cropbox = pypdf.generic.RectangleObject(crop)
    writer.write(str(target))
    return target


def scanned(path: Path, target: Path) -> Path:
    """A copy whose pages are pictures."""
    import pypdfium2

    document = pypdfium2.PdfDocument(str(path))
    canvas = Canvas(str(target), pagesize=A4)
    for number in range(len(document)):
        picture = document[number].render(scale=2).to_pil().convert("L")
        canvas.drawInlineImage(picture, 0, 0, *A4)
        canvas.showPage()
    document.close()
    canvas.save()
    return target
