"""Tables are read row by row, each row with its header."""

from collections.abc import Sequence
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from store.records import BlockKind, Page
from tests.ingestion.drawing import PROSE, blocks, draw, read, wrapped, write

COLUMNS = (72, 300, 380, 460)
HEAD = ["", "2022", "2021", "2020"]
ROWS = [
    ["Harbour fees", "$ 16,388", "$ 14,573", "$ 11,626"],
    ["Repairs", "532", "(555)", "—"],
    ["Other income", "686", "657", "735"],
    ["Total", "$ 17,606", "$ 15,785", "$ 12,868"],
]


def table(canvas: Canvas, rows: Sequence[Sequence[str]], top: float) -> float:
    for row in rows:
        for left, text in zip(COLUMNS, row, strict=False):
            if text:
                write(canvas, [text], left=left, top=top)
        top += 18
    return top


def drawn(canvas: Canvas, rows: Sequence[Sequence[str]]) -> None:
    table(canvas, rows, 90)


def prose(canvas: Canvas) -> None:
    write(canvas, wrapped(PROSE, 90))


def rows_with_headers(page: Page) -> list[tuple[str, str]]:
    return [
        (page.text[block.start : block.end], block.header)
        for block in page.blocks
        if block.kind is BlockKind.TABLE_ROW
    ]


def test_rows_have_cells_and_the_header_of_their_columns(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        top = write(canvas, wrapped(PROSE, 90)) + 20
        top = table(canvas, [HEAD, *ROWS], top) + 20
        write(canvas, wrapped(PROSE, 90), top=top)

    [only] = read(draw(tmp_path / "a.pdf", page))
    head, *rows = rows_with_headers(only)
    assert head == ("2022\t2021\t2020", "")
    assert rows == [("\t".join(row), "\t2022\t2021\t2020") for row in ROWS]
    assert len(blocks(only, BlockKind.PARAGRAPH)) == 2


def test_a_table_that_goes_on_on_the_next_page_keeps_its_header(tmp_path: Path) -> None:
    def first(canvas: Canvas) -> None:
        table(canvas, [HEAD, *ROWS], 600)

    def second(canvas: Canvas) -> None:
        table(canvas, ROWS, 90)

    pages = read(draw(tmp_path / "a.pdf", first, second))
    assert [header for _, header in rows_with_headers(pages[1])] == ["\t2022\t2021\t2020"] * 4


def test_an_empty_cell_keeps_its_place(tmp_path: Path) -> None:
    rows = [HEAD, ROWS[0], ["Repairs", "532", "", "17"], ROWS[2]]
    [only] = read(draw(tmp_path / "a.pdf", lambda canvas: drawn(canvas, rows)))
    assert rows_with_headers(only)[2][0] == "Repairs\t532\t\t17"


def test_a_label_on_two_lines_is_one_cell(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        top = table(canvas, [HEAD, ROWS[0]], 90)
        write(canvas, ["Fees that were paid in the"], top=top)
        top = table(canvas, [["following year", "12", "13", "14"], ROWS[2]], top + 12)

    [only] = read(draw(tmp_path / "a.pdf", page))
    assert rows_with_headers(only)[2][0] == "Fees that were paid in the following year\t12\t13\t14"


def test_cells_of_several_lines_are_read_cell_by_cell(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 10)
        top = 90.0
        for left, text in ((72, "Place"), (200, "What is kept there"), (400, "By whom")):
            write(canvas, [text], left=left, top=top, font="Helvetica-Bold")
        for name in ("Quay", "Customs house", "Lighthouse"):
            top += 36
            write(canvas, [name], left=72, top=top, leading=12)
            write(canvas, ["the list of all boats and", "the names of their crews"],
                  left=200, top=top, leading=12)  # fmt: skip
            write(canvas, ["the clerk and", "his helpers"], left=400, top=top, leading=12)

    [only] = read(draw(tmp_path / "a.pdf", page))
    head, *rows = rows_with_headers(only)
    cells = "the list of all boats and the names of their crews\tthe clerk and his helpers"
    assert rows == [
        (f"{name}\t{cells}", "Place\tWhat is kept there\tBy whom")
        for name in ("Quay", "Customs house", "Lighthouse")
    ]


def test_prose_is_no_table(tmp_path: Path) -> None:
    [only] = read(draw(tmp_path / "a.pdf", prose))
    assert [block.kind for block in only.blocks] == [BlockKind.PARAGRAPH]
