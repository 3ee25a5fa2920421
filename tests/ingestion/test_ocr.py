"""Pages that are pictures are read by OCR, pages with nothing on them are not."""

from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from assistant.ingestion.reading import read_file
from assistant.settings import Settings
from store.records import PageSource
from tests.ingestion.drawing import blocks, draw, scanned, turned, write

LINES = [
    "The harbour office keeps a list of every boat",
    "that lies at the quay. Fees are due on Monday.",
]


def page(canvas: Canvas) -> None:
    write(canvas, ["Quay Rules"], size=22, leading=40)
    write(canvas, LINES, top=130, size=13, leading=17)


def blank(canvas: Canvas) -> None:
    """Nothing is drawn."""


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_scanned_page_is_read_with_spaces_boxes_and_confidence(
    tmp_path: Path, degrees: int
) -> None:
    scan = scanned(draw(tmp_path / "a.pdf", page, blank), tmp_path / "scan.pdf")
    path = turned(scan, tmp_path / "turned.pdf", degrees)
    _, pages = read_file(path, name="scan.pdf", settings=Settings())
    assert [only.source for only in pages] == [PageSource.OCR, PageSource.NONE]
    assert sorted(blocks(pages[0])) == sorted(["Quay Rules", " ".join(LINES)])
    assert 0.8 < (pages[0].confidence or 0) <= 1
    word = next(w for w in pages[0].words if pages[0].text[w.start : w.end] == "Monday.")
    box = word.box
    right = {0: box.right, 90: box.bottom, 180: 1 - box.left, 270: 1 - box.top}[degrees]
    assert right == pytest.approx((72 + stringWidth(LINES[1], "Helvetica", 13)) / 595, abs=0.01)


def test_ocr_can_be_switched_off(tmp_path: Path) -> None:
    both = draw(tmp_path / "text.pdf", page)
    _, pages = read_file(both, name="text.pdf", settings=Settings(ocr=False))
    assert pages[0].source is PageSource.TEXT and pages[0].confidence is None
