"""Reading the picture of a page: OCR for pages that carry no text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from assistant.ingestion.lines import Piece, PlacedWord, clean, fractions, turned_back
from assistant.ingestion.word_gaps import Span, parted

_DOTS_PER_POINT = 200 / 72
_LONGEST_SIDE = 2000
_THREADS = 1  # a second one waits by spinning: 2.8 times the work when the cores are shared
_LEAST_SCORE = 0.5
_UPSIDE_DOWN = 0.9


def is_drawn(page: Any) -> bool:
    """Whether an open pdfium page has anything on it."""
    return bool(pdfium.FPDFPage_CountObjects(page) > 0 or pdfium.FPDFPage_GetAnnotCount(page) > 0)


def read_pieces(page: Any, size: tuple[float, float]) -> tuple[list[Piece], float | None]:
    """The lines OCR sees on an open pdfium page, and its mean confidence (0-1)."""
    picture = _picture(page, size)
    if picture.size == 0 or int(picture.max()) - int(picture.min()) < 8:
        return [], None
    found = _upright(picture)
    frame = size if found.angle % 180 == 0 else size[::-1]
    height, width = found.picture.shape[:2]
    pieces: list[Piece] = []
    scores: list[float] = []
    for corners, words, score in _recognised(found):
        quad = corners * (frame[0] / width, frame[1] / height)
        placed = _placed(quad, words, found.angle, size)
        if placed:
            scores.append(score)
            (left, top), (right, bottom) = quad.min(axis=0).tolist(), quad.max(axis=0).tolist()
            text_size = 0.7 * float(np.linalg.norm(quad[3] - quad[0]))
            piece = Piece(placed, left, top, right, bottom, text_size, False, len(pieces))
            piece.angle = found.angle
            pieces.append(piece)
    return pieces, sum(scores) / len(scores) if scores else None


def _picture(page: Any, size: tuple[float, float]) -> NDArray[np.uint8]:
    scale = min(_DOTS_PER_POINT, _LONGEST_SIDE / max(1.0, *size))
    bitmap = page.render(scale=scale, rev_byteorder=False, prefer_bgrx=False)
    try:
        picture: NDArray[np.uint8] = bitmap.to_numpy()
        if picture.ndim == 2 or picture.shape[2] == 1:
            return np.repeat(picture.reshape(*picture.shape[:2], 1), 3, axis=2)
        return picture[:, :, :3].copy()
    finally:
        bitmap.close()


@dataclass
class _Found:
    """Lines found in a picture that was turned until most of its text was upright.

    `angle` is the direction of the text on the page as displayed, in degrees.
    """

    picture: NDArray[np.uint8]
    angle: int
    corners: Sequence[NDArray[np.float32]]
    crops: Sequence[NDArray[np.uint8]]
    turns: Sequence[tuple[str, float]]

    @property
    def sideways(self) -> bool:
        """Whether most lines are taller than wide."""
        return _most(np.ptp(quad[:, 1]) > 1.5 * np.ptp(quad[:, 0]) for quad in self.corners)

    @property
    def upside_down(self) -> bool:
        """Whether most lines had to be turned round to be read."""
        return _most(label == "180" and score > _UPSIDE_DOWN for label, score in self.turns)


def _most(signs: Iterable[Any]) -> bool:
    seen = [bool(sign) for sign in signs]
    return 2 * sum(seen) > len(seen)


def _upright(picture: NDArray[np.uint8]) -> _Found:
    found = _find(picture, 0)
    if found.sideways:
        found = _find(np.rot90(picture, -1), 90)
    if found.upside_down:
        found = _find(np.rot90(found.picture, 2), found.angle + 180)
    return found


def _find(picture: NDArray[np.uint8], angle: int) -> _Found:
    engine = _engine()
    picture = np.ascontiguousarray(picture)
    scaled, down, across = engine.preprocess(picture)
    padded, record = engine.maybe_add_letterbox(
        scaled, {"preprocess": {"ratio_h": down, "ratio_w": across}}
    )
    boxes, _ = engine.auto_text_det(padded)
    if boxes is None:
        return _Found(picture, angle, [], [], [])
    crops, turns, _ = engine.text_cls(engine.get_crop_img_list(padded, boxes))
    corners = engine._get_origin_points(boxes, record, *picture.shape[:2])
    return _Found(picture, angle, corners, crops, turns)


def _recognised(found: _Found) -> Iterator[tuple[NDArray[np.float64], list[Span], float]]:
    """For every line: its corners, its words with their share of it, its score."""
    if not found.crops:
        return
    read, _ = _engine().text_rec(found.crops, True)
    for corners, crop, turn, (text, score, info) in zip(
        found.corners, found.crops, found.turns, read, strict=True
    ):
        if score >= _LEAST_SCORE and text.strip():
            flipped = turn[0] == "180" and turn[1] > _UPSIDE_DOWN
            quad = np.roll(corners, 2, axis=0) if flipped else corners
            yield np.asarray(quad, dtype=np.float64), parted(crop, text, info), float(score)


@cache
def _engine() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(intra_op_num_threads=_THREADS, inter_op_num_threads=1)


def _placed(
    quad: NDArray[np.float64], words: Sequence[Span], angle: int, size: tuple[float, float]
) -> list[PlacedWord]:
    """The words of a line where they stand on the page."""
    kept = [(text, start, end) for word, start, end in words if (text := clean(word))]
    if not kept:
        return []
    upright = np.linalg.norm(quad[1] - quad[0]) * 1.5 > np.linalg.norm(quad[3] - quad[0])
    boxes = []
    for _, start, end in kept:
        a, b = (start, end) if upright else (0.0, 1.0)
        along_top, along_bottom = quad[1] - quad[0], quad[2] - quad[3]
        points = np.array([
            quad[0] + a * along_top, quad[0] + b * along_top,
            quad[3] + a * along_bottom, quad[3] + b * along_bottom,
        ])  # fmt: skip
        boxes.append([*points.min(axis=0), *points.max(axis=0)])
    shown = fractions(turned_back(np.array(boxes), angle, *size), *size)
    return [
        PlacedWord(text, box, edges[0], edges[2])
        for (text, _, _), box, edges in zip(kept, shown, boxes, strict=True)
    ]
