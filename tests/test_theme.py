"""The colours of .streamlit/config.toml can be read: contrast as WCAG 2 level AA asks for."""

import itertools
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
THEME = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
TEXTS = [
    "textColor",
    "linkColor",
    *(f"{name}TextColor" for name in "red orange yellow green blue violet gray".split()),
]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 for black and 1 for white."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def backgrounds(mode: str) -> list[str]:
    theme = THEME[mode]
    return [
        theme["backgroundColor"],
        theme["secondaryBackgroundColor"],
        theme["sidebar"]["backgroundColor"],
    ]


def test_contrast_runs_from_one_to_twenty_one():
    assert contrast("#777777", "#777777") == 1
    assert round(contrast("#ffffff", "#000000"), 2) == 21


@pytest.mark.parametrize(
    ("mode", "text"), list(itertools.product(["light", "dark"], TEXTS)), ids="-".join
)
def test_text_stands_out_from_every_background(mode: str, text: str):
    assert min(contrast(THEME[mode][text], ground) for ground in backgrounds(mode)) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", "red orange yellow green blue violet gray".split())
def test_badge_text_stands_out_from_its_badge(mode: str, name: str):
    theme = THEME[mode]
    assert contrast(theme[f"{name}TextColor"], theme[f"{name}BackgroundColor"]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_primary_button_is_seen_and_its_white_words_are_read(mode: str):
    primary = THEME[mode]["primaryColor"]
    assert contrast(primary, "#ffffff") >= 4.5
    assert min(contrast(primary, ground) for ground in backgrounds(mode)) >= 3


def test_fonts_come_with_streamlit():
    fonts = {THEME[key] for key in ("font", "headingFont", "codeFont")}
    assert fonts <= {"sans-serif", "serif", "monospace"}
    assert "fontFaces" not in THEME
