"""What a question asks about: years."""

import pytest

from assistant.retrieval.question import Question


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("Passengers\t2023\t2024\t2025\t603,847\t642,115\t676,930", 1),
        ("In 2025 we carried more passengers than ever.", -1),
        ("In the summer we carried 268,400 passengers.", 0),
        ("It has 2,025 seats, 20250 lamps and cost £1,999.", 0),
        ("FY2024 was the busiest.", 1),
    ],
)
def test_text_names_the_year_that_is_asked_about_or_another(text: str, fits: int):
    question = Question("How many passengers were carried in 2024?", {})
    assert question.fits_year(text) == fits


def test_question_without_a_year_asks_for_none():
    assert Question("How many seats does it have?", {}).fits_year("In 2025 it had 80.") == 0
