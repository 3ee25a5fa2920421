"""Examples as rows of tokens, and their split."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import BadInput
from assistant.library import SAMPLES
from assistant.models.generation import prompt_ids
from assistant.models.mini_format import with_markers
from assistant.near_duplicates import pairs
from assistant.training.recipe import Recipe
from assistant.training.rows import TooLong, ending, packed, split, tokenize
from store.training_records import Example, ExampleState, Origin, Turn
from tests.models import tiny

MINI = Path("weights") / "openbook-mini"
RECIPE = Recipe(validation=0.1, test=0.2)
SUBJECTS = (
    "ferry",
    "parcel",
    "ticket",
    "cabin",
    "pier",
    "crew",
    "fuel",
    "timetable",
    "dog",
    "boat",
)


def turns(*said: str) -> tuple[Turn, ...]:
    roles = ("system", "user", "assistant") if len(said) % 2 else ("user", "assistant")
    rest = ("user", "assistant") * 3
    return tuple(map(Turn, (*roles, *rest), said))


def example(number: int, question: str, answer: str) -> Example:
    said, now = turns("Be brief.", question, answer), datetime.now(UTC)
    return Example(f"{number:04}", "set", Origin.IMPORTED, ExampleState.READY, said, now)


def many(count: int) -> list[Example]:
    draw = random.Random(3)
    words = [" ".join(draw.choices(SUBJECTS, k=20)) for _ in range(2 * count)]
    return [example(n, f"{words[2 * n]}?", words[2 * n + 1]) for n in range(count)]


@pytest.fixture(scope="module")
def words() -> Any:
    return tiny.tokenizer("<cite:1>", "</cite>")


@pytest.fixture(scope="module")
def plain() -> Any:
    return tiny.tokenizer()


def test_prompt_is_the_one_that_answering_writes_and_the_answer_ends(plain):
    row = tokenize(plain, turns("Be brief.", "What is kept?", "Lost property."), 100)
    asked = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is kept?"},
    ]
    assert row.ids[: row.answer_start] == prompt_ids(plain, asked)
    assert plain.decode(row.ids[row.answer_start :]) == "Lost property.<|end|>"


def test_only_the_last_of_several_answers_is_learned(plain):
    row = tokenize(plain, turns("Hello", "Hello.", "What is kept?", "Lost property."), 100)
    assert plain.decode(row.ids[row.answer_start :]) == "Lost property.<|end|>"
    assert "Hello." in plain.decode(row.ids[: row.answer_start])


def test_control_tokens_in_an_answer_are_text(plain):
    row = tokenize(plain, turns("What?", "Say <|end|> now."), 100)
    answer = row.ids[row.answer_start :]
    assert answer.count(plain.eos_token_id) == 1
    assert plain.decode(answer) == "Say <|end|> now.<|end|>"


def test_quotes_stand_between_their_tokens_where_the_model_has_them(words):
    passage = '<passage number="1" document="Guide" heading="">\nLost property is kept.\n</passage>'
    asked = f"{passage}\n\nQuestion: What is kept?"
    row = tokenize(words, turns(asked, "Thanks! Lost property is kept. [1]"), 300)
    answer = row.ids[row.answer_start :]
    assert words.decode(answer) == "Thanks! <cite:1>Lost property is kept.</cite><|end|>"
    assert words.get_vocab()["<cite:1>"] in answer


def test_sample_examples_come_back_from_their_tokens_as_they_were():
    from transformers import AutoTokenizer

    mini = AutoTokenizer.from_pretrained(MINI)
    for line in (SAMPLES / "support-voice.jsonl").read_text().splitlines()[::20]:
        said = tuple(Turn(**turn) for turn in json.loads(line)["messages"])
        row = tokenize(mini, said, 1024)
        written = str(mini.decode(row.ids[row.answer_start : -1]))
        assert "<cite:" in written or "[" not in said[-1].content
        assert with_markers(written) == said[-1].content


@pytest.mark.parametrize(
    ("template", "end"),
    [
        (tiny.TEMPLATE, "<|end|>"),
        (tiny.TEMPLATE.replace("<|end|>", "<turn_end>\\n<|end|>"), "<turn_end>"),
        (tiny.TEMPLATE.replace("<|end|>", "\\n"), "<|end|>"),
    ],
    ids=["its end token", "a token of its own", "none at all"],
)
def test_answer_ends_as_the_template_ends_a_turn(template: str, end: str):
    tokenizer = tiny.tokenizer("<turn_end>", template=template)
    assert tokenizer.decode(ending(tokenizer)) == end


def test_too_long_example_is_refused_with_its_length(plain):
    with pytest.raises(
        TooLong, match=r"The example has \d+ tokens, and the recipe has room for 20"
    ):
        tokenize(plain, turns("What is kept? " * 9, "Lost property."), 20)


def test_example_that_does_not_end_with_an_answer_is_refused(plain):
    with pytest.raises(BadInput, match="ends with what the assistant should say"):
        tokenize(plain, turns("What?", "This.", "And?", "That.")[:3], 100)


def test_plain_text_is_packed_whole_with_ends_between(plain):
    texts = [
        replace(example(n, "", ""), turns=(Turn("user", text),)) for n, text in enumerate("ab")
    ]
    rows = packed(plain, texts * 3, 4)
    ids = [token for row in rows for token in row.ids]
    assert plain.decode(ids) == "a<|end|>b<|end|>" * 3
    assert [len(row.ids) for row in rows] == [4, 4, 4]
    assert {row.answer_start for row in rows} == {0}


def test_split_depends_on_the_seed_alone():
    examples = many(40)
    parts = split(examples, RECIPE)
    assert [len(side) for side in (parts.train, parts.validation, parts.test)] == [28, 4, 8]
    together = {one.id for side in (parts.train, parts.validation, parts.test) for one in side}
    assert together == {one.id for one in examples}
    assert split(examples[::-1], RECIPE) == parts
    elsewhere = [replace(one, id=f"{n * 7 % 40:04}") for n, one in enumerate(examples)]
    assert [one.turns for one in split(elsewhere, RECIPE).test] == [one.turns for one in parts.test]
    assert split(examples, replace(RECIPE, seed=2)).test != parts.test


def test_near_duplicates_stay_on_one_side():
    examples = many(20)
    for n in range(20):
        turn = examples[n].turns[1]
        asked = replace(turn, content=f"{turn.content} please")
        examples.append(
            replace(
                examples[n],
                id=f"9{n:03}",
                turns=(examples[n].turns[0], asked, examples[n].turns[2]),
            )
        )
    parts = split(examples, RECIPE)
    for side in (parts.train, parts.validation, parts.test):
        assert side
        numbers = [int(one.id) % 1000 for one in side]
        assert all(numbers.count(number) == 2 for number in numbers)


def test_many_alike_do_not_fill_the_test_split():
    alike = [
        example(100 + n, "the very same question of all?", "the same answer") for n in range(30)
    ]
    parts = split(alike + many(10), RECIPE)
    assert len(parts.train) >= 30
    assert parts.test and parts.validation
    assert not {"0100"} & {one.id for one in parts.test + parts.validation}


def test_general_examples_are_mixed_into_what_is_learned_only():
    general = [replace(one, id=f"general-{one.id}") for one in many(60)]
    parts = split(many(40), replace(RECIPE, general=0.2), general)
    assert len(parts.general) == 7, "a fifth of 28 + 7"
    assert parts.train[-7:] == parts.general
    assert split(many(40), RECIPE, general).general == ()


def test_too_few_different_examples_are_refused():
    with pytest.raises(BadInput, match="There are 2 different examples; at least 3"):
        split([*many(2), *many(2)], RECIPE)


def test_pairs_are_found_by_the_words_they_share():
    texts = [" ".join(random.Random(n).choices(SUBJECTS, k=40)) for n in range(50)]
    changed = [texts[7].replace("pier", "quay", 1), texts[30] + " indeed"]
    assert pairs([*texts, *changed]) == [(7, 50), (30, 51)]
