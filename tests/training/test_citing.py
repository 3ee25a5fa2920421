"""Markers as prompts number passages: mapped back from shown answers, added to people's words."""

import pytest

from assistant.training.citing import as_in_prompt, uncited, with_markers
from store.answer_records import Citation

PASSAGES = {
    1: "Fares\nThe adult fare to Skarrow is 13.40 pounds in 2025. Dogs travel free of charge.",
    2: "Lost property\nLost property is kept for 90 days at the ticket office in Aldermouth.",
}


def citation(marker: int, chunk: str) -> Citation:
    return Citation(marker, "doc", "guide.txt", 1, None, "", chunk, "", "", 1, 0, 1)


def test_numbers_of_quotes_become_numbers_of_passages():
    shown = "It is kept. [1] Dogs go free. [2][3] Cats too, see [9]."
    citations = [citation(1, "b"), citation(2, "a"), citation(3, "a")]
    assert as_in_prompt(shown, citations, {"a": 1, "b": 2}) == (
        "It is kept. [2] Dogs go free. [1] Cats too, see [9]."
    )
    assert as_in_prompt(shown, citations, {"a": 1}) is None


@pytest.mark.parametrize(
    ("written", "cited"),
    [
        ("Lost property is kept for 90 days.", "Lost property is kept for 90 days. [2]"),
        ("Hello! Dogs travel free.", "Hello! Dogs travel free. [1]"),
        ("Ask the captain about cats.", "Ask the captain about cats."),
        # the passages' own numbers
        ("Lost property is kept for 90 days [2].", "Lost property is kept for 90 days [2]."),
        # those of the answer beside it, where 1 stands for passage 2
        ("Lost property is kept for 90 days [1].", "Lost property is kept for 90 days [2]."),
        ("Dogs travel free of charge. [7]", "Dogs travel free of charge."),
    ],
)
def test_what_people_write_gets_the_passages_that_bear_it_out(written, cited):
    assert with_markers(written, PASSAGES, {1: 2, 2: 1}) == cited


def test_without_passages_nothing_is_cited():
    assert with_markers("Dogs travel free.", {}) == "Dogs travel free."


def test_claims_without_a_source_are_counted():
    assert uncited("Thanks for asking! Dogs travel free. [1] Cats never do. Happy to help!") == 1
    assert uncited("Dogs travel free [1]. I cannot find the rest.") == 0
