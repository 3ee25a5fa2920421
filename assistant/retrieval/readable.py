"""Evidence as a sentence that a person reads: cells with their heads, items with their lead."""

import re
from collections.abc import Sequence

_ITEM = r"(?:[•*–·▪‣-]|\d{1,2}[.)])\s+"
_BROKEN = re.compile(r"(\([^()\n]{0,40})\n\s*(?=\d{1,2}\))")  # "(CO\n2)" is no second item
_NEXT_ITEM = re.compile(rf"\n\s*(?={_ITEM})")
_BEFORE = re.compile(rf"^\s*(?:{_ITEM}|#{{1,6}}\s+)")
# Markdown's marks around words, in pairs: elsewhere the same characters belong to the text
_AROUND = re.compile(
    r"\*\*(?=\S)([^*]+)(?<=\S)\*\*"
    r"|(?<!\w)__(?=\S)([^_]+)(?<=\S)__(?!\w)"
    r"|(?<!`)`(?!`)([^`]+)`(?!`)"
)


def readable(text: str, header: str) -> str:
    """The words of the text as a sentence on one line; `header` is that of its table, if any."""
    if "\t" in text:
        return _row(text.split("\t"), header.split("\t"))
    lines = _NEXT_ITEM.split(_BROKEN.sub(r"\1 ", text))
    lead, *items = [" ".join(_unmarked(line).split()) for line in lines]
    if not items:
        return lead
    parts = [part.rstrip(" .;,") for part in (items if lead.endswith(":") else [lead, *items])]
    return (f"{lead} " if lead.endswith(":") else "") + "; ".join(parts) + "."


def _unmarked(line: str) -> str:
    return _AROUND.sub(lambda match: match[match.lastindex or 0], _BEFORE.sub("", line))


def _row(cells: Sequence[str], heads: Sequence[str]) -> str:
    if len(heads) != len(cells):
        heads = [""] * len(cells)
    pairs = [(h.strip(" ,:;"), c.strip()) for h, c in zip(heads, cells, strict=True) if c.strip()]
    return "; ".join(f"{head}: {cell}" if head else cell for head, cell in pairs) + "."
