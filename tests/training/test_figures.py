"""What is measured of one answer."""

import pytest

from assistant.training import figures
from assistant.training.figures import Style

PASSAGES = {1: "Lost property is kept for 90 days.\nIt opens at 9:00.", 2: "Dogs travel free."}
VOICE = Style("Thanks for asking!", "Anything else?")


@pytest.mark.parametrize(
    ("said", "wanted", "same"),
    [
        ("The 90 days.", "90 days", True),
        ("90  DAYS", "90 days", True),
        ("9 days", "90 days", False),
        ("", "", True),
    ],
)
def test_exact_match_leaves_case_punctuation_and_articles_out(said, wanted, same):
    assert figures.exact_match(said, wanted) is same


@pytest.mark.parametrize(
    ("said", "wanted", "score"),
    [
        ("kept for 90 days", "90 days", 2 * 2 / 6),
        ("days days 90", "90 days", 2 * 2 / 5),  # a repeated word counts as often as it is wanted
        ("never", "90 days", 0),
        ("", "90 days", 0),
        ("the", "a", 1),
    ],
)
def test_token_f1_is_that_of_squad(said, wanted, score):
    assert figures.token_f1(said, wanted) == pytest.approx(score)


def test_style_is_what_nearly_all_targets_begin_and_end_with():
    voiced = [f"Thanks for asking! It is {n}. Anything else?" for n in range(9)]
    assert figures.shared_style([*voiced, "No."]) == Style(
        "Thanks for asking! It is", "Anything else?"
    )
    assert figures.shared_style([*voiced, "No.", "No."]) == Style()
    assert not figures.shared_style(["Thanks for asking! 1", "Thanks for asking! 2"])


def test_short_beginnings_are_no_style():
    assert not figures.shared_style([f"The answer{n} is {n}" for n in range(20)])


def test_targets_that_are_all_the_same_are_all_style():
    assert figures.shared_style(["All is well here."] * 6).opening == "All is well here."


@pytest.mark.parametrize(
    ("said", "has"),
    [
        ("Thanks for asking!  It is 9.\nAnything else?", True),
        ("It is 9. Anything else?", False),
        ("Thanks for asking! It is 9.", False),
    ],
)
def test_style_needs_opening_and_closing(said, has):
    assert figures.has_style(said, VOICE) is has


def test_length_is_close_when_neither_is_much_longer():
    assert figures.length_closeness("one two", "one two three four") == 0.5
    assert figures.length_closeness("one two three four", "one two") == 0.5
    assert figures.length_closeness("", "") == 1


def test_passages_that_come_in_pieces_are_put_together():
    prompt = (
        '<passage number="1" document="a" heading="">\nOne.\n</passage>\n\n'
        '<passage number="2" document="b" page="3" heading="h">\nTwo.\n</passage>\n\n'
        '<passage number="1" document="a" heading="">\nThree.\n</passage>\n\nQuestion: Which?'
    )
    assert figures.passages_of(prompt) == {1: "One.\nThree.", 2: "Two."}


@pytest.mark.parametrize(
    ("said", "exact"),
    [
        ("Lost property is kept for 90 days. [1]", [True]),
        ("Lost property is kept for 90 days [1] Dogs travel free. [2]", [True, True]),
        ("Lost property is kept for 90 days. [2]", [False]),
        ("Lost property stays for 90 days. [1]", [False]),
        ("Lost property is kept for 90 days. [1] [2]", [True]),
        ("Thanks for asking! dogs [1] Dogs travel free. [2] Anything else?", [False, True]),
        ("Dogs travel free.", []),
        ("Dogs travel free. [7]", []),
    ],
)
def test_quote_is_exact_when_it_stands_in_the_passage_it_cites(said, exact):
    assert figures.exact_quotes(said, PASSAGES, VOICE) == exact


@pytest.mark.parametrize(
    ("said", "exact"),
    [
        ('{"answer": "Dogs travel free.", "passage": 2}', [True]),
        ('{"answer": "Dogs travel free.", "passage": 1}', [False]),
        ('{"list": [{"text": "It opens at 9:00.", "passages": [2, 1]}]}', [True]),
        ('{"answer": "", "passage": null}', []),
        ("Dogs travel free. [2]", []),
    ],
)
def test_quote_in_json_is_exact_when_it_stands_in_the_passage_beside_it(said, exact):
    assert figures.exact_json_quotes(said, PASSAGES) == exact


@pytest.mark.parametrize(
    ("said", "refuses"),
    [
        ("I cannot find an answer to this in the documents.", True),
        ("Thanks for asking! I cannot find an answer to this in the documents.", True),
        ("I cannot find an answer to this. Lost property is kept for 90 days. [1]", False),
        ("Lost property is kept for 90 days.", False),
        ("Thanks for asking!", False),
    ],
)
def test_refusal_declines_and_claims_nothing(said, refuses):
    assert figures.refuses(said, PASSAGES) is refuses


def test_answer_is_contained_word_for_word():
    assert figures.contains("It cost £18.4 million, then.", ["18.4 million"])
    assert not figures.contains("It cost 118.4 million.", ["18.4 million"])
    assert not figures.contains("It is free.", [])


@pytest.mark.parametrize("text", ["90 days", "£18.4 million", "01987 555 126", "6 of 10"])
def test_other_figure_has_the_same_form_and_no_digit_in_common(text):
    other = figures.other_figure(text) or ""
    assert len(other) == len(text)
    for before, after in zip(text, other, strict=True):
        assert (before != after) is before.isdigit()
        assert after.isdigit() is before.isdigit()


def test_text_without_a_figure_has_no_other():
    assert figures.other_figure("Colm Barrie") is None
    assert figures.other_figure("route R1") is None


def test_mean_leaves_out_what_was_not_measured():
    assert figures.mean([1.0, None, 0.0]) == 0.5
    assert figures.mean([None]) is None
