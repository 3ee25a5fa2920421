"""What stands inside the boxes of a citation, read from the original file and from the picture."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy
import pypdfium2
from PIL import Image

PATCH = 4  # pictures are compared by patches of so many pixels: compression changes single ones
MARGIN = 2  # patches around a box that its outline may touch
TINTED = 35  # how much bluer the page is without the amber over it


def letters(text: str) -> str:
    """Letters and digits in their order: line ends and hyphens are set differently on a page."""
    return "".join(char for char in text if char.isalnum())


def words_in(path: Path, number: int, boxes: Sequence[Sequence[float]]) -> str:
    """The words of page `number` (1-based) inside boxes given in fractions from the top left."""
    document = pypdfium2.PdfDocument(str(path))
    try:
        page = document[number - 1]
        width, height = page.get_size()
        text = page.get_textpage()
        return " ".join(
            text.get_text_bounded(
                left=left * width,
                top=height - top * height,
                right=right * width,
                bottom=height - bottom * height,
            )
            for left, top, right, bottom in boxes
        )
    finally:
        document.close()


def amber(path: Path, number: int, picture: bytes) -> Any:
    """Which patches of a picture of a page are tinted amber, compared with the page as it is."""
    shown = Image.open(io.BytesIO(picture)).convert("RGB")
    document = pypdfium2.PdfDocument(str(path))
    try:
        page = document[number - 1]
        plain = page.render(scale=shown.width / page.get_width()).to_pil().convert("RGB")
    finally:
        document.close()
    blue = [
        numpy.asarray(image.reduce(PATCH), dtype=int)[:, :, 2]
        for image in (plain.resize(shown.size), shown)
    ]
    return blue[0] - blue[1] > TINTED


def amber_pixels(picture: bytes) -> int:
    """How many pixels of a picture of black text on white are amber."""
    pixels = numpy.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), dtype=int)
    return int((pixels[:, :, 0] - pixels[:, :, 2] > TINTED).sum())


def tinted_shares(tinted: Any, boxes: Sequence[Sequence[float]]) -> Iterator[float]:
    """For each box, the share of its patches that are tinted."""
    for rows, columns in _places(tinted, boxes, margin=0):
        yield float(tinted[rows, columns].mean())


def tinted_outside(tinted: Any, boxes: Sequence[Sequence[float]]) -> int:
    """How many patches are tinted that belong to no box."""
    rest = tinted.copy()
    for rows, columns in _places(tinted, boxes, margin=MARGIN):
        rest[rows, columns] = False
    return int(rest.sum())


def _places(
    tinted: Any, boxes: Sequence[Sequence[float]], *, margin: int
) -> Iterator[tuple[slice, slice]]:
    height, width = tinted.shape
    for left, top, right, bottom in boxes:
        yield (
            slice(max(0, int(top * height) - margin), int(bottom * height) + margin + 1),
            slice(max(0, int(left * width) - margin), int(right * width) + margin + 1),
        )
