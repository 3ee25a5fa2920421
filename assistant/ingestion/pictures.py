"""Pictures of pages, with the quoted words marked."""

import io
import threading
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw

from assistant.errors import BadInput, UnreadableFile
from store.records import Box

_AMBER = (255, 176, 0, 84)
_OUTLINE = (201, 118, 0, 255)
_LONGEST_SIDE = 4000
_MOST_PIXELS = 12_000_000
_MARGIN = 0.0015
_AROUND = 0.15  # of the page's width, above and below a quote

_pdfium = threading.Lock()
"""pdfium must not be entered by two threads at once."""


def page_picture(
    path: Path,
    number: int,
    *,
    boxes: Sequence[Box] = (),
    width: int = 1000,
    strip: bool = False,
) -> bytes:
    """PNG of page `number` (1-based), about `width` pixels wide, with `boxes` marked in amber;
    of the whole page, or with `strip` only of the lines around the boxes."""
    picture = _render(path, number, width)
    if boxes:
        picture = _marked(picture, boxes)
    if boxes and strip:
        picture = _strip(picture, boxes)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _render(path: Path, number: int, width: int) -> Image.Image:
    with _pdfium:
        try:
            document = pypdfium2.PdfDocument(str(path))
        except (pypdfium2.PdfiumError, FileNotFoundError):
            raise UnreadableFile(f"{path.name} cannot be opened to draw a page of it.") from None
        try:
            if not 1 <= number <= len(document):
                raise BadInput(f"There is no page {number}; the document has {len(document)}.")
            page = document[number - 1]
            bitmap = page.render(scale=_scale(page.get_size(), width))
            picture: Image.Image = bitmap.to_pil().convert("RGB")
            return picture
        except pypdfium2.PdfiumError:
            raise UnreadableFile(f"Page {number} cannot be drawn.") from None
        finally:
            document.close()


def _scale(size: tuple[float, float], width: int) -> float:
    """Pixels per point: the asked width, less for giant pages."""
    across, down = max(1.0, size[0]), max(1.0, size[1])
    most: float = (_MOST_PIXELS / (across * down)) ** 0.5
    return min(max(1, width) / across, _LONGEST_SIDE / max(across, down), most)


def _marked(picture: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    across, down = picture.size
    for left, top, right, bottom in boxes:
        corners = (
            max(0.0, left - _MARGIN) * across, max(0.0, top - _MARGIN) * down,
            min(1.0, right + _MARGIN) * across - 1, min(1.0, bottom + _MARGIN) * down - 1,
        )  # fmt: skip
        if corners[2] > corners[0] and corners[3] > corners[1]:
            draw.rectangle(corners, fill=_AMBER, outline=_OUTLINE, width=1)
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _strip(picture: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """The picture from a little above the first box to a little below the last; a quote that goes
    on at the top of the next column is followed only to the end of its first."""
    top, bottom = boxes[0].top, boxes[0].bottom
    for before, box in pairwise(boxes):
        if box.bottom <= before.top:
            break
        top, bottom = min(top, box.top), max(bottom, box.bottom)
    around = _AROUND * picture.width
    first = max(0, int(top * picture.height - around))
    last = min(picture.height, int(bottom * picture.height + around) + 1)
    return picture.crop((0, first, picture.width, last))
