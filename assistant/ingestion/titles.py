"""What a document is called: what its file says, or its first heading that can be a title."""

import re
from collections.abc import Iterable

from store.records import BlockKind, Page

BLOCKS = 200  # of a page that are looked through
_WRITTEN_BY_PROGRAMS = re.compile(
    r"(?i)untitled|document\d*|title|no title|slide \d+|microsoft \w+ - .*|.*\.\w{2,4}|[\d\W]*"
)
_ABOVE_TITLES = re.compile(  # on the covers of filings and before the first chapter
    r"(?i)united states( securities and exchange commission)?|securities and exchange commission"
    r"|washington,? d\.?c\.?[ \d]*|(form|exhibit) [\w.-]+|\(mark one\)|(table of )?contents|index"
    r"|\W*(annual|quarterly|transition) report pursuant to .*|commission file number.*"
    r"|for the (fiscal year|quarterly period|transition period) .*"
)


def sensible_title(title: str) -> str:
    """The title that a file gives itself; nothing where it comes from the program that wrote it or
    says what kind of paper it is."""
    no_title = _WRITTEN_BY_PROGRAMS.fullmatch(title) or _ABOVE_TITLES.fullmatch(title)
    return "" if no_title else title


def first_heading(pages: Iterable[Page]) -> str:
    """The first of the highest headings on the pages that can be a title."""
    headings = [
        (block.level, title)
        for page in pages
        for block in page.blocks[:BLOCKS]
        if block.kind is BlockKind.HEADING
        for title in [" ".join(page.text[block.start : block.end].strip("# ").split())]
        if not _ABOVE_TITLES.fullmatch(title)
    ]
    return min(headings, key=lambda heading: heading[0], default=(0, ""))[1]
