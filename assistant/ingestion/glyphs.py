"""The glyphs of one PDF page as pdfium reads them: characters, boxes as displayed, and fonts.

Boxes are in points of the displayed page (after /Rotate and the crop box), from the top left.
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

Boxes = NDArray[np.float64]

HYPHENS_AT_LINE_END = ("\x02", "\ufffe")
_SURROGATES = (0xD800, 0xDFFF)
_PICTURES = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_SHADING)
_WHITE = 245  # of 255, in every colour
_FAINT = 8  # of 255, opacity


@dataclass(frozen=True)
class Frame:
    """The visible rectangle of a page in PDF coordinates, and how it is turned for display."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points as displayed."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.rotation % 2 else (width, height)

    def display(self, raw: Boxes) -> Boxes:
        """PDF boxes (left, top, right, bottom; y upwards) as displayed ones (y downwards)."""
        left, top, right, bottom = raw[:, 0], raw[:, 1], raw[:, 2], raw[:, 3]
        turned = {
            0: (left - self.left, self.top - top, right - self.left, self.top - bottom),
            1: (bottom - self.bottom, left - self.left, top - self.bottom, right - self.left),
            2: (self.right - right, bottom - self.bottom, self.right - left, top - self.bottom),
            3: (self.top - top, self.right - right, self.top - bottom, self.right - left),
        }[self.rotation]
        return np.stack(turned, axis=1)


@dataclass(frozen=True)
class Font:
    """How a run of glyphs is set: size in points, weight, and direction in degrees."""

    size: float
    bold: bool
    angle: int


class PageText:
    """The open text of one page; `close` it before the page."""

    def __init__(self, page: Any, frame: Frame) -> None:
        self._handle = pdfium.FPDFText_LoadPage(page)
        if not self._handle:
            raise ValueError("pdfium found no text layer")
        self.frame = frame
        self._page = page
        self._matrix = pdfium.FS_MATRIX()
        self._bold_fonts: dict[bytes, bool] = {}
        self.count = max(0, pdfium.FPDFText_CountChars(self._handle))

    def close(self) -> None:
        """Give the memory back to pdfium."""
        pdfium.FPDFText_ClosePage(self._handle)

    def characters(self) -> str:
        """One character per glyph, in pdfium's order, U+0002 for a hyphen at a line end."""
        buffer = (ctypes.c_ushort * (self.count + 1))()
        written = pdfium.FPDFText_GetText(self._handle, 0, self.count, buffer)
        text = bytes(buffer)[: 2 * max(0, written - 1)].decode("utf-16-le", "replace")
        if len(text) == self.count:
            return text
        code = pdfium.FPDFText_GetUnicode
        return "".join(_character(code(self._handle, index)) for index in range(self.count))

    def boxes(self, indices: Sequence[int]) -> Boxes:
        """The loose boxes of the glyphs at `indices`, as displayed."""
        rectangles = (pdfium.FS_RECTF * max(1, len(indices)))()
        measure, handle = pdfium.FPDFText_GetLooseCharBox, self._handle
        for place, index in enumerate(indices):
            measure(handle, index, rectangles[place])
        raw = np.frombuffer(rectangles, dtype=np.float32).reshape(-1, 4)[: len(indices)]
        exact: Boxes = np.nan_to_num(raw.astype(np.float64), posinf=0.0, neginf=0.0)
        return self.frame.display(exact)

    def font(self, index: int) -> Font:
        """The font of the glyph at `index`."""
        size = pdfium.FPDFText_GetFontSize(self._handle, index)
        angle = 0.0
        if pdfium.FPDFText_GetMatrix(self._handle, index, self._matrix):
            matrix = self._matrix
            size *= hypot(matrix.c, matrix.d) or 1.0
            angle = degrees(atan2(matrix.b, matrix.a)) if matrix.a or matrix.b else 0.0
        turned = round(angle - 90 * self.frame.rotation) % 360
        return Font(abs(size), self._bold(index), turned)

    def has_ink(self, index: int) -> bool:
        """Whether the glyph at `index` would be seen on white paper."""
        drawn = pdfium.FPDFText_GetTextObject(self._handle, index)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(drawn) if drawn else None
        if mode == pdfium.FPDF_TEXTRENDERMODE_FILL:
            return _inked(pdfium.FPDFText_GetFillColor, self._handle, index)
        return bool(mode != pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)

    def painted(self) -> Boxes:
        """The boxes of pictures and coloured areas of the page, as displayed."""
        found = [box for drawn in _drawn_on(self._page) if (box := _painted_box(drawn))]
        return self.frame.display(np.array(found, dtype=np.float64).reshape(-1, 4))

    def _bold(self, index: int) -> bool:
        name = ctypes.create_string_buffer(64)
        flags = ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self._handle, index, name, 64, ctypes.byref(flags))
        if name.value not in self._bold_fonts:
            lowered = name.value.lower()
            marked = any(mark in lowered for mark in (b"bold", b"black", b"heavy", b"-bd"))
            weight = pdfium.FPDFText_GetFontWeight(self._handle, index)
            self._bold_fonts[name.value] = marked or weight >= 700
        return self._bold_fonts[name.value]


def _inked(color: Any, *of: Any) -> bool:
    """Whether a colour that pdfium tells is neither white nor transparent."""
    red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
    if not color(*of, red, green, blue, opacity):
        return True
    white = min(red.value, green.value, blue.value) >= _WHITE
    return not white and opacity.value >= _FAINT


def _drawn_on(page: Any) -> Iterator[Any]:
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        yield pdfium.FPDFPage_GetObject(page, index)


def _painted_box(drawn: Any) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom of a picture or coloured area; None for everything else."""
    kind = pdfium.FPDFPageObj_GetType(drawn)
    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        filled, stroked = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(drawn, filled, stroked)
        if not filled.value or not _inked(pdfium.FPDFPageObj_GetFillColor, drawn):
            return None
    elif kind not in _PICTURES:
        return None
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(drawn, left, bottom, right, top):
        return None
    return left.value, top.value, right.value, bottom.value


def _character(code: int) -> str:
    if not 0 < code <= 0x10FFFF or _SURROGATES[0] <= code <= _SURROGATES[1]:
        return "\ufffd" if code else "\u200b"
    return chr(code)


def page_frame(page: Any) -> Frame:
    """The visible rectangle of an open pdfium page."""
    box = pdfium.FS_RECTF()
    rotation = max(0, pdfium.FPDFPage_GetRotation(page)) % 4
    if not pdfium.FPDF_GetPageBoundingBox(page, box) or box.right <= box.left:
        width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
        if rotation % 2:
            width, height = height, width
        return Frame(0.0, 0.0, width or 612.0, height or 792.0, rotation)
    return Frame(box.left, box.bottom, box.right, box.top, rotation)
