"""Whether a word broken at a line end keeps its hyphen, judged by the document's other words."""

import re
from collections.abc import Iterable

from assistant.english import english

_EDGES = "\"'“”‘’()[]{}<>.,;:!?*•"
_LIMIT = 200_000
_BREAK = re.compile(r"[^\W\d_]-$")


class Vocabulary:
    """The words a document has used so far, in lower case."""

    def __init__(self) -> None:
        self._words: set[str] = set()

    def add(self, words: Iterable[str]) -> None:
        """Remember whole words; past a limit no more are kept."""
        if len(self._words) < _LIMIT:
            self._words.update(word.strip(_EDGES).lower() for word in set(words))

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether `before` (ending in a hyphen) and `after` are written with a hyphen between."""
        head, tail = before[:-1].lstrip(_EDGES).lower(), after.rstrip(_EDGES).lower()
        if not (_BREAK.search(before) and after[:1].islower()):
            return True
        if "-" in head or "-" in tail or f"{head}-{tail}" in self._words:
            return True
        if head + tail in self._words:
            return False
        if len(head) > 1 and head in self._words and tail in self._words:
            return True
        return head + tail not in english() and {head, tail} <= english()


def is_break(before: str, after: str, flagged: bool) -> bool:
    """Whether `before` at a line end and `after` at the next are one word broken in two.

    `flagged` says that pdfium saw a hyphenated word there.
    """
    if len(before) < 2 or not before.endswith("-"):
        return False
    return flagged or (before[-2].islower() and after[:1].islower())
