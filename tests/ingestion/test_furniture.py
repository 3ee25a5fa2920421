"""Running headers, footers and page numbers are left out; body text never is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.ingestion.drawing import HEIGHT, PROSE, draw, read, wrapped, write

TOWNS = ["Arvik", "Bergo", "Corvin", "Dalmo", "Elstad"]


def page(number: int, header: str, footer: str) -> Callable[[Canvas], None]:
    def drawing(canvas: Canvas) -> None:
        write(canvas, [header], top=30, size=8)
        town = TOWNS[number % len(TOWNS)]
        write(canvas, wrapped(PROSE.replace("quay", f"quay of {town}"), 90), top=90)
        write(canvas, [footer], top=HEIGHT - 40, left=290, size=8)

    return drawing


def texts(tmp_path: Path, header: str, footer: str, count: int = 5) -> list[str]:
    pages = [page(k, header.format(k), footer.format(k)) for k in range(1, count + 1)]
    return [read_page.text for read_page in read(draw(tmp_path / "a.pdf", *pages))]


@pytest.mark.parametrize(
    ("header", "footer"),
    [
        ("Handbook of the harbour", "{}"),
        ("Handbook of the harbour | {}", "Draft, not for the public"),
        ("{} HANDBOOK", "Page {} of 5"),
        ("Handbook", "- {} -"),
    ],
)
def test_headers_footers_and_page_numbers_are_dropped(
    tmp_path: Path, header: str, footer: str
) -> None:
    for text in texts(tmp_path, header, footer):
        assert text.startswith("The harbour office")
        assert text.endswith("with their own.")


def test_roman_page_numbers_are_dropped(tmp_path: Path) -> None:
    pages = [page(k, "Handbook", numeral) for k, numeral in enumerate(["ii", "iii", "iv", "v"])]
    for only in read(draw(tmp_path / "a.pdf", *pages)):
        assert only.text.endswith("with their own.")


def test_a_page_number_right_under_the_text_is_dropped_at_any_height(tmp_path: Path) -> None:
    def short(number: int) -> Callable[[Canvas], None]:
        def drawing(canvas: Canvas) -> None:
            top = write(canvas, wrapped(PROSE * number, 90), top=90)
            write(canvas, [f"Harbour report {number + 11}"], top=top + 20, left=260)

        return drawing

    for only in read(draw(tmp_path / "a.pdf", *[short(number) for number in range(1, 6)])):
        assert only.text.endswith("with their own.")


def test_two_pages_are_too_few_to_tell(tmp_path: Path) -> None:
    for text in texts(tmp_path, "Handbook of the harbour", "{}", count=2):
        assert text.startswith("Handbook of the harbour")


@pytest.mark.parametrize("header", ["Table {}: boats by month", "Chapter {}"])
def test_numbered_things_at_the_top_of_pages_are_kept(tmp_path: Path, header: str) -> None:
    for number, text in enumerate(texts(tmp_path, header, ""), start=1):
        assert text.startswith(header.format(number))


def test_a_line_that_differs_from_page_to_page_is_kept(tmp_path: Path) -> None:
    pages = [page(k, f"Boats of {town}", "") for k, town in enumerate(TOWNS)]
    for town, only in zip(TOWNS, read(draw(tmp_path / "a.pdf", *pages)), strict=True):
        assert only.text.startswith(f"Boats of {town}")


def test_a_row_of_numbers_at_the_page_end_is_kept(tmp_path: Path) -> None:
    pages = [page(k, "Handbook", amount) for k, amount in enumerate(["17", "4,250", "9", "88"])]
    for amount, only in zip(
        ["17", "4,250", "9", "88"], read(draw(tmp_path / "a.pdf", *pages)), strict=True
    ):
        assert only.text.endswith(amount)
