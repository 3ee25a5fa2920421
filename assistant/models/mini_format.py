"""How openbook-mini writes: quotes between cite tokens, and two sentences for when it has none."""

import re

CANNOT_FIND = "I cannot find an answer to this in the documents."
NO_DOCUMENTS = "I answer from documents only, and was given none for this question."
END_OF_CITE = "</cite>"
_CITED = re.compile(r"<cite:(\d)>(.*?)</cite>", re.S)


def cited(number: int, quote: str) -> str:
    """A quote of passage `number` as the model writes it."""
    return f"<cite:{number}>{quote}{END_OF_CITE}"


def with_markers(text: str) -> str:
    """What the model wrote, with its quotes followed by markers like [1]."""
    return _CITED.sub(r"\2 [\1]", text)
