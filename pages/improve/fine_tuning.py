"""Fine-tuning: from examples to a published adapter, with a report against the base before it."""

import streamlit as st

from components import (
    training_embedding,
    training_example_set,
    training_open,
    training_report,
    training_results,
    training_run,
    training_runs,
    training_sets,
)
from components.notices import reporting

with reporting():
    st.title("Fine-tuning", anchor=False)
    part = training_open.part()
    if part == training_open.RESULTS:
        if finished := training_open.result():
            training_report.show(finished)
        else:
            training_results.show()
    elif part == training_open.RUNS:
        if run := training_open.run():
            training_run.show(run)
        else:
            training_runs.show()
    elif part == training_open.EMBEDDING:
        training_embedding.show()
    elif examples := training_open.example_set():
        training_example_set.show(examples)
    else:
        training_sets.show()
