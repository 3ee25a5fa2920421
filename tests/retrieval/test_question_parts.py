"""Questions that ask two things."""

import pytest

from assistant.retrieval.question_parts import question_parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How is a claim made, and what does the plan pay?",
            ("How is a claim made", "what does the plan pay?"),
        ),
        (
            "Who leads the harbour office? How many crowns are in its safe?",
            ("Who leads the harbour office", "How many crowns are in the harbour office’s safe?"),
        ),
        (
            "What did the bridge cost and who paid for it?",
            ("What did the bridge cost", "who paid for the bridge?"),
        ),
    ],
)
def test_both_halves_stand_alone(question: str, parts: tuple[str, ...]):
    assert question_parts(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "What do salt and water do to the hull?",
        "Which plan covers hearing aids and when?",
        "Research and development costs in 2022",
        "",
    ],
)
def test_question_that_asks_one_thing_is_left_whole(question: str):
    assert question_parts(question) == ()
