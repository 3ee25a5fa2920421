"""Markers are resolved against the passages that were sent, and quotes stand in them."""

import pytest

from assistant.answering.citations import find_quote, renumber, resolve_markers
from tests.passages import passage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It opens at nine. [1]", [("It opens at nine.", (1,))]),
        ("It opens at nine [1].", [("It opens at nine.", (1,))]),
        ("It opens at nine.[1][2]", [("It opens at nine.", (1, 2))]),
        ("It opens at nine [1, 2].", [("It opens at nine.", (1, 2))]),
        ("[2] It opens at nine.", [("It opens at nine.", (2,))]),
        (
            "It opens at nine. [1] It closes at five. [2]",
            [("It opens at nine.", (1,)), ("It closes at five.", (2,))],
        ),
        (
            "It opens at nine. It closes at five.",
            [("It opens at nine.", ()), ("It closes at five.", ())],
        ),
    ],
)
def test_marker_belongs_to_the_sentence_it_stands_in_or_follows(text, expected):
    resolved = resolve_markers(text, [1, 2])
    assert [(s.text, s.markers) for s in resolved.sentences] == expected


def test_invented_markers_are_removed_and_counted():
    resolved = resolve_markers("One. [1] Two. [5] Three [2, 9].", [1, 2])
    assert resolved.invented == 2
    assert resolved.text == "One. [1] Two. Three [2]."
    assert [s.markers for s in resolved.sentences] == [(1,), (), (2,)]


def test_markers_are_renumbered_place_by_place():
    resolved = resolve_markers("One. [3] Two. [3][1]", [1, 3])
    assert resolved.places == ((0, 3), (1, 3), (1, 1))
    numbers = {(0, 3): 1, (1, 3): 2, (1, 1): 3}
    assert renumber(resolved, numbers) == "One. [1] Two. [2][3]"


def test_brackets_that_are_no_markers_stay():
    assert (
        resolve_markers("Use a[i] and [sic] here. [1]", [1]).text == "Use a[i] and [sic] here. [1]"
    )


@pytest.mark.parametrize(
    ("text", "shown", "unfinished"),
    [
        ("It opens at nine. [1] It clos", "It opens at nine. [1] It clos", True),
        ("It opens at nine. [1] It closes [2]", "It opens at nine. [1] It closes [2]", True),
        ("It opens at nine. [1] It is 12.", "It opens at nine. [1] It is 12.", True),
        ("It opens at nine. [1] He met Dr. [2]", "It opens at nine. [1] He met Dr. [2]", True),
        ("It opens at nine. [", "It opens at nine.", True),
        ("It opens at nine. [1, ", "It opens at nine.", True),
        ("It opens at nine.", "It opens at nine.", True),
        ("It opens at nine. [1]", "It opens at nine. [1]", False),
        ("It opens at nine [1].", "It opens at nine [1].", False),
        ("- It opens at nine [1]\n", "- It opens at nine [1]", False),
    ],
)
def test_sentence_cut_off_before_its_end_or_its_marker_is_unfinished(text, shown, unfinished):
    resolved = resolve_markers(text, [1, 2], cut=True)
    assert (resolved.text, resolved.unfinished) == (shown, unfinished)
    assert not resolve_markers(text, [1, 2]).unfinished


def test_quote_of_a_repeated_sentence_is_that_sentence():
    source = passage("The ship is old. It sails\nat nine on Mondays. It returns.")
    start, end = find_quote("It sails at nine on Mondays.", source)
    assert source.hit.chunk.text[start:end] == "It sails\nat nine on Mondays."


def test_quote_of_a_reworded_sentence_is_the_sentence_most_like_it():
    source = passage("The ship is old. It sails at nine on Mondays. It returns late.")
    start, end = find_quote("On Mondays, sailing is at nine.", source)
    assert source.hit.chunk.text[start:end] == "It sails at nine on Mondays."
