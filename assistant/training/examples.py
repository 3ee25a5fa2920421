"""What an example asks and answers, and new examples from prompts as answering builds them."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from langchain_core.messages import BaseMessage

from assistant.answering.prompt import ask_of
from assistant.models.message_terms import ROLES
from store.training_records import Example, ExampleState, Origin, Turn

SYSTEM, USER, ASSISTANT = "system", "user", "assistant"
# what stands between the passages, which cannot have it in them, and the question
_QUESTION = ask_of(["</passage>"], "")


def question_of(example: Example) -> str:
    """What was asked last, without the passages it was asked with; "" when nothing was."""
    asked = [turn.content for turn in example.turns[:-1] if turn.role == USER]
    if not asked:
        return ""
    return asked[-1].partition(_QUESTION)[2] if has_passages(asked[-1]) else asked[-1]


def answer_of(example: Example) -> str:
    """What the model shall learn to say; "" when the last turn is not the assistant's."""
    last = example.turns[-1] if example.turns else None
    return last.content if last and last.role == ASSISTANT else ""


def has_passages(prompt: str) -> bool:
    """Whether a user's turn has passages, as answering writes them."""
    return prompt.startswith("<passage ")


def turns_of(prompt: Sequence[BaseMessage], answer: str) -> tuple[Turn, ...]:
    """The turns of a prompt and the answer to it."""
    asked = (Turn(ROLES.get(turn.type, USER), str(turn.text)) for turn in prompt)
    return (*asked, Turn(ASSISTANT, answer))


def new_example(
    set_id: str,
    origin: Origin,
    turns: Sequence[Turn],
    *,
    state: ExampleState = ExampleState.WAITING,
    **lineage: Any,
) -> Example:
    """An example with an id of its own, made now; `lineage` are further fields of it."""
    return Example(
        id=uuid.uuid4().hex,
        set_id=set_id,
        origin=origin,
        state=state,
        turns=tuple(turns),
        created_at=datetime.now(UTC),
        **lineage,
    )
