"""Which rows show whether a model knows by heart what it learned from."""

from assistant.training.probing import KNOWN_ROWS, SHORTEST, comparable
from assistant.training.rows import Row


def row(prompt: int, answer: int, length: int = SHORTEST) -> Row:
    """A prompt of so many tokens, and an answer that is told from others by its token."""
    return Row([0] * prompt + [answer] * length, prompt)


def test_rows_of_either_side_are_of_like_length():
    learned = [row(prompt, 100 + prompt) for prompt in range(10, 200, 10)]
    other = [row(prompt, 500 + prompt) for prompt in (195, 12, 101)]
    alike, chosen = comparable(learned, other)
    assert [len(one.ids) - SHORTEST for one in chosen] == [12, 101, 195]
    assert [len(one.ids) - SHORTEST for one in alike] == [10, 100, 190]


def test_answers_that_many_have_and_short_ones_tell_nothing():
    refusal = [row(prompt, 7) for prompt in range(5, 9)]
    short = [row(20, 1, SHORTEST - 1)]
    learned, other = [*refusal, row(30, 2)], [*refusal, *short, row(40, 3), row(90, 4)]
    assert comparable(learned, other) == ([row(30, 2)], [row(40, 3)])


def test_few_rows_are_looked_at():
    many = [row(prompt, prompt) for prompt in range(1, 60)]
    alike, chosen = comparable(many, [row(prompt, 100 + prompt) for prompt in range(1, 60)])
    assert len(alike) == len(chosen) == KNOWN_ROWS
