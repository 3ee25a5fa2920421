"""The words in which two answers of a comparison differ."""

import streamlit as st

from assistant.comparison.difference import Piece, Side, difference
from components import compare_column
from components.wording import plain
from store.comparison_records import Comparison

PAINT = {Side.FIRST: ":red-background[~~{}~~]", Side.SECOND: ":green-background[{}]"}


def show(comparison: Comparison) -> None:
    """The difference between two columns, which can be chosen when there are more."""
    with st.expander("Text difference", icon=":material/difference:"):
        first, second = _chosen(comparison)
        if first == second:
            st.caption("Choose two different columns.")
            return
        pieces = difference(comparison.columns[first].text, comparison.columns[second].text)
        if all(piece.side is Side.BOTH for piece in pieces):
            st.caption("Word for word the same.")
            return
        names = [plain(compare_column.heading(comparison, index)) for index in (first, second)]
        st.caption(
            f"{_painted(Side.FIRST, 'only in ' + names[0])} "
            f"{_painted(Side.SECOND, 'only in ' + names[1])}"
        )
        st.markdown(" ".join(map(_words, pieces)))


def _chosen(comparison: Comparison) -> tuple[int, int]:
    if len(comparison.columns) == 2:
        return 0, 1
    with st.container(horizontal=True):
        first, second = (
            st.selectbox(
                label,
                range(len(comparison.columns)),
                index=index,
                format_func=lambda index: compare_column.heading(comparison, index),
                key=f"difference_{index}_{comparison.id}_{comparison.hidden}",
            )
            for index, label in enumerate(("This answer", "and this one"))
        )
    return first, second


def _words(piece: Piece) -> str:
    return _painted(piece.side, plain(piece.text))


def _painted(side: Side, words: str) -> str:
    return PAINT.get(side, "{}").replace("{}", words)
