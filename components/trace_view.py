"""One trace: from the question to the verdicts, all of it on one page."""

import streamlit as st

from components import (
    answer_view,
    candidate_table,
    refusal_costs,
    schema_fit,
    source_dialog,
    waterfall,
)
from components.answer import UNCHECKED
from components.notices import problem
from components.resources import workspace
from components.trace_list import outcome, total_ms
from components.wording import duration, moment, plain
from store.answer_records import Fate, Trace, Verdict
from store.errors import NotFound

VERDICT_WORDS = {
    Verdict.SUPPORTED: "supported",
    Verdict.WEAK: "weakly supported",
    Verdict.UNSUPPORTED: "not supported",
}


def show(trace_id: str) -> None:
    """The trace with this id, or one sentence when there is none."""
    st.button(
        "All traces",
        icon=":material/arrow_back:",
        type="tertiary",
        key="all_traces",
        on_click=st.query_params.clear,
    )
    try:
        trace = workspace().traces.get(trace_id)
    except NotFound as error:
        problem(str(error))
        return
    _header(trace)
    _answer(trace)
    st.subheader("Stages", anchor=False)
    waterfall.show(trace.spans)
    st.subheader("Candidates", anchor=False)
    candidate_table.show(trace)
    st.subheader("Prompt", anchor=False)
    _prompt(trace)
    _settings(trace)


def _header(trace: Trace) -> None:
    st.subheader(plain(trace.question), anchor=False)
    if trace.rewritten and trace.rewritten != trace.question:
        st.caption(f":material/manage_search: Searched for: {plain(trace.rewritten)}")
    kept = sum(one.fate is Fate.KEPT for one in trace.candidates)
    entry = workspace().models.get(trace.model)
    model = entry.title if entry else trace.model
    facts = {
        "Outcome": outcome(trace),
        "Time": duration(total_ms(trace)),
        "Model": f"{model} + {trace.adapter}" if trace.adapter else model,
        "Passages kept": f"{kept} of {len(trace.candidates)}",
        "Knowledge base": f"{trace.kb}, version {trace.kb_version}",
        "Asked": moment(trace.created_at),
        "Tokens": ", ".join(f"{name} {number:,}" for name, number in trace.tokens.items()),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in facts.items():
            with st.container(width="content", gap=None):
                st.caption(plain(name))
                st.markdown(f"**{plain(value)}**")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download as JSON",
            data=lambda: workspace().traces.to_json(trace),
            file_name=f"trace-{trace.id}.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            key="download_trace",
        )
        if trace.conversation_id:
            st.page_link(
                "pages/ask/chat.py",
                label="Open the conversation",
                icon=":material/chat:",
                query_params={"conversation": trace.conversation_id},
            )


def _answer(trace: Trace) -> None:
    st.subheader("Answer", anchor=False)
    if trace.error:
        problem(trace.error)
    searched = trace.settings.get("retrieval", True)
    if trace.refused and searched:
        with st.container(border=True):
            st.badge("No answer in the library", icon=":material/search_off:", color="gray")
            st.text(trace.answer)
    elif trace.answer:
        chosen = answer_view.show(
            trace.answer,
            key=f"trace_answer_{trace.id}",
            sentences=trace.sentences if searched else (),
            citations=trace.citations,
        )
        source_dialog.open_marker(trace.citations, chosen)
        if searched:
            _verdicts(trace)
        else:
            st.caption(UNCHECKED)
    schema_fit.show(trace.fit)
    refusal_costs.show(trace)
    for note in trace.notes:
        st.caption(f":material/info: {plain(note)}")


def _verdicts(trace: Trace) -> None:
    if not trace.sentences:
        return
    with st.expander("Verdict per sentence", icon=":material/fact_check:"):
        st.dataframe(
            {
                "Sentence": [one.text for one in trace.sentences],
                "Verdict": [VERDICT_WORDS[one.verdict] for one in trace.sentences],
                "Cites": [", ".join(map(str, one.citations)) for one in trace.sentences],
                "Reason": [one.reason for one in trace.sentences],
            },
            hide_index=True,
            alt="Verdict per sentence",
        )


def _prompt(trace: Trace) -> None:
    if not trace.prompt:
        st.caption("No model was asked.")
    for part in trace.prompt:
        st.caption(plain(part.get("role", "")).capitalize())
        st.code(part.get("content", ""), language=None, wrap_lines=True)


def _settings(trace: Trace) -> None:
    if not trace.settings:
        return
    with st.expander("Settings in force", icon=":material/tune:"):
        st.dataframe(
            {
                "Setting": list(trace.settings),
                "Value": [str(value) for value in trace.settings.values()],
            },
            hide_index=True,
            alt="Settings in force",
        )
