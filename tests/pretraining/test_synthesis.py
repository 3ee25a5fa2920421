"""Examples to learn from quote what stands in their prompts."""

import pytest

from assistant.models.mini_format import CANNOT_FIND, NO_DOCUMENTS, PASSAGE, with_markers
from pretraining.synthesis import Source
from tests.pretraining.conftest import ASKED, PROSE


@pytest.mark.parametrize("share_of_copying", (0.0, 1.0))
def test_every_answer_quotes_lines_of_its_passages_or_declines(source: Source, share_of_copying):
    for _ in range(200):
        example = source.example(share_of_copying)
        said = with_markers(example.answer)
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
        if example.prompt.endswith(ASKED) and example.answer.startswith("<")
    )
    assert with_markers(example.answer) == f"{PROSE[4]} [2] The ship was painted blue. [1]"
    numbers = [number for number, _ in PASSAGE.findall(example.prompt)]
    assert numbers == ["1", "2", "1"]
