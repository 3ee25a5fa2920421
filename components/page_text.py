"""What was read from a page: its blocks in order, or the words around a quote."""

from itertools import groupby

import streamlit as st

from components.wording import plain
from store.records import BlockKind, Page

BEFORE = 200  # characters: few enough that the quote is seen without scrolling
AFTER = 900
LONGEST = 60_000


def show(page: Page) -> None:
    """The text of a page as headings, paragraphs, list items and tables."""
    if not page.text.strip():
        st.caption("No text was found on this page.")
        return
    if not page.blocks or len(page.text) > LONGEST:
        st.text(page.text[:LONGEST])
        if len(page.text) > LONGEST:
            st.caption(f"The first {LONGEST:,} of {len(page.text):,} characters.")
        return
    for (kind, header), run in groupby(page.blocks, key=lambda block: (block.kind, block.header)):
        texts = [page.text[block.start : block.end] for block in run]
        _run(kind, header, texts)


def _run(kind: BlockKind, header: str, texts: list[str]) -> None:
    if kind is BlockKind.TABLE_ROW:
        st.markdown(table(header, texts))
    elif kind is BlockKind.HEADING:
        st.markdown("\n\n".join(f"**{plain(text)}**" for text in texts))
    elif kind is BlockKind.LIST_ITEM:
        st.markdown("\n".join(f"- {plain(text)}" for text in texts))
    else:
        st.markdown("\n\n".join(plain(text) for text in texts))


def table(header: str, rows: list[str]) -> str:
    """Rows of cells joined by tabs as a Markdown table; repeats of the header are dropped."""
    cells = [row.split("\t") for row in rows if row != header]
    head = header.split("\t") if header else [""] * max(map(len, cells), default=1)
    width = max([len(head), *map(len, cells)])
    lines = [head, ["---"] * width, *cells]
    return "\n".join(_table_line(line, width) for line in lines)


def _table_line(cells: list[str], width: int) -> str:
    padded = cells + [""] * (width - len(cells))
    return "| " + " | ".join(c if c == "---" else plain(c) for c in padded) + " |"


def quoted(text: str, start: int, end: int) -> None:
    """The text around a quote, with the quoted words marked."""
    before = text[max(0, start - BEFORE) : start]
    after = text[end : end + AFTER]
    marked = f":orange-background[**{plain(text[start:end])}**]"
    st.markdown(
        f"{'…' if start > BEFORE else ''}{_lines(before)}{marked}{_lines(after)}"
        f"{'…' if end + AFTER < len(text) else ''}"
    )


def _lines(text: str) -> str:
    """Plain Markdown that keeps line ends and the spaces at both ends."""
    lines = "  \n".join(plain(line) for line in text.split("\n"))
    lead = " " if text[:1] == " " else ""
    return lead + lines + (" " if text[-1:] == " " else "")
