"""The first hits are read with the question and reordered, as far as time allows."""

import pytest

from assistant.models.reranking import Reranker
from assistant.retrieval.hits import Hit
from assistant.retrieval.reranking import RERANKED, rerank
from assistant.settings import OPENBOOK_RERANKER
from tests.passages import hit

QUESTION = "How many crowns does the safe of the harbour office hold?"
ANSWERS = "The safe of the harbour office holds 40 crowns."
RERANKER = Reranker(OPENBOOK_RERANKER)


def found(*texts: str) -> list[Hit]:
    """Hits with these texts, all with the same fused score."""
    return [hit(text, position=place) for place, text in enumerate(texts)]


def others(many: int) -> list[str]:
    return [f"Boat {number} leaves the harbour at nine." for number in range(many)]


def test_hit_that_answers_comes_first_with_its_rank():
    ranked, read = rerank(
        [QUESTION], found(*others(4), ANSWERS), RERANKER, depth=9, milliseconds=60_000
    )
    assert read == 5
    assert ranked[0].chunk.text == ANSWERS
    assert [one.ranks[RERANKED] for one in ranked] == [1, 2, 3, 4, 5]


def test_places_of_answers_are_those_of_the_text_without_its_context():
    [ranked], _ = rerank(
        [QUESTION],
        [hit(ANSWERS, heading="The harbour office")],
        RERANKER,
        depth=9,
        milliseconds=60_000,
    )
    place, _ = max(ranked.read[0].begins, key=lambda pair: pair[1])
    assert ANSWERS[place:].startswith("40 crowns")


def test_only_the_first_hits_are_read():
    hits = found(*others(9), ANSWERS)
    ranked, read = rerank([QUESTION], hits, RERANKER, depth=9, milliseconds=60_000)
    assert read == 9
    assert ranked[-1] == hits[-1]


def test_without_time_nothing_is_read_and_the_order_stays():
    hits = found(*others(3), ANSWERS)
    assert rerank([QUESTION], hits, RERANKER, depth=9, milliseconds=0) == (hits, 0)


@pytest.mark.parametrize("many", [0, 1])
def test_few_hits(many: int):
    ranked, read = rerank([QUESTION], found(*others(many)), RERANKER, depth=9, milliseconds=60_000)
    assert len(ranked) == read == many
