"""Writes the sample PDFs again from samples/sources: `python -m samples.make_samples [FOLDER]`."""

import sys
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

from samples.layout import INK, LINE, SEA, TEXT_WIDTH, story
from samples.markup import read
from samples.scan import SOURCES

COMPANY = "Pellan Sound Ferries"
NAMES = ("employee-handbook", "service-guide", "annual-report", "skarrow-linkspan-letters")
WIDTH, HEIGHT = A4
LEFT, BOTTOM, TEXT_HEIGHT, GAP = 25 * mm, 24 * mm, 245 * mm, 8 * mm


class Booklet(BaseDocTemplate):
    """A PDF with a cover, pages numbered i, ii… before the body and 1, 2… in it, and bookmarks."""

    def __init__(self, path: Path, about: dict[str, str], front: int) -> None:
        super().__init__(
            str(path), pagesize=A4, invariant=1, lang="en-GB", title=about["title"],
            author=COMPANY, subject=about["subject"], creator="Openbook samples",
        )  # fmt: skip
        self.running, self.front = about["running"], front
        whole = _frame(LEFT, TEXT_WIDTH)
        half = (TEXT_WIDTH - GAP) / 2
        columns = [_frame(LEFT, half), _frame(LEFT + half + GAP, half)]
        first = ("cover", _cover) if front else ("body", self._running)
        self.addPageTemplates(
            [
                PageTemplate(first[0], [whole], onPage=first[1]),
                PageTemplate("front", [whole], onPage=self._running),
                PageTemplate("body", [whole], onPage=self._running),
                PageTemplate("columns", columns, onPage=self._running),
                PageTemplate("scan", [_frame(0, WIDTH, 0, HEIGHT)]),
            ]
        )

    def label(self, page: int) -> str:
        """What is printed on a page, given its number from 1."""
        return "i" * page if page <= self.front else str(page - self.front)

    def beforeDocument(self) -> None:
        if self.front:
            self.canv.addPageLabel(0, style="ROMAN_LOWER")
        self.canv.addPageLabel(self.front, style="ARABIC")

    def afterFlowable(self, flowable: Flowable) -> None:
        style = flowable.style.name if isinstance(flowable, Paragraph) else ""
        if style in ("h1", "h2"):
            level = int(style[1]) - 1
            text, key = flowable.getPlainText(), f"section-{self.seq.nextf('section')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, level)
            self.notify("TOCEntry", (level, text, self.page, key))

    def _running(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(INK)
        canvas.setStrokeColor(LINE)
        canvas.drawString(LEFT, HEIGHT - 17 * mm, COMPANY)
        canvas.drawRightString(WIDTH - LEFT, HEIGHT - 17 * mm, self.running)
        canvas.line(LEFT, HEIGHT - 19 * mm, WIDTH - LEFT, HEIGHT - 19 * mm)
        canvas.drawCentredString(WIDTH / 2, 14 * mm, self.label(canvas.getPageNumber()))
        canvas.restoreState()


def _frame(left: float, width: float, bottom: float = BOTTOM, height: float = TEXT_HEIGHT) -> Frame:
    return Frame(
        left, bottom, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
    )


def _cover(canvas: Canvas, _: BaseDocTemplate) -> None:
    canvas.saveState()
    canvas.setFillColor(SEA)
    canvas.rect(0, HEIGHT - 70 * mm, WIDTH, 70 * mm, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.setFont("Times-Bold", 20)
    canvas.drawString(LEFT, HEIGHT - 40 * mm, COMPANY)
    canvas.setFont("Times-Italic", 12)
    canvas.drawString(LEFT, HEIGHT - 48 * mm, "Aldermouth and the islands since 1961")
    canvas.setStrokeColor(SEA)
    canvas.setLineWidth(1.2)
    for row in range(3):
        path = canvas.beginPath()
        path.moveTo(0, (22 - 6 * row) * mm)
        for wave in range(9):
            left, height = wave * 25 * mm, (22 - 6 * row) * mm
            path.curveTo(
                left + 8 * mm, height + 5 * mm, left + 17 * mm, height - 5 * mm,
                left + 25 * mm, height,
            )  # fmt: skip
        canvas.drawPath(path)
    canvas.restoreState()


def make(name: str, folder: Path) -> Path:
    """Writes one sample PDF into the folder; the same bytes every time."""
    about, pieces = read(SOURCES / f"{name}.txt")
    kinds = [piece.kind for piece in pieces]
    front = kinds.count("cover") + kinds.count("contents")
    path = folder / f"{name}.pdf"
    Booklet(path, about, front).multiBuild(list(story(about, pieces)))
    return path


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for sample in NAMES:
        print(make(sample, target))
