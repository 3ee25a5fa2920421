"""Tokens of examples, counted as training will see them."""

import pytest

from assistant.errors import ModelUnavailable
from assistant.models.built_in import MINI, WEIGHTS
from assistant.training.rows import tokenize
from assistant.training.token_counts import counter, total
from store.training_records import Turn

SOURCE = WEIGHTS / MINI
TURNS = (Turn("user", "What is kept at the ticket office?"), Turn("assistant", "Lost property."))


def test_tokens_are_those_of_the_row_that_is_trained():
    from transformers import AutoTokenizer

    row = tokenize(AutoTokenizer.from_pretrained(SOURCE), TURNS, 1000)
    assert counter(SOURCE)(TURNS) == len(row.ids)


def test_plain_text_is_counted_without_a_template():
    text = Turn("assistant", "Lost property is kept for 90 days.")
    assert 5 < counter(SOURCE)((text,)) < counter(SOURCE)((TURNS[0], text))


def test_some_of_many_stand_for_the_others():
    one = counter(SOURCE)(TURNS)
    assert total([TURNS] * 2000, SOURCE) == 2000 * one
    assert total([], SOURCE) == 0


def test_folder_without_a_tokenizer_is_told(tmp_path):
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        counter(tmp_path)
