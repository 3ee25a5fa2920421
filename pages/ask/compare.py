"""Compare: one question to several models, with and without retrieval, side by side."""

import streamlit as st

from components import compare_form, compare_open, compare_view
from components.notices import reporting

with reporting():
    st.title("Compare", anchor=False)
    compare_form.show()
    with reporting():
        if comparison := compare_open.current():
            compare_view.show(comparison)
