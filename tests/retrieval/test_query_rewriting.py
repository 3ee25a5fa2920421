"""Follow-up questions are made to stand alone; others are left as they are."""

import pytest

from assistant.retrieval.query_rewriting import rewrite_follow_up


@pytest.mark.parametrize(
    ("before", "asked", "rewritten"),
    [
        ("What was the revenue in 2014?", "and in 2015?", "What was the revenue in 2015?"),
        ("What was total revenue in 2021?", "What about 2022?", "What was total revenue in 2022?"),
        (
            "How much is the ferry from Oslo to Bergen?",
            "and to Stavanger?",
            "How much is the ferry from Oslo to Stavanger?",
        ),
        (
            "What is the deductible of Northwind Standard?",
            "and for Northwind Health Plus?",
            "What is the deductible of Northwind Health Plus?",
        ),
        ("Who is the CEO of Meridian?", "and the CFO?", "Who is the CFO of Meridian?"),
        (
            "Who founded Acme Marine Instruments?",
            "How many people does it employ?",
            "How many people does Acme Marine Instruments employ?",
        ),
        (
            "What is the price of the sensor?",
            "How long is its warranty?",
            "How long is the sensor’s warranty?",
        ),
    ],
)
def test_follow_up_stands_alone(before: str, asked: str, rewritten: str):
    assert rewrite_follow_up(asked, [before]) == rewritten


@pytest.mark.parametrize(
    "asked",
    [
        "When was the company founded?",
        "And who signs the travel form?",
        "What does Berit Lunde say about her boat?",
    ],
)
def test_question_that_stands_alone_is_left_as_it_is(asked: str):
    assert rewrite_follow_up(asked, ["What was the revenue in 2014?"]) == asked


def test_first_question_is_left_as_it_is():
    assert rewrite_follow_up("and in 2015?", []) == "and in 2015?"


def test_follow_up_builds_on_the_rewritten_question_before_it():
    earlier = ["What was the revenue in 2014?", "What was the revenue in 2015?"]
    assert rewrite_follow_up("and in 2016?", earlier) == "What was the revenue in 2016?"
