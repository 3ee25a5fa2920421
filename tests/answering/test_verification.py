"""Verdicts: supported, weak or unsupported, and why."""

import pytest

from assistant.answering.citations import Cited
from assistant.answering.verification import verify
from store.answer_records import Verdict
from tests.passages import passage

TEXT = (
    "The Tern 200 costs 1,450 euros and carries a warranty of three years. "
    "Repairs are done in Bergen by Ingrid Dahl. Salt water does not void the warranty."
)


def verdict(sentence: str, *, markers: tuple[int, ...] = (1,)) -> Verdict:
    return verify(Cited(sentence, markers), [passage(TEXT)]).verdict


@pytest.mark.parametrize(
    "sentence",
    [
        "The Tern 200 costs 1,450 euros and carries a warranty of three years.",
        "Repairs are done in Bergen by Ingrid Dahl.",
        "The Tern 200 costs 1450 euros.",
        "Salt water does not void the warranty.",
    ],
)
def test_sentence_that_stands_in_its_passage_is_supported(sentence: str):
    assert verdict(sentence) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "sentence",
    [
        "The Tern 200 costs 1,540 euros and carries a warranty of three years.",
        "Repairs are done in Oslo by Ingrid Dahl.",
        "Repairs are done in Bergen by Ingrid Berg.",
        "Employees may carry over unused holidays until spring.",
    ],
)
def test_changed_number_or_name_or_subject_is_unsupported(sentence: str):
    assert verdict(sentence) is Verdict.UNSUPPORTED


def test_turned_negation_is_not_supported():
    assert verdict("Salt water does void the warranty.") is Verdict.WEAK


def test_sentence_without_a_marker_is_unsupported_even_if_true():
    assert verdict("Repairs are done in Bergen by Ingrid Dahl.", markers=()) is Verdict.UNSUPPORTED


def test_reason_names_the_number_that_is_missing():
    judged = verify(Cited("The Tern 200 costs 99 euros.", (1,)), [passage(TEXT)])
    assert "99" in judged.reason
