"""Reads misspelt words of a question as the library's words they are most like."""

import re

from assistant.english import english
from store.keywords import Keywords, stems

SHORTEST = 5  # letters; shorter words are like too many others
_PLAIN_WORD = re.compile(rf"(?<![\w’'-])[a-z]{{{SHORTEST},}}(?![\w’'-])")
LONG = 8  # letters from which two slips are forgiven instead of one


def correct_spelling(question: str, keywords: Keywords) -> tuple[str, dict[str, str]]:
    """The question with unknown words exchanged for known stems, and what was exchanged.

    Words with a capital and English words stay: what the library does not know is not misspelt.
    """
    exchanged: dict[str, str] = {}
    for word in _PLAIN_WORD.findall(question):
        stem = stems(word)[0]
        if word in english() or keywords.frequency(stem):
            continue
        if known := _nearest(stem, keywords):
            exchanged[word] = known
            question = re.sub(rf"\b{word}\b", known, question)
    return question, exchanged


def _nearest(stem: str, keywords: Keywords) -> str:
    """The stem of the index with the fewest slips, of these the most frequent; "" if none."""
    forgiven = 2 if len(stem) >= LONG else 1
    best, fewest = "", forgiven + 1
    for term in keywords.terms(stem[0]):  # most frequent first
        if abs(len(term) - len(stem)) <= 2 and keywords.frequency(term):
            slips = _slips(stem, term)
            if slips < fewest:
                best, fewest = term, slips
    return best


def _slips(a: str, b: str) -> int:
    """Letters added, dropped, exchanged or swapped with their neighbour (Damerau 1964); a word
    cut off within an ending, as "hearin" is, counts as one."""
    if a.startswith(b) and len(b) >= SHORTEST - 1:
        return 1
    before, last = list[int](), list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        row = [i]
        for j, y in enumerate(b, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
