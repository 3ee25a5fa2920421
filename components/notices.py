"""Messages about the state of things: known errors in one sentence, bugs to the log."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from assistant.errors import AssistantError
from components.wording import plain
from store.errors import StoreError

logger = logging.getLogger(__name__)

QUESTION = "question"  # the place below the messages of a conversation
UNEXPECTED = "Something went wrong here. Nothing was lost; the details are in the server's log."


def problem(sentence: str) -> None:
    """One sentence about something that did not work."""
    st.error(plain(sentence), icon=":material/error:")


def keep(place: str, sentences: Sequence[str]) -> None:
    """Remember what went wrong at a place of the page, until it is dismissed or replaced."""
    st.session_state[f"problems_{place}"] = list(sentences)


def kept(place: str) -> None:
    """Draw what is remembered for a place; reruns do not lose it."""
    sentences = st.session_state.get(f"problems_{place}", [])
    for sentence in sentences:
        problem(sentence)
    if sentences:
        st.button(
            "Dismiss",
            icon=":material/close:",
            type="tertiary",
            key=f"dismiss_{place}",
            on_click=keep,
            args=(place, []),
        )


@contextmanager
def keeping(place: str) -> Iterator[None]:
    """Remember for a place of the page what goes wrong inside; nothing if nothing does."""
    try:
        yield
    except (AssistantError, StoreError) as error:
        keep(place, [str(error)])
    else:
        keep(place, [])


@contextmanager
def reporting() -> Iterator[None]:
    """Show what goes wrong inside as one sentence; a bug goes to the log with its traceback."""
    try:
        yield
    except (AssistantError, StoreError) as error:
        problem(str(error))
    except Exception:
        logger.exception("A page failed")
        problem(UNEXPECTED)
