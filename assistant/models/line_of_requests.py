"""A line in which requests wait for their turn: one thread works them off in the order they came.

It knows nothing about models; a request is a function that puts out pieces while it runs.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

log = logging.getLogger(__name__)

HEARTBEAT = 0.25  # seconds after which a reader hears that there is nothing new
Piece = TypeVar("Piece")
_END = object()


class Turn(Generic[Piece]):
    """A request in the line. Whoever iterates gets its pieces, None for every HEARTBEAT without
    one, and the error it ended with; to stop iterating stops the request."""

    def __init__(self, line: "LineOfRequests", work: Callable[["Turn[Piece]"], object]) -> None:
        self._line = line
        self._work = work
        self._pieces: SimpleQueue[Piece | object] = SimpleQueue()
        self._stop = threading.Event()
        self._done = threading.Event()
        self._error: Exception | None = None

    def __iter__(self) -> Iterator[Piece | None]:
        try:
            while (piece := self._next()) is not _END:
                yield piece  # type: ignore[misc]  # what is not _END is a piece or None
        finally:
            self.stop()
        if self._error:
            raise self._error

    def _next(self) -> Piece | object | None:
        try:
            return self._pieces.get(timeout=HEARTBEAT)
        except Empty:
            return None

    @property
    def ahead(self) -> int:
        """How many requests are served before this one; 0 once it runs."""
        return self._line.ahead_of(self)

    @property
    def stopped(self) -> bool:
        """Whether nobody wants the rest any more; the work looks at it between two pieces."""
        return self._stop.is_set()

    @property
    def done(self) -> bool:
        """Whether it has come to its end, however that was."""
        return self._done.is_set()

    def stop(self) -> None:
        """Ask the work to end; a request that still waits leaves the line at once."""
        self._stop.set()
        self._line.leave(self)

    def wait(self) -> None:
        """Until it is done, whatever it puts out. Raises the error it ended with."""
        self._done.wait()
        if self._error:
            raise self._error

    def put(self, piece: Piece) -> None:
        """Hand a piece to the reader; for the work."""
        self._pieces.put(piece)

    def run(self) -> Exception | None:
        """Do the work, and return the error it ended with; for the line."""
        try:
            self._work(self)
        except Exception as error:
            return error
        return None

    def end(self, error: Exception | None = None) -> None:
        """No more pieces come; for the line."""
        self._error = error
        self._done.set()
        self._pieces.put(_END)


class LineOfRequests:
    """First come, first served; the thread begins with the first request."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: deque[Turn[Any]] = deque()
        self._running: Turn[Any] | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed: Exception | None = None

    def join(self, work: Callable[[Turn[Piece]], object]) -> Turn[Piece]:
        """Get in line at its end. Raises the reason with which the line was closed."""
        turn = Turn(self, work)
        with self._changed:
            if self._closed:
                raise self._closed
            self._waiting.append(turn)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return turn

    def leave(self, turn: Turn[Any]) -> None:
        """Give up a place in the line; one that runs or is done is not there any more."""
        with self._changed:
            if turn not in self._waiting:
                return
            self._waiting.remove(turn)
        turn.end()

    def ahead_of(self, turn: Turn[Any]) -> int:
        with self._changed:
            if turn not in self._waiting:
                return 0
            return self._waiting.index(turn) + (self._running is not None)

    def close(self, reason: Exception) -> None:
        """Stop what runs and let go what waits; they and later requests end with `reason`."""
        with self._changed:
            self._closed = reason
            waiting, running, thread = list(self._waiting), self._running, self._thread
            self._waiting.clear()
            self._changed.notify_all()
        for turn in waiting:
            turn.end(reason)
        if running:
            running.stop()
        if thread and thread is not threading.current_thread():
            thread.join()

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._running = None
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                turn = self._running = self._waiting.popleft()
            error = turn.run()
            turn.end(error or self._closed)
