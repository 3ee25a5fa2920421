"""Turns pieces of a sample document into what reportlab sets: type, tables, lists and charts."""

import re
from collections.abc import Iterator

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    Image,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    Paragraph,
    Spacer,
    Table,
)
from reportlab.platypus.tableofcontents import TableOfContents

from samples.markup import Piece, inline
from samples.scan import scanned

INK = HexColor("#1d2630")
SEA = HexColor("#14506b")
MIST = HexColor("#e8eff3")
LINE = HexColor("#9fb4bf")
TEXT_WIDTH = 160 * mm
FRONT_PAGES = 2  # cover and contents
NUMBER = re.compile(r"\(?[£–-]?[\d.,]+\)?|free|nothing")

BODY = ParagraphStyle(
    "body", fontName="Times-Roman", fontSize=11.4, leading=16, textColor=INK, spaceAfter=7
)
CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=8.8, leading=11, textColor=INK)
STYLES = {
    "body": BODY,
    "item": ParagraphStyle("item", BODY, leftIndent=14, spaceAfter=3),
    "title": ParagraphStyle(
        "title", fontName="Times-Bold", fontSize=30, leading=36, textColor=SEA, spaceAfter=8
    ),
    "subtitle": ParagraphStyle(
        "subtitle", fontName="Times-Italic", fontSize=15, leading=20, textColor=INK
    ),
    "lead": ParagraphStyle("lead", BODY, fontSize=12, leading=17, textColor=INK),
    "h1": ParagraphStyle(
        "h1", fontName="Times-Bold", fontSize=18, leading=22, textColor=SEA, spaceBefore=10,
        spaceAfter=7, keepWithNext=1,
    ),
    "h2": ParagraphStyle(
        "h2", fontName="Times-Bold", fontSize=12.4, leading=16, textColor=INK, spaceBefore=7,
        spaceAfter=3, keepWithNext=1,
    ),
    "caption": ParagraphStyle(
        "caption", fontName="Helvetica-Bold", fontSize=8.8, leading=12, textColor=SEA,
        spaceBefore=5, spaceAfter=3, keepWithNext=1,
    ),
    "cell": CELL,
    "head": ParagraphStyle("head", CELL, fontName="Helvetica-Bold", textColor=SEA),
    "number": ParagraphStyle("number", CELL, alignment=TA_RIGHT),
    "numberhead": ParagraphStyle(
        "numberhead", CELL, fontName="Helvetica-Bold", textColor=SEA, alignment=TA_RIGHT
    ),
    "toc1": ParagraphStyle(
        "toc1", BODY, fontName="Times-Bold", leading=14, spaceBefore=3, spaceAfter=0
    ),
    "toc2": ParagraphStyle("toc2", BODY, leftIndent=14, leading=12.8, spaceAfter=0),
}  # fmt: skip
RULES = [
    ("BACKGROUND", (0, 0), (-1, 0), MIST),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ("LINEABOVE", (0, 0), (-1, 0), 0.8, SEA),
    ("LINEBELOW", (0, -1), (-1, -1), 0.8, SEA),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3.6),
]


def story(about: dict[str, str], pieces: list[Piece]) -> Iterator[Flowable]:
    """The flowables of a document, in order. Contents are the last page before page 1."""
    caption, widths = "", ""
    for piece in pieces:
        match piece.kind:
            case "table":
                caption = piece.text
            case "widths":
                widths = piece.text
            case "cells":
                yield from _table(piece.rows, caption, widths)
                caption, widths = "", ""
            case "heading":
                yield Paragraph(inline(piece.text), STYLES[f"h{piece.level}"])
            case "paragraph":
                yield Paragraph(inline(piece.text).replace("\n", "<br/>"), BODY)
            case "bullets" | "numbers":
                yield from _items(piece)
            case _:
                yield from _directive(about, piece)


