"""Words and their boxes: as displayed, on turned and cropped pages too."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from assistant.ingestion.lines import clean
from assistant.ingestion.pictures import page_picture
from tests.ingestion.drawing import draw, read, turned, write


def mark(canvas: Canvas) -> None:
    write(canvas, ["LIGHTHOUSE"], left=200, top=150, size=24)


def ink(path: Path) -> tuple[float, float, float, float]:
    """Where the picture of page 1 is dark, in fractions from the top left."""
    picture = np.asarray(Image.open(io.BytesIO(page_picture(path, 1))).convert("L")) < 128
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    height, width = picture.shape
    return columns[0] / width, rows[0] / height, columns[-1] / width, rows[-1] / height


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (100, 400, 500, 800)])
def test_the_box_of_a_word_is_where_the_picture_shows_it(
    tmp_path: Path, degrees: int, crop: tuple[float, ...] | None
) -> None:
    path = turned(draw(tmp_path / "a.pdf", mark), tmp_path / "b.pdf", degrees, crop)
    [only] = read(path)
    assert only.text == "LIGHTHOUSE"
    assert (only.width > only.height) is (degrees % 180 == 90 and crop is None)
    assert only.words[0].box == pytest.approx(ink(path), abs=0.03)


def test_spaces_of_any_kind_part_words_and_become_plain(tmp_path: Path) -> None:
    [only] = read(
        draw(tmp_path / "a.pdf", lambda canvas: print_line(canvas, "one\u00a0two   three"))
    )
    assert only.text == "one two three"


def print_line(canvas: Canvas, line: str) -> None:
    write(canvas, [line])


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("e\ufb03cient", "efficient"), ("zero\u200bwidth", "zerowidth"), ("cafe\u0301", "café"),
        ("nul\x00l", "null"), ("\uf0b7", "•"), ("\u200f", ""), ("plain", "plain"),
    ],
)  # fmt: skip
def test_words_are_cleaned(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned
