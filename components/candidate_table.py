"""Every chunk retrieval looked at: scores and ranks per stage, its fate and why."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st

from components.wording import count, plain
from store.answer_records import Candidate, Fate, Trace
from store.page_names import page_name, place

STAGES = {
    "dense": "Meaning",
    "keyword": "Words",
    "title": "Title",
    "fused": "Fused",
    "reranked": "Reranked",
    "answers": "Answers",
    "evidence": "Evidence",
    "worth": "Worth reading",
}
RANK = 105
FATE_WORDS = {
    Fate.KEPT: "Kept",
    Fate.BELOW_THRESHOLD: "Below threshold",
    Fate.DUPLICATE: "Duplicate",
    Fate.OVER_BUDGET: "Over budget",
    Fate.NO_PERMISSION: "No permission",
    Fate.QUARANTINED: "Quarantined",
}


def show(trace: Trace) -> None:
    """The candidates, filtered by fate; a selected row shows its whole text."""
    if not trace.candidates:
        st.caption("Nothing was retrieved for this question.")
        return
    found = Counter(one.fate for one in trace.candidates)
    chosen = st.pills(
        "Fate",
        list(found),
        format_func=lambda fate: f"{FATE_WORDS[fate]} ({found[fate]})",
        selection_mode="multi",
        key=f"fates_{trace.id}",
        help="Choose one or more to see only those.",
    )
    shown = [one for one in trace.candidates if not chosen or one.fate in chosen]
    key = f"candidates_{trace.id}_{'_'.join(fate.value for fate in chosen)}"
    state = st.dataframe(
        _columns(shown),
        column_config=_config(),
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        alt=f"{count(len(shown), 'candidate')} with scores, ranks and fates",
    )
    rows = [row for row in state.selection.rows if row < len(shown)]
    if rows:
        _detail(shown[rows[0]])
    else:
        st.caption("Select a row to read the whole passage.")


def _stages(candidates: Sequence[Candidate]) -> list[str]:
    seen = {name for one in candidates for name in (*one.ranks, *one.scores)}
    return [name for name in STAGES if name in seen] + sorted(seen - set(STAGES))


def _columns(candidates: Sequence[Candidate]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {
        "Fate": [FATE_WORDS[one.fate] for one in candidates],
        "Passage": [one.marker for one in candidates],
        "Document": [one.document for one in candidates],
        "Page": [page_name(one.page, one.label).removeprefix("page ") for one in candidates],
    }
    for name in _stages(candidates):
        title = STAGES.get(name, name.capitalize())
        if any(name in one.ranks for one in candidates):
            columns[f"{title} rank"] = [one.ranks.get(name) for one in candidates]
        if any(name in one.scores for one in candidates):
            columns[f"{title} score"] = [one.scores.get(name) for one in candidates]
    columns["Reason"] = [one.reason for one in candidates]
    columns["Text"] = [" ".join(one.text.split()) for one in candidates]
    return columns


def _config() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    scores = {f"{title} score": number(format="%.4g", width=RANK) for title in STAGES.values()}
    ranks = {f"{title} rank": number(format="%d", width=RANK) for title in STAGES.values()}
    return {
        **scores,
        **ranks,
        "Fate": st.column_config.TextColumn(pinned=True),
        "Passage": number(format="%d", width="small", help="Its number in the prompt"),
        "Document": st.column_config.TextColumn(width="medium"),
        "Reason": st.column_config.TextColumn(width="medium"),
        "Text": st.column_config.TextColumn(width="large"),
    }


def _detail(candidate: Candidate) -> None:
    with st.container(border=True):
        where = place(candidate.document, candidate.page, candidate.label)
        heading = f" · {plain(candidate.heading)}" if candidate.heading else ""
        st.markdown(f"**{plain(where)}**{heading}")
        reason = f": {plain(candidate.reason)}" if candidate.reason else ""
        st.caption(f"{FATE_WORDS[candidate.fate]}{reason}")
        st.text(candidate.text)
        st.page_link(
            "pages/library/documents.py",
            label="Open the document",
            icon=":material/open_in_new:",
            query_params={
                "document": candidate.document_id,
                **({"page": str(candidate.page)} if candidate.page else {}),
            },
        )
