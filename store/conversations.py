"""Conversations, their messages and the thumbs people gave."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, or_, select, update

from store.answer_records import Conversation, Feedback, Message, MessageState
from store.database import Database
from store.errors import NotFound
from store.examples import Source, erase_made_from
from store.page_names import place
from store.serialization import from_json, to_json
from store.tables import conversations, feedback, messages

NO_CONVERSATION = "This conversation no longer exists."


class Conversations:
    """All conversations of one data directory."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(self, kb: str, title: str = "") -> Conversation:
        now = datetime.now(UTC)
        made = Conversation(uuid.uuid4().hex, title or "New conversation", kb, now, now)
        with self._db.begin() as connection:
            connection.execute(insert(conversations).values(dataclasses.asdict(made)))
        return made

    def get(self, conversation_id: str) -> Conversation:
        """Raises NotFound."""
        query = select(conversations).where(conversations.c.id == conversation_id)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound(NO_CONVERSATION)
        return Conversation(**row._asdict())

    def list(self, search: str = "", kb: str | None = None) -> Sequence[Conversation]:
        """Conversations whose title or messages contain `search`, last used first."""
        query = select(conversations).order_by(conversations.c.updated_at.desc())
        if kb is not None:
            query = query.where(conversations.c.kb == kb)
        if words := search.strip():
            spoken = exists().where(
                messages.c.conversation_id == conversations.c.id,
                messages.c.text.icontains(words, autoescape=True),
            )
            titled = conversations.c.title.icontains(words, autoescape=True)
            query = query.where(or_(titled, spoken))
        with self._db.read() as connection:
            return [Conversation(**row._asdict()) for row in connection.execute(query)]

    def rename(self, conversation_id: str, title: str) -> None:
        with self._db.begin() as connection:
            connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation_id)
                .values(title=title)
            )

    def remove(self, conversation_id: str) -> None:
        """Delete a conversation with its messages and thumbs, and the examples made from it."""
        its_messages = select(messages.c.id).where(messages.c.conversation_id == conversation_id)
        with self._db.begin() as connection:
            connection.execute(delete(feedback).where(feedback.c.message_id.in_(its_messages)))
            connection.execute(
                delete(messages).where(messages.c.conversation_id == conversation_id)
            )
            connection.execute(delete(conversations).where(conversations.c.id == conversation_id))
            erase_made_from(connection, Source.CONVERSATION, conversation_id)

    def choose(self, conversation_id: str, choices: Mapping[str, Any]) -> None:
        """Exchange some of the conversation's choices and keep the others. Raises NotFound."""
        with self._db.begin() as connection:
            kept = _choices(connection, conversation_id)
            _set_choices(connection, conversation_id, {**kept, **choices})

    def take(self, conversation_id: str, name: str) -> Any:
        """Remove one of the conversation's choices and return it: of all who try, one gets it and
        the others None. Raises NotFound."""
        with self._db.begin() as connection:
            choices = _choices(connection, conversation_id)
            taken = choices.pop(name, None)
            _set_choices(connection, conversation_id, choices)
        return taken

    def add_message(self, message: Message, *, after: str | None = None) -> Message:
        """Put a message at the end of its conversation, or right after another. Raises NotFound."""
        self.get(message.conversation_id)
        here = messages.c.conversation_id == message.conversation_id
        before = select(func.coalesce(func.max(messages.c.position), 0)).where(here)
        if after is not None:
            before = before.where(messages.c.id == after)
        with self._db.begin() as connection:
            position = (connection.scalar(before) or 0) + 1
            connection.execute(
                update(messages)
                .where(here, messages.c.position >= position)
                .values(position=messages.c.position + 1)
            )
            connection.execute(insert(messages).values(position=position, **_row(message)))
            connection.execute(
                update(conversations)
                .where(conversations.c.id == message.conversation_id)
                .values(updated_at=message.created_at)
            )
        return message

    def set_message(self, message: Message) -> None:
        """Overwrite a message; one that was deleted meanwhile stays deleted."""
        with self._db.begin() as connection:
            connection.execute(
                update(messages).where(messages.c.id == message.id).values(_row(message))
            )

    def message(self, message_id: str) -> Message:
        """Raises NotFound."""
        with self._db.read() as connection:
            row = connection.execute(select(messages).where(messages.c.id == message_id)).first()
        if row is None:
            raise NotFound("This message no longer exists.")
        return _message(row)

    def messages(self, conversation_id: str) -> Sequence[Message]:
        """The messages of a conversation in order."""
        query = (
            select(messages)
            .where(messages.c.conversation_id == conversation_id)
            .order_by(messages.c.position)
        )
        with self._db.read() as connection:
            return [_message(row) for row in connection.execute(query)]

    def fail_running(self, reason: str) -> int:
        """Mark answers that a stopped process left unfinished; returns how many."""
        query = select(messages).where(messages.c.state == MessageState.RUNNING)
        with self._db.read() as connection:
            left = [_message(row) for row in connection.execute(query)]
        for message in left:
            self.set_message(dataclasses.replace(message, state=MessageState.FAILED, error=reason))
        return len(left)

    def set_feedback(self, message_id: str, helpful: bool, reason: str) -> None:
        """Keep the thumb on an answer; a later one replaces it. Raises NotFound."""
        self.message(message_id)
        given = Feedback(message_id, helpful, reason, datetime.now(UTC))
        with self._db.begin() as connection:
            connection.execute(delete(feedback).where(feedback.c.message_id == message_id))
            connection.execute(insert(feedback).values(dataclasses.asdict(given)))

    def remove_feedback(self, message_id: str) -> None:
        """Take back the thumb on an answer with its reason, if there is one."""
        with self._db.begin() as connection:
            connection.execute(delete(feedback).where(feedback.c.message_id == message_id))

    def feedback(self, message_id: str) -> Feedback | None:
        query = select(feedback).where(feedback.c.message_id == message_id)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return Feedback(**row._asdict()) if row else None

    def thumbs(self, conversation_id: str) -> Mapping[str, Feedback]:
        """The thumbs on a conversation's answers, by message."""
        its_messages = select(messages.c.id).where(messages.c.conversation_id == conversation_id)
        query = select(feedback).where(feedback.c.message_id.in_(its_messages))
        with self._db.read() as connection:
            return {row.message_id: Feedback(**row._asdict()) for row in connection.execute(query)}

    def export(self, conversation_id: str) -> str:
        """The conversation as Markdown, with the sources of every answer."""
        conversation = self.get(conversation_id)
        parts = [f"# {conversation.title}"]
        parts += [_exported(message) for message in self.messages(conversation_id)]
        return "\n\n".join(parts) + "\n"


def _choices(connection: Connection, conversation_id: str) -> dict[str, Any]:
    query = select(conversations.c.choices).where(conversations.c.id == conversation_id)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(NO_CONVERSATION)
    return dict(row.choices)


def _set_choices(connection: Connection, conversation_id: str, choices: Mapping[str, Any]) -> None:
    connection.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(choices=choices)
    )


def _exported(message: Message) -> str:
    if message.role == "user":
        return f"## {message.text}"
    lines = [message.text or message.error]
    for citation in message.citations:
        where = place(citation.document, citation.page, citation.label)
        lines.append(f"[{citation.marker}] {where}: “{citation.quote}”")
    if message.model:
        lines.append(f"({message.model}, {'with' if message.retrieval else 'without'} retrieval)")
    return "\n\n".join(lines)


def _row(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        "state": message.state,
        "text": message.text,
        "record": to_json(message),
    }


def _message(row: Row[Any]) -> Message:
    return from_json(Message, row.record)
