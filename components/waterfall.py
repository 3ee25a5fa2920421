"""The stages of an answer as bars on one time line."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from components.wording import duration, step
from store.answer_records import Span

BAR = 26
MARGIN = 56


def show(spans: Sequence[Span]) -> None:
    """A bar per stage from where it began to where it ended, with its time written beside it."""
    if not spans:
        st.caption("No stages were timed.")
        return
    rows = [_row(span) for span in spans]
    end = max(span.start_ms + span.duration_ms for span in spans)
    st.vega_lite_chart(
        None,
        {"data": {"values": rows}, **_chart([row["stage"] for row in rows], end)},
        height=BAR * len(rows) + MARGIN,
        alt="Time line: " + "; ".join(f"{row['stage']} {row['label']}" for row in rows),
        key="waterfall",
    )
    with st.expander("As a table", icon=":material/table:"):
        st.dataframe(
            {
                "Stage": [row["stage"] for row in rows],
                "Starts at": [duration(span.start_ms) for span in spans],
                "Takes": [row["label"] for row in rows],
                "Details": [row["details"] for row in rows],
            },
            hide_index=True,
            alt="Stages with their times",
        )


def _row(span: Span) -> dict[str, Any]:
    return {
        "stage": step(span.name),
        "start": span.start_ms,
        "end": span.start_ms + span.duration_ms,
        "label": duration(span.duration_ms),
        "details": ", ".join(f"{name} {value}" for name, value in span.attributes.items()),
    }


def _chart(order: list[str], end: float) -> dict[str, Any]:
    y = {
        "field": "stage",
        "type": "nominal",
        "sort": order,
        "title": None,
        "axis": {"labelLimit": 220, "labelOverlap": False, "ticks": False, "domain": False},
    }
    x = {
        "field": "start",
        "type": "quantitative",
        "title": "Milliseconds since the question",
        "scale": {"domain": [0, end * 1.25 or 1], "nice": False},
        "axis": {"tickCount": 6, "labelFlush": True},
    }
    tooltip = [
        {"field": "stage", "title": "Stage"},
        {"field": "label", "title": "Takes"},
        {"field": "details", "title": "Details"},
    ]
    return {
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadius": 2, "height": {"band": 0.6}},
                "encoding": {"y": y, "x": x, "x2": {"field": "end"}, "tooltip": tooltip},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": _ink()},
                "encoding": {"y": y, "x": {**x, "field": "end"}, "text": {"field": "label"}},
            },
        ]
    }


def _ink() -> str:
    """The colour of text in the theme on screen; a chart leaves its labels black."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    return str(st.get_option(f"theme.{theme}.textColor") or "gray")
