"""Rows of a file of examples that cannot be used: each with its line and reason, to be mended."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from assistant.training.example_files import ExampleFile
from assistant.training.example_rows import PAIRS, Accepted, Refused, read_row
from components.wording import plain

MENDED = "training_mended"  # what was made of refused rows, by their lines
ROWS = "training_refused"
A_PAGE = 5
FORMS = (*PAIRS, ("instruction", "output"))  # rows that are filled in field by field


def forget() -> None:
    """Begin with another file."""
    st.session_state[MENDED] = {}


def mended(file: ExampleFile) -> ExampleFile:
    """The file with the rows that were mended so far."""
    st.session_state[ROWS] = file.refused
    texts: Mapping[int, str] = st.session_state.setdefault(MENDED, {})
    again = [
        read_row(texts[row.line], row.line) if row.line in texts else row for row in file.refused
    ]
    fixed = [row for row in again if isinstance(row, Accepted)]
    still = tuple(row for row in again if isinstance(row, Refused))
    accepted = sorted((*file.accepted, *fixed), key=lambda row: row.line)
    return replace(file, accepted=tuple(accepted), refused=still)


def show() -> None:
    """Every row that was refused, a page at a time, with fields to mend it in."""
    refused: tuple[Refused, ...] = st.session_state[ROWS]
    if not refused:
        return
    with st.expander("Rows to mend", icon=":material/build:", expanded=True):
        st.caption("Mend them here, or leave them: what is not mended is left out.")
        pages = -(-len(refused) // A_PAGE)
        page = st.pagination(pages, key="refused_page") if pages > 1 else 1
        for row in refused[A_PAGE * (page - 1) : A_PAGE * page]:
            with st.container(border=True, gap="small", key=f"refused_{row.line}"):
                _row(row)


def _row(row: Refused) -> None:
    text = st.session_state[MENDED].get(row.line)
    now = row if text is None else read_row(text, row.line)
    if isinstance(now, Accepted):
        st.markdown(f"Line {row.line:,}: :green[:material/check_circle: it can be used now]")
    else:
        st.markdown(f"Line {row.line:,}: :red[:material/error: {plain(now.reason)}]")
    fields = _fields(row.text)
    key = f"mend_{row.line}_{zlib.crc32(row.text.encode())}"  # the next file has such a line, too
    if fields is None:
        st.text_area("The row", row.text, key=key, on_change=_mend, args=(row.line, key))
        return
    keys = {name: f"{key}_{name}" for name in fields}
    for name, value in fields.items():
        st.text_area(
            plain(name.capitalize()),
            value,
            height=68,
            key=keys[name],
            on_change=_mend_fields,
            args=(row.line, keys),
        )


def _fields(text: str) -> dict[str, str] | None:
    """A row that is nothing but named texts, as a person would fill in a form; None for others."""
    try:
        row = json.loads(text)
    except ValueError:
        return None
    if not isinstance(row, dict) or not any(set(pair) <= set(row) for pair in FORMS):
        return None
    if not all(value is None or isinstance(value, str) for value in row.values()):
        return None
    return {str(name): value or "" for name, value in row.items()}


def _mend(line: int, key: str) -> None:
    st.session_state[MENDED][line] = st.session_state[key]


def _mend_fields(line: int, keys: Mapping[str, str]) -> None:
    row = {name: st.session_state[key] for name, key in keys.items()}
    st.session_state[MENDED][line] = json.dumps(row, ensure_ascii=False)
