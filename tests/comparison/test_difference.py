"""Word by word: what both answers say, and what only one does."""

import pytest

from assistant.comparison.difference import Piece, Side, difference

BOTH, FIRST, SECOND = Side.BOTH, Side.FIRST, Side.SECOND


def test_changed_added_and_dropped_words_are_told_apart():
    assert difference("It is kept for 90 days.", "Well, it is kept for 30 days.") == [
        Piece(FIRST, "It"),
        Piece(SECOND, "Well, it"),
        Piece(BOTH, "is kept for"),
        Piece(FIRST, "90"),
        Piece(SECOND, "30"),
        Piece(BOTH, "days."),
    ]


def test_numbers_of_sources_and_line_breaks_are_no_difference():
    assert difference("Kept [1]\nfor 90 days [2].", "Kept for\n\n90 days. [1][3]") == [
        Piece(BOTH, "Kept for 90 days.")
    ]


@pytest.mark.parametrize(
    ("first", "second", "pieces"),
    [
        ("", "", []),
        ("", "All new", [Piece(SECOND, "All new")]),
        ("All gone", "", [Piece(FIRST, "All gone")]),
    ],
)
def test_empty_answers_differ_in_everything(first: str, second: str, pieces: list[Piece]):
    assert difference(first, second) == pieces


def test_words_that_come_often_are_compared_as_well():
    first = "the " * 300 + "end"
    assert difference(first, first.replace("end", "start"))[0] == Piece(BOTH, "the " * 299 + "the")
