"""Evidence as a sentence that a person reads: cells with their heads, items with their lead."""

import re
from collections.abc import Sequence

_ITEM = r"(?:[•*–·▪‣-]|\d{1,2}[.)])\s+"
_NEXT_ITEM = re.compile(rf"\n\s*(?={_ITEM})")
# marks of Markdown and lists that stand before or around words
_MARKS = re.compile(rf"^\s*(?:{_ITEM}|#{{1,6}}\s+)|\*\*|__|`")


def readable(text: str, header: str) -> str:
    """The words of the text as a sentence on one line; `header` is that of its table, if any."""
    if "\t" in text:
        return _row(text.split("\t"), header.split("\t"))
    lines = _NEXT_ITEM.split(text)
    lead, *items = [" ".join(_MARKS.sub("", line).split()) for line in lines]
    if not items:
        return lead
    parts = [part.rstrip(" .;,") for part in (items if lead.endswith(":") else [lead, *items])]
    return (f"{lead} " if lead.endswith(":") else "") + "; ".join(parts) + "."


def _row(cells: Sequence[str], heads: Sequence[str]) -> str:
    if len(heads) != len(cells):
        heads = [""] * len(cells)
    pairs = [(h.strip(), c.strip()) for h, c in zip(heads, cells, strict=True) if c.strip()]
    return "; ".join(f"{head}: {cell}" if head else cell for head, cell in pairs) + "."
