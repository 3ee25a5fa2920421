"""An answer in the making: it runs in its own thread and any number of readers can follow it.

Closing a page loses nothing: the answer is finished and kept, and a reader that comes back hears
it from the beginning.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

from store.answer_records import Message, MessageState


@dataclass(frozen=True)
class Stage:
    """A step of answering; `milliseconds` is set once it is done."""

    name: str
    done: bool
    milliseconds: float


class Answer:
    """What the asker and the readers share. Iterating yields text until the answer is done."""

    def __init__(self, question: str, message: Message) -> None:
        self.question = question
        self.message_id = message.id
        self.conversation_id = message.conversation_id
        self._message = message
        self._pieces: list[str] = []
        self._stages: dict[str, Stage] = {}
        self.ahead = 0  # answers that the same model writes first
        self._changed = threading.Condition()
        self._stop = threading.Event()

    def __iter__(self) -> Iterator[str]:
        read = 0
        while True:
            pieces, finished = self._after(read)
            yield from pieces
            read += len(pieces)
            if finished:
                return

    def _after(self, read: int) -> tuple[list[str], bool]:
        """The pieces after the first `read`, waited for, and whether they are the last."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._pieces) > read or self.done)
            return self._pieces[read:], self.done

    @property
    def text(self) -> str:
        """What was written so far."""
        with self._changed:
            return "".join(self._pieces)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The steps begun so far, in order."""
        with self._changed:
            return tuple(self._stages.values())

    @property
    def done(self) -> bool:
        return self._message.state is not MessageState.RUNNING

    @property
    def stopped(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask it to stop; what was written is kept."""
        self._stop.set()

    def message(self) -> Message:
        """The message as it stands now."""
        with self._changed:
            if self.done:
                return self._message
            return replace(self._message, text="".join(self._pieces))

    def wait(self, timeout: float | None = None) -> Message:
        """The message once it is done, or as it stands when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self.done, timeout)
        return self.message()

    def write(self, piece: str) -> None:
        """Add text; for the asker."""
        with self._changed:
            self._pieces.append(piece)
            self._changed.notify_all()

    def note_stage(self, name: str, milliseconds: float | None) -> None:
        """Tell that a step began (None) or ended; for the asker."""
        with self._changed:
            self._stages[name] = Stage(name, milliseconds is not None, milliseconds or 0.0)
            self._changed.notify_all()

    def note_place(self, ahead: int) -> None:
        """Tell how many answers the same model writes first; for the asker."""
        self.ahead = ahead

    def finish(self, message: Message) -> None:
        """Set the final message, already kept, and let every reader go; for the asker."""
        with self._changed:
            self._message = message
            self._changed.notify_all()
