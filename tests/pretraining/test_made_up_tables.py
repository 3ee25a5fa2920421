"""Made-up tables: their answers stand in them, and nothing else answers."""

import random

import pytest

from assistant.models.embedding import built_in_folder
from pretraining.made_up_tables import Group, Tables
from pretraining.reranker_batches import LONGEST, Pairs, pair_tokenizer


@pytest.fixture(scope="module")
def groups() -> list[Group]:
    return list(Tables(seed=1).groups(300))


def test_every_answer_is_a_row_that_no_other_passage_has(groups: list[Group]):
    answered = [group for group in groups if group["passage"]]
    assert len(answered) == 300
    for group in answered:
        row = group["passage"][slice(*group["answer"])]
        assert row in group["passage"].splitlines()
        assert not any(row in other.splitlines() for other in group["others"])


def test_highest_and_worst_are_the_rows_with_such_numbers(groups: list[Group]):
    asked = [
        g
        for g in groups
        if g["passage"] and ("highest" in g["question"] or "worst" in g["question"])
    ]
    assert len(asked) > 5
    for group in asked:
        row = group["passage"][slice(*group["answer"])]
        numbers = [_first(line) for line in group["passage"].splitlines()[3:]]
        wanted = max if "highest" in group["question"] else min
        assert _first(row) == wanted(numbers)


def test_questions_without_an_answer_look_like_the_others(groups: list[Group]):
    unanswered = [group for group in groups if group["passage"] is None]
    assert 100 < len(unanswered) < 200
    assert all(len(group["others"]) == 1 for group in unanswered)


def test_same_seed_draws_the_same(groups: list[Group]):
    assert list(Tables(seed=1).groups(20)) == groups[: len(list(Tables(seed=1).groups(20)))]


def test_tables_are_read_whole(groups: list[Group]):
    pairs = Pairs(pair_tokenizer(built_in_folder()), seed=1)
    group = next(group for group in groups if group["passage"])
    made = pairs.of([group])
    right, *others = made
    first, last = right.span or (0, 0)
    start, end = right.encoded.offsets[first][0], right.encoded.offsets[last][1]
    assert right.answers and [start, end] == group["answer"]
    assert not any(other.answers for other in others)
    assert {pair.group for pair in made} == {0}
    some = random.Random(0).sample([g for g in groups if g["passage"]], 100)
    lengths = [len(pairs.of([one])[0].encoded.ids) for one in some]
    assert sum(length == LONGEST for length in lengths) < 5  # cut


def _first(row: str) -> int:
    return int("".join(c for c in row.split("\t")[1] if c.isdigit()))
