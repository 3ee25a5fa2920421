"""Misspelt words are read as the library's; names and known words are left alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.retrieval.spelling import correct_spelling
from store.keywords import Keywords
from tests.passages import hit

TEXT = "Hearing aids and gender services are covered in health plans, with a deductible."


@pytest.fixture
def keywords(tmp_path: Path) -> Iterator[Keywords]:
    index = Keywords(tmp_path / "keywords")
    index.apply(1, added=[("library", "Plan", hit(TEXT).chunk)])
    yield index
    index.close()


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("is gendr care covered", "is gender care covered"),
        ("are hearin aids covered", "are hear aids covered"),
        ("which servises are there", "which servic are there"),
        ("what is my helth plan", "what is my health plan"),
    ],
)
def test_misspelt_word_is_read_as_the_nearest_known_stem(keywords: Keywords, asked: str, read: str):
    assert correct_spelling(asked, keywords)[0] == read


@pytest.mark.parametrize(
    "asked", ["is Gendar a town", "what is photosynthesis", "covered plans", "is a heading there"]
)
def test_names_strange_words_and_known_words_stay(keywords: Keywords, asked: str):
    assert correct_spelling(asked, keywords) == (asked, {})
