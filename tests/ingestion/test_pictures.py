"""Pictures of pages, with marked words."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from assistant.errors import BadInput, UnreadableFile
from assistant.ingestion.pictures import page_picture
from store.records import Box
from tests.ingestion.drawing import draw, write


def page(canvas: Canvas) -> None:
    write(canvas, ["Quay rules"])


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    return draw(tmp_path / "a.pdf", page, page)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_boxes_are_filled_in_amber_and_nothing_else_is(pdf: Path) -> None:
    plain = opened(page_picture(pdf, 1, width=500))
    marked = opened(page_picture(pdf, 1, width=500, boxes=[Box(0.5, 0.5, 0.75, 0.6)]))
    assert plain.width == marked.width == 500
    width, height = marked.size
    pixel = marked.getpixel((int(0.6 * width), int(0.55 * height)))
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    assert red > green > blue + 40
    for place in ((0.4, 0.55), (0.6, 0.45)):
        spot = (int(place[0] * width), int(place[1] * height))
        assert marked.getpixel(spot) == plain.getpixel(spot) == (255, 255, 255)


LINES = [Box(0.6, 0.80, 0.9, 0.82), Box(0.1, 0.83, 0.4, 0.85)]
NEXT_COLUMN = Box(0.6, 0.10, 0.9, 0.12)


@pytest.mark.parametrize("boxes", [LINES, [*LINES, NEXT_COLUMN]])
def test_strip_is_the_part_of_the_page_around_the_first_run_of_boxes(
    pdf: Path, boxes: list[Box]
) -> None:
    whole = opened(page_picture(pdf, 1, width=500, boxes=boxes))
    strip = opened(page_picture(pdf, 1, width=500, boxes=boxes, strip=True))
    around = int(0.15 * 500)
    first = int(0.80 * whole.height) - around
    assert strip.width == whole.width
    assert abs(strip.height - (0.05 * whole.height + 2 * around)) <= 3
    assert any(
        whole.crop((0, top, 500, top + strip.height)).tobytes() == strip.tobytes()
        for top in range(first - 3, first + 4)
    )


def test_strip_ends_where_the_page_does(pdf: Path) -> None:
    boxes = [Box(0.1, 0.01, 0.9, 0.99)]
    whole = page_picture(pdf, 1, width=500, boxes=boxes)
    assert page_picture(pdf, 1, width=500, boxes=boxes, strip=True) == whole


def test_the_picture_of_a_giant_page_stays_small(tmp_path: Path) -> None:
    giant = draw(tmp_path / "giant.pdf", page, size=(200, 14_000))
    assert max(opened(page_picture(giant, 1, width=4000)).size) <= 4000


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_page_that_is_not_there_is_named(pdf: Path, number: int) -> None:
    with pytest.raises(BadInput, match=f"no page {number}; the document has 2"):
        page_picture(pdf, number)


def test_a_file_that_is_no_pdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("nothing")
    with pytest.raises(UnreadableFile):
        page_picture(tmp_path / "a.pdf", 1)
    with pytest.raises(UnreadableFile):
        page_picture(tmp_path / "missing.pdf", 1)


def test_several_threads_may_ask_at_once(pdf: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        pictures = list(threads.map(lambda n: page_picture(pdf, n % 2 + 1, width=300), range(16)))
    assert len(set(pictures)) == 1
