"""Takes questions, answers each in a thread of its own, and keeps what came of it."""

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from assistant.answering import recording
from assistant.answering.answer import Answer
from assistant.answering.line import Line
from assistant.answering.run import Run
from assistant.errors import AssistantError, BadInput
from assistant.models.catalog import ModelEntry
from assistant.sentences import shorten
from assistant.settings import Settings
from assistant.timeline import Timeline
from store.answer_records import Message, MessageState
from store.errors import NotFound, StoreError
from store.store import Store

log = logging.getLogger(__name__)

TITLE_CHARACTERS = 60
FAULT = "The answer failed because of a fault in Openbook; its log has the details."


class Asker:
    """Answers questions over one store; any number at a time."""

    def __init__(self, store: Store, line: Line, settings: Settings) -> None:
        self._store = store
        self._line = line
        self._settings = settings
        self._running: dict[str, Answer] = {}
        self._threads: set[threading.Thread] = set()

    def ask(
        self,
        question: str,
        *,
        model: ModelEntry,
        kb: str,
        conversation_id: str | None = None,
        retrieval: bool = True,
    ) -> Answer:
        """Start an answer; both messages are kept from now on. Raises BadInput or NotFound."""
        question = checked_question(question, self._settings)
        asked = self._open_question(question, conversation_id, kb)
        return self._start(asked, asked, model=model, kb=kb, retrieval=retrieval)

    def answer_again(self, message_id: str, *, model: ModelEntry, retrieval: bool = True) -> Answer:
        """Answer the question of an answer once more, below the answers it has. Raises NotFound."""
        given = self._store.conversations.message(message_id)
        kb = self._store.conversations.get(given.conversation_id).kb
        asked, last = self._turn_of(given)
        return self._start(asked, last, model=model, kb=kb, retrieval=retrieval)

    def _start(
        self, asked: Message, after: Message, *, model: ModelEntry, kb: str, retrieval: bool
    ) -> Answer:
        """Answer a question that is kept, in a message right after another one."""
        message = Message(
            id=uuid.uuid4().hex,
            conversation_id=asked.conversation_id,
            role="assistant",
            text="",
            created_at=datetime.now(UTC),
            state=MessageState.RUNNING,
            model=model.name,
            retrieval=retrieval,
        )
        self._store.conversations.add_message(message, after=after.id)
        answer = Answer(asked.text, message)
        run = Run(answer, message, model, kb, retrieval, Timeline(answer.note_stage))
        self._running[message.id] = answer
        thread = threading.Thread(target=self._answer, args=(run,), name="answer", daemon=True)
        self._threads.add(thread)
        thread.start()
        return answer

    def running(self, message_id: str) -> Answer | None:
        """The answer while it is being made."""
        return self._running.get(message_id)

    def close(self) -> None:
        """Stop every running answer and wait until what it wrote is kept."""
        for answer in list(self._running.values()):
            answer.stop()
        for thread in list(self._threads):
            thread.join(timeout=10)

    def _open_question(self, question: str, conversation_id: str | None, kb: str) -> Message:
        """Keep a question at the end of its conversation, or in a new one. Raises NotFound."""
        conversations = self._store.conversations
        title = shorten(question, TITLE_CHARACTERS)
        if conversation_id is None:
            conversation_id = conversations.create(kb, title).id
        elif not conversations.messages(conversation_id):
            conversations.rename(conversation_id, title)
        return conversations.add_message(
            Message(uuid.uuid4().hex, conversation_id, "user", question, datetime.now(UTC))
        )

    def _turn_of(self, answer: Message) -> tuple[Message, Message]:
        """The question that an answer answers, and the last of its answers. Raises NotFound."""
        asked: Message | None = None
        last: Message | None = None
        for message in self._store.conversations.messages(answer.conversation_id):
            if message.role == "user":
                if last is not None:
                    break
                asked = message
            elif message.id == answer.id or last is not None:
                last = message
        if asked is None or last is None:
            raise NotFound("The question of this answer no longer exists.")
        return asked, last

    def _answer(self, run: Run) -> None:
        message = attempt(self._line.answer, run)
        try:
            run.answer.finish(self._keep(run, message))
        except Exception:
            log.exception("an answer could not be kept")
            run.answer.finish(failed(run, FAULT))
        finally:
            self._running.pop(message.id, None)
            self._threads.discard(threading.current_thread())

    def _keep(self, run: Run, message: Message) -> Message:
        version = self._store.documents.version(run.kb)
        trace = recording.trace_of(run, message, kb_version=version, settings=self._settings)
        self._store.traces.add(trace)
        kept = replace(message, trace_id=trace.id, milliseconds=recording.times(run))
        self._store.conversations.set_message(kept)
        return kept


def checked_question(question: str, settings: Settings) -> str:
    """The question without what cannot be asked. Raises BadInput when nothing is left or it is too
    long."""
    question = question.replace("\x00", "").strip()
    limit = settings.question_characters
    if not question:
        raise BadInput("The question is empty; type what you want to know.")
    if len(question) > limit:
        raise BadInput(
            f"The question has {len(question):,} characters; the most is {limit:,}. "
            "Shorten it, or add the long text as a document and ask about it."
        )
    return question


def attempt(answer: Callable[[Run], Message], run: Run) -> Message:
    """What `answer` makes of the run, or a failed message with the reason."""
    try:
        return answer(run)
    except (AssistantError, StoreError) as error:
        return failed(run, str(error))
    except Exception:
        log.exception("answering failed")
        return failed(run, FAULT)


def failed(run: Run, reason: str) -> Message:
    """The message of a run that did not succeed, with what was written until then."""
    return replace(
        run.message,
        text=run.answer.text,
        state=MessageState.FAILED,
        error=reason,
        rewritten=run.rewritten,
    )
