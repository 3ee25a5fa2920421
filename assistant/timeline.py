"""Times the stages of an answer."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from store.answer_records import Span


class Timeline:
    """Collects spans, in milliseconds since it was made, and tells a listener of each."""

    def __init__(self, listener: Callable[[str, float | None], None] | None = None) -> None:
        """`listener(name, None)` when a stage begins, `listener(name, milliseconds)` at its end."""
        self._origin = time.perf_counter()
        self._listener = listener or (lambda name, milliseconds: None)
        self.spans: list[Span] = []

    @contextmanager
    def span(self, name: str) -> Iterator[dict[str, Any]]:
        """Time a stage; what is put into the dict becomes the span's attributes."""
        started, attributes = self.now(), dict[str, Any]()
        self._listener(name, None)
        try:
            yield attributes
        finally:
            took = self.now() - started
            self.spans.append(Span(name, round(started, 2), round(took, 2), attributes))
            self._listener(name, took)

    def now(self) -> float:
        """Milliseconds since the timeline was made."""
        return (time.perf_counter() - self._origin) * 1000
