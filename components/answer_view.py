"""The answer as drawn in the browser: sentences with verdict marks and clickable citations."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from assistant.sentences import shorten
from components.answer_json import json_block
from components.answer_text import blocks
from store.answer_records import AnswerSentence, Citation
from store.page_names import place

_HERE = Path(__file__).parent
_TIP = 220

_mount = st.components.v2.component(
    "openbook_answer",
    html='<div id="answer" aria-live="polite"></div>',
    css=(_HERE / "answer_view.css").read_text(encoding="utf-8"),
    js=(_HERE / "answer_view.js").read_text(encoding="utf-8"),
)


def show(
    text: str,
    *,
    key: str,
    sentences: Sequence[AnswerSentence] = (),
    citations: Sequence[Citation] = (),
    writing: bool = False,
) -> int | None:
    """Draw an answer; returns the marker of the citation that was just clicked, if any."""
    whole = json_block(text, sentences)
    data = {
        "blocks": [whole] if whole else blocks(text, sentences),
        "sources": {str(one.marker): _source(one) for one in citations},
        "writing": writing,
    }
    chosen = _mount(key=key, data=data, on_chosen_change=lambda: None).chosen
    return int(chosen) if chosen is not None else None


def _source(citation: Citation) -> dict[str, str]:
    return {
        "place": place(citation.document, citation.page, citation.label),
        "quote": shorten(citation.quote, _TIP),
    }
