"""Averages and CSV over several comparisons."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.comparison.results import as_csv, averages
from store.answer_records import AnswerSentence, MessageState, Verdict
from store.comparison_records import Column, Comparison, Contestant, Outcome, Vote

MINI, READER = Contestant("mini", True), Contestant("reader", False)
NOON = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = Column(
    MINI,
    "Mini",
    MessageState.DONE,
    "It is kept for 90 days.",
    sentences=(
        AnswerSentence("It is kept.", (1,), Verdict.SUPPORTED),
        AnswerSentence("For 90 days.", (1,), Verdict.WEAK),
    ),
    trace_id="t1",
    milliseconds={"first_token": 100.0, "writing": 500.0, "total": 600.0},
    tokens={"prompt": 300, "answer": 51},
    counted=True,
    cost=0.002,
)
FAILED = replace(GOOD, state=MessageState.FAILED, text="", error="It is down.", cost=None)
REFUSED = Column(READER, "Reader", MessageState.DONE, "=SUM(A1)", refused=True)


def comparison(number: int, *columns: Column, blind: bool = False) -> Comparison:
    question = f"Question {number}?"
    return Comparison(f"c{number}", question, "library", NOON, columns, blind, position=number)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_averages_leave_out_what_failed_or_was_never_written():
    slow = replace(GOOD, milliseconds={"first_token": 300.0, "writing": 250.0, "total": 700.0})
    unwritten = replace(GOOD, refused=True, milliseconds={"total": 9.0}, sentences=(), cost=None)
    found = averages(
        [
            comparison(0, GOOD, REFUSED),
            comparison(1, REFUSED, slow),
            comparison(2, FAILED),
            comparison(3, unwritten),
        ]
    )
    mini, reader = found
    assert (mini.title, mini.answers, mini.failed, mini.refused) == ("Mini", 3, 1, 1)
    assert (mini.first_token, mini.total, mini.supported) == (200, 650, 0.5)
    assert mini.tokens_per_second == pytest.approx((100 + 200) / 2)
    assert mini.cost == pytest.approx(0.004)
    assert (reader.answers, reader.refused, reader.supported) == (2, 2, None)
    assert (reader.first_token, reader.cost) == (None, None)


def test_csv_has_a_line_for_every_answer():
    vote = Vote("v", "c0", NOON, (MINI, READER), Outcome.BEST, 0)
    first, second, third = rows(
        as_csv([comparison(0, GOOD, REFUSED), comparison(1, FAILED)], {"c0": vote})
    )
    assert first["question"] == "Question 0?"
    assert (first["model"], first["retrieval"], first["vote"]) == ("mini", "yes", "best")
    assert (first["supported"], first["tokens_per_second"], first["trace"]) == (
        "0.5",
        "100.0",
        "t1",
    )
    assert (second["number"], second["column"], second["vote"]) == ("1", "2", "")
    assert (third["state"], third["error"], third["cost"]) == ("failed", "It is down.", "")


def test_csv_gives_no_formula_to_a_spreadsheet():
    (row,) = rows(as_csv([comparison(0, REFUSED)], {}))
    assert row["answer"] == "'=SUM(A1)"


def test_csv_of_a_blind_comparison_names_nobody_until_it_is_revealed():
    blind = comparison(0, GOOD, REFUSED, blind=True)
    assert {row["model"] for row in rows(as_csv([blind], {}))} == {""}
    seen = replace(blind, revealed=True)
    assert {row["model"] for row in rows(as_csv([seen], {}))} == {"mini", "reader"}
