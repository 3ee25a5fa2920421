"""Evidence as people read it: without the marks of Markdown, and otherwise word for word."""

import pytest

from assistant.retrieval.readable import readable


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("## The `x` is **very bold**", "The x is very bold"),
        ("- __Note__ that it sails", "Note that it sails"),
        ("`` It 's Now or Never '' and `` Blue ''", "`` It 's Now or Never '' and `` Blue ''"),
        ("2**3 is 8 and a__b is a name", "2**3 is 8 and a__b is a name"),
        ("Ozone (O\n3) is blue (or O\n3)", "Ozone (O 3) is blue (or O 3)"),
        ("It has:\n- a mast\n- a keel.", "It has: a mast; a keel."),
    ],
)
def test_marks_go_in_pairs_and_words_stay(text: str, read: str):
    assert readable(text, "") == read


def test_cells_of_a_row_are_named_by_their_header():
    assert readable("R4\t50 min", "Route\tCrossing") == "Route: R4; Crossing: 50 min."


def test_heads_that_end_in_a_comma_or_a_colon_lose_it():
    read = readable("Cash\t689\t775", "As of June 30,\t2023:\t2022")
    assert read == "As of June 30: Cash; 2023: 689; 2022: 775."
