"""Passages cut down to their evidence, for models that read little or choose badly.

Retrieval has chosen already: what is left is the best sentences of every passage, best first, one
to a line, so that a small model can trust the order and quote whole lines.
"""

from collections.abc import Mapping, Sequence

from assistant.retrieval.evidence import Evidence
from assistant.retrieval.readable import readable
from assistant.retrieval.selection import Passage
from assistant.sentences import count_words

MOST_LINES = 8
MOST_WORDS = 360
LONGEST_LINE = 120  # words; a longer list is worth less than the sentences it would push out
WORTH_READING = 0.15  # of the best line's score


def evidence_lines(passages: Sequence[Passage]) -> Mapping[int, tuple[str, ...]]:
    """The lines of each passage by marker, best first, the best lines of all passages together.

    At most MOST_LINES and MOST_WORDS; a passage with no line among them is left out.
    """
    ranked = sorted(
        ((evidence, passage.marker) for passage in passages for evidence in passage.evidence),
        key=lambda pair: -pair[0].score,
    )
    lines: dict[int, list[str]] = {}
    said: list[str] = []
    left = MOST_WORDS
    for evidence, marker in ranked:
        text = _line(evidence)
        cost = count_words(text)
        weak = evidence.score < WORTH_READING * ranked[0][0].score
        if said and (weak or cost > min(left, LONGEST_LINE)):
            continue
        if len(said) < MOST_LINES and not any(text in other or other in text for other in said):
            lines.setdefault(marker, []).append(text)
            said.append(text)
            left -= cost
    return {marker: tuple(texts) for marker, texts in lines.items()}


def _line(evidence: Evidence) -> str:
    return " ".join(readable(evidence.text, evidence.header).split())
