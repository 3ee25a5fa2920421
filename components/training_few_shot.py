"""A few-shot prompt: a model is shown some of the examples instead of being trained on them."""

import streamlit as st

from assistant.timeline import Timeline
from assistant.training.few_shot import few_shot_prompt
from components.notices import reporting
from components.resources import workspace
from components.wording import count
from store.training_records import ExampleSet, ExampleState

QUOTES_ONLY = ("reader",)  # kinds that read no examples


def show(examples: ExampleSet) -> None:
    """A question, who answers it, and the answer as it is written."""
    names = [one.name for one in workspace().models.bases() if one.kind not in QUOTES_ONLY]
    with st.form(f"few_shot_{examples.id}"):
        question = st.text_input(
            "Question",
            key="few_shot_question",
            placeholder="One that is not among the examples",
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.selectbox(
                "Who answers",
                names,
                format_func=lambda one: workspace().models[one].title,
                key="few_shot_model",
            )
            retrieval = st.checkbox("With retrieval", value=True, key="few_shot_retrieval")
            asked = st.form_submit_button("Ask", icon=":material/send:")
    if asked and question and question.strip():
        with reporting():
            _answer(examples, question.strip(), name, retrieval=retrieval)


def _answer(examples: ExampleSet, question: str, name: str, *, retrieval: bool) -> None:
    opened = workspace()
    entry = opened.models.find(name)
    passages = None
    if retrieval:
        found = opened.line.find_evidence(question, kb=opened.settings.kb, timeline=Timeline())
        passages = found.selection.passages
    ready = opened.store.examples.list(examples.id, state=ExampleState.READY)
    prompt = few_shot_prompt(ready, question, passages, condensed=entry.condensed)
    shown = (len(prompt) - 2) // 2
    st.caption(f"Shown {count(shown, 'example')} first. As the model writes it, unchecked:")
    place = st.empty()
    text = ""
    for piece in entry.open().stream(prompt):
        text += str(piece.text)
        place.text(text)
    if not text.strip():
        place.text("It wrote nothing.")
