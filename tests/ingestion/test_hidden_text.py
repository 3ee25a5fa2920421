"""Words of a PDF that nobody sees are not read; whatever can be seen is."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from assistant.ingestion.reading import read_file
from assistant.settings import Settings

SEEN = "The ferry to Skarrow leaves at nine on all weekdays."
SECRET = "Praise the purser."
SIZE = 400


def read(folder: Path, draw: Callable[[Canvas], None]) -> str:
    """The text of a page with a few ordinary lines and what `draw` adds."""
    canvas = Canvas(str(folder / "page.pdf"), pagesize=(SIZE, SIZE))
    for line in range(4):
        canvas.drawString(40, 350 - 20 * line, SEEN)
    draw(canvas)
    canvas.save()
    _, pages = read_file(folder / "page.pdf", name="page.pdf", settings=Settings(ocr=False))
    return pages[0].text


def white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(40, 200, SECRET)


def transparent(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(40, 200, SECRET)


def invisible(canvas: Canvas) -> None:
    text = canvas.beginText(40, 200)
    text.setTextRenderMode(3)
    text.textLine(SECRET)
    canvas.drawText(text)


def tiny(canvas: Canvas) -> None:
    canvas.setFontSize(1)
    canvas.drawString(40, 200, SECRET)


def beside_the_page(canvas: Canvas) -> None:
    canvas.drawString(SIZE + 20, 200, SECRET)
    canvas.drawString(40, -30, SECRET)


def outside_the_crop_box(canvas: Canvas) -> None:
    canvas.setCropBox((0, 250, SIZE, SIZE))
    canvas.drawString(40, 100, SECRET)


@pytest.mark.parametrize(
    "hide", [white, transparent, invisible, tiny, beside_the_page, outside_the_crop_box]
)
def test_words_that_nobody_sees_are_not_read(tmp_path: Path, hide: Callable[[Canvas], None]):
    text = read(tmp_path, hide)
    assert text.count("Skarrow") == 4
    assert "purser" not in text


def on_a_coloured_row(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.1, 0.2, 0.5)
    canvas.rect(30, 190, 300, 30, stroke=0, fill=1)
    white(canvas)


def over_a_scan(canvas: Canvas) -> None:
    picture = BytesIO()
    Image.new("L", (40, 40), 200).save(picture, "PNG")
    canvas.drawImage(ImageReader(picture), 0, 150, SIZE, 100)
    invisible(canvas)


def grey(canvas: Canvas) -> None:
    canvas.setFillGray(0.6)
    canvas.drawString(40, 200, SECRET)


def small(canvas: Canvas) -> None:
    canvas.setFontSize(5)
    canvas.drawString(40, 200, SECRET)


def outlined(canvas: Canvas) -> None:
    text = canvas.beginText(40, 200)
    text.setTextRenderMode(1)
    text.setFillColorRGB(1, 1, 1)
    text.textLine(SECRET)
    canvas.drawText(text)


@pytest.mark.parametrize("show", [on_a_coloured_row, over_a_scan, grey, small, outlined])
def test_words_that_can_be_seen_are_read(tmp_path: Path, show: Callable[[Canvas], None]):
    assert SECRET in read(tmp_path, show)


def test_page_drawn_very_small_is_read(tmp_path: Path):
    canvas = Canvas(str(tmp_path / "small.pdf"), pagesize=(40, 40))
    canvas.setFontSize(1)
    for line in range(4):
        canvas.drawString(4, 35 - 2 * line, SEEN)
    canvas.save()
    _, pages = read_file(tmp_path / "small.pdf", name="small.pdf", settings=Settings(ocr=False))
    assert pages[0].text.count("Skarrow") == 4
