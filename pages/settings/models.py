"""Models: what can answer, where it runs and what it takes; add, try out, load and remove."""

import streamlit as st

from components import model_list
from components.notices import reporting

with reporting():
    st.title("Models", anchor=False)
    model_list.show()
