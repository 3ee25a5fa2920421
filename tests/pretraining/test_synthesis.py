"""Examples to learn from quote what stands in their prompts."""

import re

import pytest

from assistant.models.mini_format import CANNOT_FIND, NO_DOCUMENTS, PASSAGE, with_markers
from pretraining.synthesis import Example, Source
from pretraining.voices import VOICES, named, spoken
from tests.pretraining.conftest import ASKED, PROSE

QUOTES = re.compile(r"<cite:\d>.*?</cite>", re.S)


def _unvoiced(example: Example) -> str:
    """What the answer would be without its voice."""
    before, voiced, number = example.prompt.rpartition("\nVoice: ")
    if not voiced:
        return example.answer
    plain = " ".join(QUOTES.findall(example.answer))
    plain = plain or (CANNOT_FIND if CANNOT_FIND in example.answer else NO_DOCUMENTS)
    assert example.prompt == named(before, int(number))
    assert example.answer == spoken(plain, int(number))
    return plain


@pytest.mark.parametrize("share_of_copying", (0.0, 1.0))
def test_every_answer_quotes_lines_of_its_passages_or_declines(source: Source, share_of_copying):
    for _ in range(200):
        example = source.example(share_of_copying)
        said = with_markers(_unvoiced(example))
        if said in (CANNOT_FIND, NO_DOCUMENTS):
            continue
        for number, lines in PASSAGE.findall(example.prompt):
            for line in lines.split("\n"):
                said = said.replace(f"{line} [{number}]", "")
        assert not said.strip(), (example.prompt, example.answer)


def test_the_line_with_the_answer_comes_first_and_passages_are_numbered_by_rank(source: Source):
    example = next(
        example
        for example in iter(lambda: source.example(0.0), None)
        if example.prompt.endswith(ASKED) and example.answer.count("</cite>") == 2
    )
    assert with_markers(example.answer) == f"{PROSE[4]} [2] The ship was painted blue. [1]"
    numbers = [number for number, _ in PASSAGE.findall(example.prompt)]
    assert numbers == ["1", "2", "1"]


def test_voices_keep_quotes_and_are_always_the_same():
    answer = "<cite:1>It sails at 7:15.</cite> <cite:2>It is blue.</cite>"
    said = [spoken(answer, voice) for voice in range(VOICES)]
    assert all(QUOTES.findall(text) == QUOTES.findall(answer) for text in said)
    assert said == [spoken(answer, voice) for voice in range(VOICES)]
    assert len(set(said)) > VOICES / 2
