"""Whether an answer fits the JSON schema of its model."""

import streamlit as st

from components.wording import plain
from store.answer_records import SchemaFit

HELP = (
    "Its model has a JSON schema. Texts and numbers are checked against the passages; what the "
    "schema lists, true and false are choices of the model, which nothing checks."
)


def show(fit: SchemaFit | None) -> None:
    """Draw it; nothing when the model has no schema."""
    if fit is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if fit.fits:
            st.badge("Fits its schema", icon=":material/data_object:", color="green", help=HELP)
        else:
            st.badge("Does not fit its schema", icon=":material/data_object:", color="orange")
            st.caption(plain(fit.reason))
