"""Another answer to the same question: after one that did not succeed, or by another model."""

from typing import NamedTuple

import streamlit as st

from components import choices, notices
from components.resources import workspace
from components.wording import plain
from store.answer_records import Message


class Maker(NamedTuple):
    """What an answer is made with."""

    model: str
    retrieval: bool


def words(maker: Maker) -> str:
    """The maker as people read it: the title of the model, and whether documents are searched."""
    entry = workspace().models.get(maker.model)
    return f"{entry.title if entry else maker.model}, {_retrieval(maker)}"


def retry(message: Message) -> None:
    """A button for answering once more with what is chosen now."""
    # no callback: it could run before that of a switch that was used just before
    if st.button("Try again", icon=":material/refresh:", key=f"again_{message.id}"):
        with notices.keeping(notices.QUESTION):
            chosen = choices.of(workspace().conversations.get(message.conversation_id))
            _start(message, Maker(chosen.entry.name, chosen.retrieval))
        st.rerun()


def menu(message: Message) -> None:
    """A menu of everything else that can answer: first the same model with or without retrieval,
    then the other models."""
    others = [name for name in _offered() if name != message.model]
    makers = [Maker(name, message.retrieval) for name in others]
    if message.model in workspace().models:
        makers.insert(0, Maker(message.model, not message.retrieval))
    st.menu_button(
        "Answer again with…",
        makers,
        format_func=lambda maker: plain(words(maker)),
        type="tertiary",
        key=f"again_with_{message.id}",
        on_click=_answer_with,
        args=(message,),
    )


def _retrieval(maker: Maker) -> str:
    return "with retrieval" if maker.retrieval else "without retrieval"


def _offered() -> list[str]:
    """Every base model, each followed by its fine-tuned one."""
    models = workspace().models
    pairs = [(base, models.fine_tuned(base.name)) for base in models.bases()]
    return [entry.name for pair in pairs for entry in pair if entry]


def _answer_with(message: Message) -> None:
    with notices.keeping(notices.QUESTION):
        _start(message, st.session_state[f"again_with_{message.id}"])


def _start(message: Message, maker: Maker) -> None:
    workspace().answer_again(message.id, model=maker.model, retrieval=maker.retrieval)
