"""What stands in the passage, but not where the sentence says it does."""

import pytest

from assistant.answering.citations import Cited
from assistant.answering.verification import judge
from store.answer_records import Verdict
from tests.passages import passage

TEXT = (
    "The ferry Alma was built in Gdansk in 1998 and carries 240 cars. Her sister ship Berta was "
    "built in Turku in 2003 and carries 310 cars. On Fridays both leave at noon, in January and "
    "March only the Berta. A crossing takes three hours and costs 45 euros; the repairs of last "
    "year cost 2 million euros. Dogs are not allowed on the upper deck. Captain Ida Holm has led "
    "the Alma since May 2011. She does not sail in winter."
)


def judged(sentence: str, *, heading: str = "") -> Verdict:
    return judge(Cited(sentence, (1,)), [passage(TEXT, heading=heading)]).verdict


@pytest.mark.parametrize(
    "sentence",
    [
        "According to the document, the ferry Alma was built in Gdansk in 1998.",
        "The Alma carries 240 cars and her sister ship Berta 310.",
        "Ida Holm, who has led the Alma since May 2011, does not sail in winter.",
        "A crossing takes 3 hours and costs 45 euros.",
        "In January only the Berta leaves.",
        "The Berta was built in Turku, the Alma in Gdansk.",
    ],
)
def test_shortened_and_joined_sentences_stay_supported(sentence: str):
    assert judged(sentence) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "sentence",
    [
        "The ferry Alma was built in Turku in 1998 and carries 240 cars.",
        "The ferry Alma was built in Gdansk in 2003 and carries 240 cars.",
        "The ferry Alma was built in Gdansk in 1998 and carries 310 cars.",
        "Captain Ida Holm has led the Berta since May 2011.",
        "Captain Ida Holm has led the Alma since March 2011.",
    ],
)
def test_item_from_elsewhere_in_the_passage_is_an_exchange(sentence: str):
    assert judged(sentence) is Verdict.UNSUPPORTED


@pytest.mark.parametrize(
    "sentence",
    [
        "A crossing takes three days and costs 45 euros.",
        "A crossing takes three hours and costs 45 dollars.",
        "The repairs of last year cost 2 billion euros.",
    ],
)
def test_number_with_another_unit_is_unsupported(sentence: str):
    assert judged(sentence) is Verdict.UNSUPPORTED


def test_number_in_words_is_compared_like_one_in_digits():
    assert judged("A crossing takes four hours and costs 45 euros.") is Verdict.UNSUPPORTED


@pytest.mark.parametrize(
    "sentence",
    ["Dogs are allowed on the upper deck.", "The Berta was not built in Turku in 2003."],
)
def test_negation_that_only_one_side_has_is_weak(sentence: str):
    assert judged(sentence) is Verdict.WEAK


def test_negation_of_another_sentence_does_not_count():
    assert judged("Captain Ida Holm has led the Alma since May 2011.") is Verdict.SUPPORTED


def test_name_that_opens_a_sentence_is_checked_where_the_passage_has_another_one():
    text = "In spring the crew meets. Olsen and Berg paint the hull, as Olsen and Berg always do."
    found = judge(Cited("Larsen and Berg paint the hull.", (1,)), [passage(text)])
    assert found.verdict is Verdict.UNSUPPORTED
    assert "Larsen" in found.reason


def test_name_that_opens_a_sentence_may_stand_for_a_pronoun_if_it_is_the_subject():
    assert judged("Holm does not sail in winter.") is Verdict.SUPPORTED
    assert judged("Lund does not sail in winter.") is Verdict.UNSUPPORTED


def test_sentence_may_rest_on_two_passages():
    first = passage("The Alma was built in Gdansk.", marker=1)
    second = passage("The Berta was built in Turku.", marker=2)
    said = Cited("The Alma was built in Gdansk and the Berta in Turku.", (1, 2))
    assert judge(said, [first, second]).verdict is Verdict.SUPPORTED


def test_reason_names_both_items():
    said = "Captain Ida Holm has led the Berta since May 2011."
    found = judge(Cited(said, (1,)), [passage(TEXT)])
    assert found.reason == "It says “Berta” where the passage it cites says “Alma”."


def test_support_falls_with_every_doubt():
    said = (
        "The ferry Alma was built in Gdansk in 1998.",
        "The ferry Alma was made in Gdansk in about 1998.",
        "The ferry Alma was not built in Gdansk in 1998.",
        "The ferry Alma was built in Oslo in 1998.",
    )
    found = [judge(Cited(one, (1,)), [passage(TEXT)]).support for one in said]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(found)
