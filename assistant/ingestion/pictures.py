"""Pictures of pages, with the quoted words marked."""

import io
import threading
from collections.abc import Sequence
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

_pdfium = threading.Lock()
"""pdfium must not be entered by two threads at once."""


def page_picture(path: Path, number: int, *, boxes: Sequence[Box] = (), width: int = 1000) -> bytes:
    """PNG of page `number` (1-based), about `width` pixels wide, with `boxes` marked in amber."""
    picture = _render(path, number, width)
    if boxes:
        picture = _marked(picture, boxes)
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
