"""Compare: one question to several models, with and without retrieval, side by side."""

import streamlit as st

from components import compare_form, compare_list, compare_open, compare_ratings, compare_view
from components.notices import reporting

QUESTION, RATINGS = "Question", "Ratings"

with reporting():
    st.title("Compare", anchor=False)
    view = st.segmented_control(
        "View",
        [QUESTION, RATINGS],
        default=QUESTION,
        required=True,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    if view == RATINGS:
        compare_ratings.show()
    else:
        compare_form.show()
        with reporting():
            comparison = compare_open.current()
            if comparison:
                compare_view.show(comparison)
            compare_list.show(leave_out=comparison.id if comparison else None)
