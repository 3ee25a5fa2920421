"""Words of a PDF page that nobody sees: beside the visible page, tiny, or without ink of their own.

Words without ink (invisible, transparent or white) stay where something else is drawn: the scan
that a text layer belongs to, the coloured row of a table. Nobody looks for words behind a picture.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.ingestion.glyphs import Boxes, PageText

TINY = 2.0  # points

Flags = NDArray[np.bool_]


def hidden_words(
    page: PageText, starts: Sequence[int], lines: Sequence[int], boxes: Boxes
) -> Flags:
    """Which words nobody sees: `starts` are their first glyphs, `lines` the lines they are in, and
    `boxes` stand as displayed."""
    width, height = page.frame.size
    hidden: Flags = (boxes[:, 2] <= 0) | (boxes[:, 0] >= width)
    hidden |= (boxes[:, 3] <= 0) | (boxes[:, 1] >= height)
    size = boxes[:, 3] - boxes[:, 1]
    if float(np.median(size)) > 2 * TINY:  # else all of the page is drawn small
        hidden |= size < TINY
    if bare := _without_ink(page, starts, lines):
        hidden[bare] |= ~_upon(boxes[bare], page.painted())
    return hidden


def _without_ink(page: PageText, starts: Sequence[int], lines: Sequence[int]) -> list[int]:
    """Words without ink; only lines that begin or end with one are looked through."""
    found: list[int] = []
    first = 0
    for end in range(1, len(starts) + 1):
        if end < len(starts) and lines[end] == lines[first]:
            continue
        if not (page.has_ink(starts[first]) and page.has_ink(starts[end - 1])):
            found += [k for k in range(first, end) if not page.has_ink(starts[k])]
        first = end
    return found


def _upon(boxes: Boxes, painted: Boxes) -> Flags:
    """Whether the middle of each box lies in one of the painted ones."""
    x = (boxes[:, 0] + boxes[:, 2])[:, None] / 2
    y = (boxes[:, 1] + boxes[:, 3])[:, None] / 2
    across = (painted[:, 0] <= x) & (x <= painted[:, 2])
    down = (painted[:, 1] <= y) & (y <= painted[:, 3])
    return np.asarray((across & down).any(axis=1), dtype=np.bool_)
