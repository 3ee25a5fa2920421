"""How sure an answer's evidence was, and what a stricter refusal would cost."""

import streamlit as st

from assistant.answering.refusal_costs import COSTS
from store.answer_records import Trace


def show(trace: Trace) -> None:
    """Nothing for an answer without retrieval."""
    sure, threshold = trace.settings.get("confidence"), trace.settings.get("refusal_threshold")
    if sure is None or threshold is None:
        return
    with st.expander("Why this was refused" if trace.refused else "Why this was not refused",
                     icon=":material/balance:"):  # fmt: skip
        st.markdown(
            f"Openbook is **{sure:.0%}** sure that these passages answer the question; below "
            f"**{threshold:.0%}** it refuses (`OPENBOOK_REFUSAL_THRESHOLD`)."
        )
        st.dataframe(
            {
                "Threshold": [cost.threshold for cost in COSTS],
                "Refused wrongly": [cost.refused for cost in COSTS],
                "Answered wrongly": [cost.answered for cost in COSTS],
            },
            hide_index=True,
            column_config={
                "Threshold": st.column_config.NumberColumn(format="percent", width="small"),
                "Refused wrongly": st.column_config.ProgressColumn(format="percent"),
                "Answered wrongly": st.column_config.ProgressColumn(format="percent"),
            },
            alt="What other thresholds cost",
        )
        st.caption(
            "Refused wrongly: of 300 questions of SQuAD 2.0 that the library answered. Answered "
            "wrongly: of 300 made to look as if it did, the hardest there are; questions about "
            "other topics are refused nearly always."
        )
