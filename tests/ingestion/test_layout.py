"""Columns, headings, lists and the order in which a page is read."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from store.records import BlockKind
from tests.ingestion.drawing import HEIGHT, PROSE, blocks, draw, read, wrapped, write

OTHER = PROSE.replace("harbour", "lighthouse").replace("boat", "lamp").replace("clerk", "keeper")
THIRD = PROSE.replace("harbour", "railway").replace("boat", "wagon").replace("clerk", "porter")


def flat(text: str) -> str:
    return " ".join(text.split())


def test_two_columns_under_a_title_are_read_one_after_the_other(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, ["On the lists kept at the quay and at the lighthouse"], size=18)
        write(canvas, wrapped(PROSE, 44), top=120)
        write(canvas, wrapped(OTHER, 44), top=120, left=315)

    [only] = read(draw(tmp_path / "a.pdf", page))
    assert blocks(only) == [
        "On the lists kept at the quay and at the lighthouse", flat(PROSE), flat(OTHER),
    ]  # fmt: skip


def test_columns_drawn_line_by_line_across_the_page_are_told_apart(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines = zip(wrapped(PROSE, 44), wrapped(OTHER, 44), strict=False)
        for place, (left, right) in enumerate(lines):
            write(canvas, [left], top=72 + 13 * place)
            write(canvas, [right], top=72 + 13 * place, left=315)

    [only] = read(draw(tmp_path / "a.pdf", page))
    first, second = blocks(only)
    assert first.startswith("The harbour office") and "lighthouse" not in first
    assert second.startswith("The lighthouse office") and "harbour" not in second


def test_three_columns_with_a_heading_across_them(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for place, text in enumerate((PROSE, OTHER, THIRD)):
            write(canvas, wrapped(text, 27), left=60 + 165 * place, size=9)
        write(canvas, ["Lists that are kept in this town and how they are kept"], top=420, size=16)
        for place, text in enumerate((THIRD, PROSE, OTHER)):
            write(canvas, wrapped(text, 27), left=60 + 165 * place, top=460, size=9)

    [only] = read(draw(tmp_path / "a.pdf", page))
    heading = "Lists that are kept in this town and how they are kept"
    expected = [PROSE, OTHER, THIRD, heading, THIRD, PROSE, OTHER]
    assert blocks(only) == [flat(text) for text in expected]


def test_a_paragraph_cut_by_the_column_end_is_put_together(tmp_path: Path) -> None:
    lines = wrapped(PROSE * 2, 44)

    def page(canvas: Canvas) -> None:
        write(canvas, lines[:10])
        write(canvas, lines[10:], left=315)

    [only] = read(draw(tmp_path / "a.pdf", page))
    assert lines[9][-1] not in ".!?" and lines[10][0].islower()
    assert flat(PROSE * 2) in flat(only.text)
    assert f"{lines[9]} {lines[10]}" in only.text


def test_what_the_file_draws_last_but_stands_first_is_read_first(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, wrapped(PROSE, 90), top=200)
        write(canvas, ["Quay rules"], size=20)

    [only] = read(draw(tmp_path / "a.pdf", page))
    assert blocks(only) == ["Quay rules", flat(PROSE)]


def test_headings_have_levels_by_size_weight_and_number(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        top = write(canvas, ["Quay rules"], size=22, leading=34)
        top = write(canvas, ["Opening hours"], size=14, top=top, leading=26)
        top = write(canvas, wrapped(PROSE, 90), top=top) + 12
        top = write(canvas, ["2.1.3 Fees in winter"], font="Helvetica-Bold", top=top, leading=20)
        top = write(canvas, wrapped(PROSE, 90), top=top) + 12
        top = write(canvas, ["Lost Property"], top=top, leading=24)
        write(canvas, wrapped(PROSE, 90), top=top)

    [only] = read(draw(tmp_path / "a.pdf", page))
    levels = {
        only.text[block.start : block.end]: block.level
        for block in only.blocks
        if block.kind is BlockKind.HEADING
    }
    assert levels == {
        "Quay rules": 1, "Opening hours": 2, "2.1.3 Fees in winter": 3, "Lost Property": 5,
    }  # fmt: skip
    assert blocks(only, BlockKind.PARAGRAPH) == [flat(PROSE)] * 3


def test_a_bold_word_in_a_paragraph_is_no_heading(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(72, HEIGHT - 82, "Note")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(98, HEIGHT - 82, "that the office is closed on the first day of May,")
        write(canvas, ["and that no boat may leave before it opens again on the second."], top=85)

    [only] = read(draw(tmp_path / "a.pdf", page))
    assert [block.kind for block in only.blocks] == [BlockKind.PARAGRAPH]


@pytest.mark.parametrize("marks", [["•", "•", "•"], ["1.", "2.", "3."], ["(a)", "(b)", "(c)"]])
def test_list_items_keep_their_marks_and_their_lines(tmp_path: Path, marks: list[str]) -> None:
    def page(canvas: Canvas) -> None:
        top = write(canvas, ["Bring these things:"], leading=20)
        for mark in marks:
            write(canvas, [mark], left=80, top=top)
            top = write(
                canvas, ["the papers of the boat and", "the list of its crew"], left=100, top=top
            )

    [only] = read(draw(tmp_path / "a.pdf", page))
    assert blocks(only, BlockKind.LIST_ITEM) == [
        f"{mark} the papers of the boat and the list of its crew" for mark in marks
    ]


def test_an_indented_first_line_begins_a_paragraph(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        top = 72.0
        for _ in range(2):
            first, *rest = wrapped(PROSE, 90)
            top = write(canvas, [first], left=90, top=top)
            top = write(canvas, rest, top=top)

    [only] = read(draw(tmp_path / "a.pdf", page))
    assert blocks(only) == [flat(PROSE)] * 2


def test_text_turned_by_a_quarter_is_read_in_its_own_direction(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.rotate(90)
        for place, line in enumerate(wrapped(PROSE, 80)):
            canvas.drawString(80, -100 - 13 * place, line)

    [only] = read(draw(tmp_path / "a.pdf", page))
    assert blocks(only) == [flat(PROSE)]
    first, last = only.words[0].box, only.words[-1].box
    assert last.left > first.left and first.top > 0.8
