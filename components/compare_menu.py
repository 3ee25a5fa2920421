"""The question of the open comparison, and what can be done with it: ask again, delete."""

import streamlit as st

from components import compare_form, compare_open, dialogs, training_lineage
from components.dialogs import Dialog
from components.resources import workspace
from components.wording import plain
from store.comparison_records import Comparison


def show(comparison: Comparison) -> None:
    """The question with its menu; one of a file leads back to it and on to the next."""
    if comparison.batch_id:
        st.button(
            "Back to the file",
            icon=":material/arrow_back:",
            type="tertiary",
            key="back_to_file",
            on_click=compare_open.show_batch,
            args=(comparison.batch_id,),
        )
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.subheader(plain(comparison.question), anchor=False)
        if comparison.batch_id:
            _step("Previous question", ":material/chevron_left:", comparison, -1)
            _step("Next question", ":material/chevron_right:", comparison, 1)
        st.button(
            "",
            icon=":material/refresh:",
            type="tertiary",
            key="again",
            help="Put question and columns into the form again",
            disabled=comparison.hidden,
            on_click=compare_form.fill_in,
            args=(comparison,),
        )
        dialog = Dialog("Delete comparison", ":material/delete:", _delete, (comparison.id,))
        st.button(
            "",
            icon=":material/delete:",
            type="tertiary",
            key="delete",
            help="Delete this comparison",
            on_click=dialogs.show,
            args=(dialog,),
        )


def _step(label: str, icon: str, comparison: Comparison, by: int) -> None:
    batch = comparison.batch_id or ""
    other = workspace().store.comparisons.at(batch, comparison.position + by)
    st.button(
        "",
        icon=icon,
        type="tertiary",
        key=label.lower(),
        help=f"{label} of this file",
        disabled=other is None,
        on_click=compare_open.show,
        args=(other,),
    )


def _delete(comparison_id: str) -> None:
    made = workspace().store.examples.from_comparison(comparison_id)
    st.markdown(
        "The answers and the vote on them will be deleted."
        f"{training_lineage.also_erased(made)} This cannot be undone."
    )
    dialogs.confirm("Delete", lambda: _remove(comparison_id))


def _remove(comparison_id: str) -> None:
    if running := workspace().comparer.running(comparison_id):
        running.stop()
    workspace().store.comparisons.remove(comparison_id)
    compare_open.show(None)
