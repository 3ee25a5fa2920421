"""What the next answer is made with: the model, fine-tuned or not, with or without retrieval.

The choices of a conversation stand in its row, so that a reload, another tab and a restart find
them. A conversation that has not begun takes those of the one looked at before, and keeps them in
the address.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import streamlit as st

from assistant.models.catalog import ModelEntry
from components.resources import workspace
from store.answer_records import Conversation

LAST = "last_choices"


@dataclass(frozen=True)
class Choices:
    """`model` names a base model; `fine_tuned` asks for its fine-tuned one if there is one."""

    model: str
    fine_tuned: bool = False
    retrieval: bool = True

    @property
    def entry(self) -> ModelEntry:
        """The model that answers. Raises ModelUnavailable when it was removed meanwhile."""
        models = workspace().models
        return (self.fine_tuned and models.fine_tuned(self.model)) or models.find(self.model)


def of(conversation: Conversation | None) -> Choices:
    """The choices of a conversation; None is the one that has not begun."""
    if conversation is not None:
        found = _read(conversation.choices)
        _write_address({})
    else:
        # The address comes second: after two quick choices the browser still shows the first.
        found = _read(st.session_state.get(LAST) or _address())
        _write_address(asdict(found))
    st.session_state[LAST] = asdict(found)
    return found


def change(conversation: Conversation | None, name: str, value: Any) -> None:
    """Exchange one field of the choices. Raises NotFound."""
    if conversation is not None:
        workspace().conversations.choose(conversation.id, {name: value})
    else:
        _write_address({**asdict(of(None)), name: value})
        st.session_state[LAST] = {**st.session_state[LAST], name: value}


def keep(conversation_id: str, choices: Choices) -> None:
    """Remember what a conversation has begun with. Raises NotFound."""
    workspace().conversations.choose(conversation_id, asdict(choices))


def _read(kept: Mapping[str, Any]) -> Choices:
    """Choices as they were kept; what was not kept, or is not offered any more, is as the settings
    say."""
    models = workspace().models
    wanted = models.get(kept.get("model") or workspace().settings.model) or models.bases()[0]
    return Choices(
        wanted.base or wanted.name,
        bool(kept.get("fine_tuned", wanted.base is not None)),
        bool(kept.get("retrieval", True)),
    )


def _address() -> dict[str, Any]:
    words = {"yes": True, "no": False}
    names = [field.name for field in fields(Choices) if field.name in st.query_params]
    return {name: words.get(st.query_params[name], st.query_params[name]) for name in names}


def _write_address(choices: Mapping[str, Any]) -> None:
    """Put into the address what is not as the settings say, and nothing else of it."""
    usual = asdict(_read({}))
    for name in usual:
        value = choices.get(name, usual[name])
        if value == usual[name]:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value if isinstance(value, str) else "yes" if value else "no"
