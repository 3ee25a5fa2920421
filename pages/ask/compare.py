"""Compare: one question to several models, with and without retrieval, side by side."""

import streamlit as st

from components import (
    compare_batch,
    compare_batches,
    compare_form,
    compare_list,
    compare_open,
    compare_ratings,
    compare_view,
)
from components.notices import reporting

with reporting():
    st.title("Compare", anchor=False)
    view = compare_open.view()
    if view == compare_open.RATINGS:
        compare_ratings.show()
    elif view == compare_open.FILES:
        if batch := compare_open.batch():
            compare_batch.show(batch)
        else:
            compare_batches.show()
    else:
        compare_form.show()
        with reporting():
            comparison = compare_open.comparison()
            if comparison:
                compare_view.show(comparison)
            compare_list.show(leave_out=comparison.id if comparison else None)
