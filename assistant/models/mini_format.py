"""How openbook-mini writes: quotes between cite tokens, and two sentences for when it has none."""

import re

CANNOT_FIND = "I cannot find an answer to this in the documents."
NO_DOCUMENTS = "I answer from documents only, and was given none for this question."
END_OF_CITE = "</cite>"
PASSAGE = re.compile(r'<passage number="(\d+)".*?">\n(.*?)\n</passage>', re.S)
_CITED = re.compile(r"<cite:(\d)>(.*?)</cite>", re.S)


def cited(number: int, quote: str) -> str:
    """A quote of passage `number` as the model writes it."""
    return f"<cite:{number}>{quote}{END_OF_CITE}"


def with_markers(text: str) -> str:
    """What the model wrote, with its quotes followed by markers like [1]."""
    return _CITED.sub(r"\2 [\1]", text)


def with_quotes(prompt: str, text: str) -> str:
    """The inverse of `with_markers`: lines of the prompt's passages that stand in a text with their
    marker, as quotes."""
    for number, lines in PASSAGE.findall(prompt):
        for line in lines.split("\n"):
            text = text.replace(f"{line} [{number}]", cited(int(number), line))
    return text
