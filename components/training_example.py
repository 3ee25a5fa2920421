"""One example: its question, its answer, where it comes from; drawn as text only."""

from dataclasses import replace

import streamlit as st

from assistant.training.examples import ASSISTANT, SYSTEM, USER, question_of
from components.resources import workspace
from components.wording import plain
from store.errors import StoreError
from store.training_records import Example, Origin, Turn

ROLES = {SYSTEM: "Instruction", USER: "Question", ASSISTANT: "Answer"}
ORIGINS = {
    Origin.IMPORTED: "a file",
    Origin.ANSWER: "an answer with a thumb up",
    Origin.CORRECTION: "a corrected answer",
    Origin.DOCUMENT: "a document",
}


def edited(example: Example, *, question: str = "", answer: str = "") -> Example:
    """The example asked or answered otherwise, from the same passages; what is empty stays."""
    if answer.strip():
        example = _with_turn(example, len(example.turns) - 1, answer.strip())
    asked = [at for at, turn in enumerate(example.turns[:-1]) if turn.role == USER]
    if question.strip() and asked:
        before = example.turns[asked[-1]].content.removesuffix(question_of(example))
        example = _with_turn(example, asked[-1], before + question.strip())
    return example


def origin(example: Example) -> str:
    """Where it comes from, in a few words."""
    if example.origin is Origin.IMPORTED and example.file:
        return f"{example.file}, line {example.line}" if example.line else example.file
    return ORIGINS[example.origin]


def draw(example: Example) -> None:
    """All turns as they are."""
    for turn in example.turns:
        st.caption(ROLES.get(turn.role, plain(turn.role)))
        st.text(turn.content)


def lineage(example: Example) -> None:
    """Links to the conversation, the comparison and the documents it was made from."""
    with st.container(horizontal=True):
        if example.origin is not Origin.DOCUMENT:  # its links say so
            st.caption(f"From {plain(origin(example))}", width="content")
        if example.conversation_id:
            _link("pages/ask/chat.py", "Conversation", conversation=example.conversation_id)
        if example.comparison_id:
            _link("pages/ask/compare.py", "Comparison", comparison=example.comparison_id)
        for document_id in example.documents:
            try:
                name = workspace().library.document(document_id).name
            except StoreError:
                continue  # its examples go with it; this one is being erased
            _link("pages/library/documents.py", plain(name), document=document_id)


def _link(page: str, label: str, **query: str) -> None:
    st.page_link(page, label=label, icon=":material/open_in_new:", query_params=query)


def _with_turn(example: Example, place: int, text: str) -> Example:
    turns = list(example.turns)
    turns[place] = Turn(turns[place].role, text)
    return replace(example, turns=tuple(turns))
