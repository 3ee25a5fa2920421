"""Makes a page look as if it had come from a scanner: a picture of a letter, without any text."""

import io
import pathlib

import numpy as np
import pypdfium2
import reportlab
from PIL import Image
from reportlab.graphics.shapes import Drawing, Path
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, Paragraph

from samples.markup import inline

SOURCES = pathlib.Path(__file__).parent / "sources"
FONTS = pathlib.Path(reportlab.__file__).parent / "fonts"
DOTS_PER_INCH = 130


def scanned(name: str) -> io.BytesIO:
    """The letter of that name as a grey JPEG: a little crooked, soft and speckled."""
    letter = pypdfium2.PdfDocument(_letter(name))
    picture = letter[0].render(scale=DOTS_PER_INCH / 72).to_pil().convert("L")
    letter.close()
    picture = picture.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=250)
    random = np.random.default_rng(1847)
    grain = random.normal(0, 5, (picture.height, picture.width))
    shade = np.linspace(0, -9, picture.width)
    dust = np.where(random.random(grain.shape) < 0.00006, -120, 0)
    grey = np.asarray(picture, float) * 0.94 + 8 + grain + shade + dust
    result = io.BytesIO()
    Image.fromarray(grey.clip(0, 255).astype(np.uint8)).save(result, "JPEG", quality=62)
    result.seek(0)
    return result


def _letter(name: str) -> bytes:
    """The letter as a PDF whose fonts are embedded, so that it looks the same everywhere."""
    for font, file in (("Vera", "Vera"), ("Vera-Bold", "VeraBd")):
        pdfmetrics.registerFont(TTFont(font, str(FONTS / f"{file}.ttf")))
    pdfmetrics.registerFontFamily("Vera", normal="Vera", bold="Vera-Bold")
    head, *blocks = (SOURCES / f"{name}.txt").read_text(encoding="utf-8").strip().split("\n\n")
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    _head(canvas, head.splitlines())
    style = ParagraphStyle("letter", fontName="Vera", fontSize=10.2, leading=15.2, spaceAfter=9)
    flowables = [
        _signature() if block == "@signature" else _paragraph(block, style) for block in blocks
    ]
    Frame(26 * mm, 12 * mm, 158 * mm, 250 * mm).addFromList(flowables, canvas)
    _stamp(canvas)
    canvas.save()
    return buffer.getvalue()


def _head(canvas: Canvas, lines: list[str]) -> None:
    canvas.setFont("Vera-Bold", 15)
    canvas.drawCentredString(105 * mm, 279 * mm, lines[0])
    canvas.setFont("Vera", 8.5)
    canvas.drawCentredString(105 * mm, 273.5 * mm, "   ·   ".join(lines[1:]))
    canvas.line(28 * mm, 269 * mm, 182 * mm, 269 * mm)


def _paragraph(block: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(inline(block).replace("\n", "<br/>"), style)


def _signature() -> Drawing:
    path = Path(strokeColor=HexColor("#222222"), strokeWidth=1.2, fillColor=None)
    path.moveTo(2 * mm, 6 * mm)
    for x in range(6, 42, 6):
        path.curveTo((x - 2) * mm, (19 - x % 7) * mm, x * mm, x % 5 * mm, (x + 3) * mm, 7 * mm)
    path.lineTo(56 * mm, 5 * mm)
    drawing = Drawing(60 * mm, 15 * mm)
    drawing.add(path)
    return drawing


def _stamp(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.translate(150 * mm, 238 * mm)
    canvas.rotate(8)
    canvas.setStrokeColor(HexColor("#555555"))
    canvas.setFillColor(HexColor("#555555"))
    canvas.setLineWidth(1.4)
    canvas.roundRect(-20 * mm, -8 * mm, 42 * mm, 16 * mm, 2 * mm)
    canvas.setFont("Vera-Bold", 10)
    canvas.drawCentredString(1 * mm, 1.5 * mm, "RECEIVED")
    canvas.drawCentredString(1 * mm, -4 * mm, "26 MAR 2025")
    canvas.restoreState()
