"""Words broken at a line end are joined; real hyphens stay."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from assistant.ingestion.hyphens import Vocabulary, is_break
from tests.ingestion.drawing import draw, read, write


@pytest.mark.parametrize(
    ("before", "after", "seen", "keeps"),
    [
        ("respon-", "sible", "", False),
        ("out-", "of-network", "", True),
        ("cutting-", "edge", "", True),
        ("infor-", "mation", "", False),
        ("under-", "stand", "", False),
        ("out-of-", "network", "", True),
        ("in-", "network", "an in-network visit", True),
        ("in-", "network", "he is in the network", True),
        ("per-", "form", "per form they perform", False),
        ("Anglo-", "Saxon", "", True),
        ("2019-", "2020", "", True),
    ],
)
def test_a_hyphen_is_kept_when_it_belongs_to_the_word(
    before: str, after: str, seen: str, keeps: bool
) -> None:
    vocabulary = Vocabulary()
    vocabulary.add(seen.split())
    assert vocabulary.keeps_hyphen(before, after) is keeps


@pytest.mark.parametrize(
    ("before", "after", "flagged", "broken"),
    [
        ("respon-", "sible", False, True),
        ("respon-", "Sible", False, False),
        ("-", "sible", True, False),
        ("word", "sible", True, False),
        ("page-", "12", False, False),
    ],
)
def test_only_a_letter_and_a_hyphen_break_a_word(
    before: str, after: str, flagged: bool, broken: bool
) -> None:
    assert is_break(before, after, flagged) is broken


def test_both_halves_of_a_joined_word_keep_their_boxes(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, ["The clerk of the office is respon-", "sible for out-", "of-date lists."])

    [only] = read(draw(tmp_path / "a.pdf", page))
    assert only.text == "The clerk of the office is responsible for out-of-date lists."
    place = only.text.index("responsible")
    halves = [w for w in only.words if place <= w.start < place + len("responsible")]
    assert [only.text[w.start : w.end] for w in halves] == ["respon", "sible"]
    assert halves[1].box.top > halves[0].box.top and halves[1].box.left < halves[0].box.left
