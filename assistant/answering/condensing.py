"""Passages cut down to their evidence, for models that read little or choose badly.

Retrieval has chosen already: what is left is the best sentences of all passages together, best
first, one to a line, so that a small model can trust the order and quote whole lines.
"""

from collections.abc import Sequence

from assistant.retrieval.evidence import Evidence
from assistant.retrieval.readable import readable
from assistant.retrieval.selection import Passage
from assistant.sentences import count_words

MOST_LINES = 5  # the sixth to eighth hold 1 % more of the gold answers (docs/decisions.md)
MOST_WORDS = 360
LONGEST_LINE = 120  # words; a longer list is worth less than the sentences it would push out
WORTH_READING = 0.15  # of the best line's score


def evidence_lines(passages: Sequence[Passage]) -> list[tuple[int, str]]:
    """Marker and line of the best evidence, best first: at most MOST_LINES and MOST_WORDS."""
    ranked = sorted(
        ((evidence, passage.marker) for passage in passages for evidence in passage.evidence),
        key=lambda pair: -pair[0].score,
    )
    lines: list[tuple[int, str]] = []
    left = MOST_WORDS
    for evidence, marker in ranked:
        text = _line(evidence)
        cost = count_words(text)
        weak = evidence.score < WORTH_READING * ranked[0][0].score
        if lines and (weak or cost > min(left, LONGEST_LINE)):
            continue
        if len(lines) < MOST_LINES and not any(text in said or said in text for _, said in lines):
            lines.append((marker, text))
            left -= cost
    return lines


def _line(evidence: Evidence) -> str:
    return " ".join(readable(evidence.text, evidence.header).split())
