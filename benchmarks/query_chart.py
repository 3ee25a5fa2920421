"""Draws milliseconds by size as lines on logarithmic axes: an SVG that is readable on light and
dark pages."""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 80, 190, 20, 50
COLOURS = ("#2f81f7", "#8b949e", "#d29922", "#db6d28", "#3fb950")
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .grid { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .grid { stroke: #444c56 }
  }
"""

Points = Sequence[tuple[int, float]]


def chart(lines: Mapping[str, Points]) -> str:
    """The SVG of some named lines of points (chunks, milliseconds); lines without points
    are left out."""
    lines = {name: points for name, points in lines.items() if points}
    sizes = sorted({size for points in lines.values() for size, _ in points})
    speeds = [speed for points in lines.values() for _, speed in points]
    across = _axis(sizes[0], sizes[-1], LEFT, WIDTH - RIGHT)
    bottom, top = math.floor(math.log10(min(speeds))), math.ceil(math.log10(max(speeds)))
    up = _axis(10.0**bottom, 10.0**top, HEIGHT - BOTTOM, TOP)
    drawn = [_row(up(10.0**power), f"{10.0**power:g} ms") for power in range(bottom, top + 1)]
    drawn += [_column(across(size), f"{size:,}") for size in sizes]
    drawn.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "chunks", "middle"))
    lowest = TOP - 8.0
    ends = sorted(lines, key=lambda name: up(lines[name][-1][1]))
    for name in ends:
        places = [(across(size), up(speed)) for size, speed in lines[name]]
        lowest = max(lowest + 17, places[-1][1])  # names must not lie on each other
        drawn.append(_line(places, COLOURS[list(lines).index(name) % len(COLOURS)]))
        drawn.append(_text(WIDTH - RIGHT + 12, lowest + 4, name))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            f"<title>Milliseconds of a search by the chunks of a library</title><style>{STYLE}"
            "</style>",
            *drawn,
            "</svg>\n",
        ]
    )


def _axis(least: float, most: float, start: float, end: float) -> Callable[[float], float]:
    """Where a number lies between two ends, by its logarithm."""
    span = math.log10(most / least) or 1.0
    return lambda value: start + math.log10(value / least) / span * (end - start)


def _row(y: float, name: str) -> str:
    line = f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
    return line + _text(LEFT - 6, y + 4, name, "end")


def _column(x: float, name: str) -> str:
    return _text(x, HEIGHT - BOTTOM + 20, name, "middle")


def _line(places: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places)
    line = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    return f'{line}<g fill="{colour}">{dots}</g>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