def _directive(about: dict[str, str], piece: Piece) -> list[Flowable]:
    match piece.kind:
        case "cover":
            return [
                Spacer(1, 62 * mm),
                Paragraph(about["title"], STYLES["title"]),
                Paragraph(about["subtitle"], STYLES["subtitle"]),
                Spacer(1, 26 * mm),
                Paragraph(inline(piece.text), STYLES["lead"]),
            ]
        case "contents":
            toc = TableOfContents(
                dotsMinLevel=0,
                levelStyles=[STYLES["toc1"], STYLES["toc2"]],
                formatter=lambda page: str(page - FRONT_PAGES),
                tableStyle=[
                    ("TOPPADDING", (0, 0), (-1, -1), 0),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
                ],
            )
            heading = Paragraph("Contents", ParagraphStyle("toch", STYLES["h1"]))
            return [NextPageTemplate("front"), PageBreak(), heading, toc]
        case "body":
            return [NextPageTemplate("body"), PageBreak()]
        case "page":
            return [PageBreak()]
        case "two-columns" | "one-column":
            template = "columns" if piece.kind == "two-columns" else "body"
            return [NextPageTemplate(template), PageBreak()]
        case "chart":
            return _chart(piece.text)
        case "scan":
            picture = Image(scanned(piece.text), 210 * mm, 297 * mm)
            return [NextPageTemplate("scan"), PageBreak(), picture]
    raise ValueError(f"There is no @{piece.kind}.")


def _items(piece: Piece) -> list[Flowable]:
    made = [
        Paragraph(inline(text), STYLES["item"], bulletText=f"{number}." if number else "\u2022")
        for number, text in piece.rows
    ]
    return [*made, Spacer(1, 4)]


def _table(rows: list[list[str]], caption: str, widths: str) -> list[Flowable]:
    numeric = [
        sum(bool(NUMBER.fullmatch(row[column].strip("*"))) for row in rows[1:]) > len(rows) / 2
        for column in range(len(rows[0]))
    ]
    cells = [
        [
            Paragraph(inline(cell), STYLES[("number" if right else "") + kind or "cell"])
            for cell, right in zip(row, numeric, strict=True)
        ]
        for kind, row in [("head", rows[0]), *(("", row) for row in rows[1:])]
    ]
    long = len(rows) > 25
    table = Table(
        cells, _widths(rows, widths), style=RULES, repeatRows=1, splitByRow=long,
        spaceBefore=3, spaceAfter=10,
    )  # fmt: skip
    title = Paragraph(inline(caption), STYLES["caption"])
    title.keepWithNext = not long  # would carry a long table over to the next page whole
    return [title, table] if caption else [table]


def _widths(rows: list[list[str]], widths: str) -> list[float]:
    if widths:
        return [TEXT_WIDTH * float(width) / 100 for width in widths.split()]
    longest = [min(max(len(row[column]) for row in rows), 46) + 5 for column in range(len(rows[0]))]
    return [TEXT_WIDTH * width / sum(longest) for width in longest]


def _chart(text: str) -> list[Flowable]:
    title, *bars = (part.strip() for part in text.split("|"))
    names, values = zip(*(bar.split() for bar in bars), strict=True)
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 30, 18, TEXT_WIDTH - 60, 96
    chart.data = [[float(value) for value in values]]
    chart.categoryAxis.categoryNames = list(names)
    chart.valueAxis.valueMin, chart.valueAxis.valueMax, chart.valueAxis.valueStep = 0, 800, 200
    chart.valueAxis.strokeColor = chart.categoryAxis.strokeColor = LINE
    chart.valueAxis.labels.fontSize = chart.categoryAxis.labels.fontSize = 8
    chart.barLabelFormat, chart.barLabels.nudge, chart.barLabels.fontSize = "%.1f", 7, 8
    chart.bars[0].fillColor, chart.bars[0].strokeColor = SEA, None
    chart.groupSpacing = 14
    drawing = Drawing(TEXT_WIDTH, 122)
    drawing.add(chart)
    return [KeepTogether([Paragraph(inline(title), STYLES["caption"]), drawing])]
