"""Traces: why each answer came out as it did."""

import streamlit as st

from components import trace_list, trace_view
from components.notices import reporting

with reporting():
    if trace_id := st.query_params.get(trace_list.ID):
        trace_view.show(trace_id)
    else:
        st.title("Traces", anchor=False)
        trace_list.show()
