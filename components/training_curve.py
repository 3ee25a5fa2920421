"""The losses of a run over its steps, as a chart that grows while the run goes on."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from components.wording import duration
from store.training_records import Progress

HEIGHT = 300
TRAINING, VALIDATION = "Training", "Validation"
COLORS = {TRAINING: "blueColor", VALIDATION: "orangeColor"}


def show(progress: Sequence[Progress], *, best: int | None, key: str) -> None:
    """Training loss as a line, validation loss as a line with dots, the kept step marked."""
    points = _points(progress)
    if not points:
        return
    kept = [point for point in points if point["step"] == best and point["which"] == VALIDATION]
    for point in points:
        point["kept"] = point in kept
    st.vega_lite_chart(
        {name: [point[name] for point in points] for name in points[0]},
        _chart(),
        height=HEIGHT,
        alt=_words(points, best),
        key=key,
    )


def table(progress: Sequence[Progress]) -> None:
    """The same as a table, with learning rate and speed."""
    with st.expander("As a table", icon=":material/table:"):
        st.dataframe(
            {
                "Step": [row.step for row in progress],
                "Epoch": [row.epoch for row in progress],
                "Training loss": [row.loss for row in progress],
                "Validation loss": [row.validation_loss for row in progress],
                "Learning rate": [row.learning_rate for row in progress],
                "Tokens/s": [row.tokens_per_second for row in progress],
                "Time": [duration(row.seconds * 1000) for row in progress],
            },
            column_config={
                "Epoch": st.column_config.NumberColumn(format="%.2f"),
                "Training loss": st.column_config.NumberColumn(format="%.4f"),
                "Validation loss": st.column_config.NumberColumn(format="%.4f"),
                "Learning rate": st.column_config.NumberColumn(format="%.2e"),
                "Tokens/s": st.column_config.NumberColumn(format="%.0f"),
            },
            hide_index=True,
            placeholder="",
            alt="Progress of the run, step by step",
        )


def _points(progress: Sequence[Progress]) -> list[dict[str, Any]]:
    found = []
    for row in progress:
        for which, loss in ((TRAINING, row.loss), (VALIDATION, row.validation_loss)):
            if loss is not None:
                found.append({"step": row.step, "loss": loss, "which": which})
    return found


def _chart() -> dict[str, Any]:
    """The same for every run and step: with its data apart, the browser only adds to it."""
    which = {
        "field": "which",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(COLORS), "range": [_color(name) for name in COLORS.values()]},
        "legend": {"orient": "top", "symbolType": "stroke"},
    }
    encoding = {
        "x": {
            "field": "step",
            "type": "quantitative",
            "title": "Step",
            "axis": {"tickMinStep": 1, "grid": False},
            "scale": {"nice": False},
        },
        "y": {
            "field": "loss",
            "type": "quantitative",
            "title": "Loss",
            "scale": {"zero": False},
        },
        "color": which,
    }
    tooltip = [
        {"field": "which", "title": "Loss of"},
        {"field": "step", "title": "Step"},
        {"field": "loss", "title": "Loss", "format": ".4f"},
    ]
    validated = {"filter": f"datum.which == '{VALIDATION}'"}
    return {
        "encoding": encoding,
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2, "interpolate": "linear"}},
            {
                "transform": [validated],
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {"tooltip": tooltip},
            },
            {
                "transform": [{"filter": "datum.kept"}],
                "mark": {"type": "point", "size": 220, "strokeWidth": 2, "opacity": 1},
                "encoding": {"tooltip": tooltip},
            },
            {
                "transform": [{"filter": "datum.kept"}],
                "mark": {"type": "text", "dy": -18, "fontWeight": "bold"},
                "encoding": {"text": {"value": "kept"}},
            },
        ],
    }


def _color(name: str) -> str:
    theme = "dark" if st.context.theme.type == "dark" else "light"
    return str(st.get_option(f"theme.{theme}.{name}") or "gray")


def _words(points: Sequence[dict[str, Any]], best: int | None) -> str:
    """What the chart shows, for those who do not see it."""
    said = []
    for which in COLORS:
        losses = [(point["step"], point["loss"]) for point in points if point["which"] == which]
        if losses:
            (first, begun), (last, ended) = losses[0], losses[-1]
            said.append(
                f"{which} loss from {begun:.3f} at step {first} to {ended:.3f} at step {last}"
            )
    if best is not None:
        said.append(f"step {best} is kept")
    return "; ".join(said)
