"""How a run tells what it is doing and hears that it should stop."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from assistant.errors import JobCancelled


def _ignore(stage: str, done: int, total: int) -> None:
    """Nobody is told."""


@dataclass
class Progress:
    """`report` gets a stage, so much done of it and its total; `seconds` is what stages took,
    each without those within it."""

    report: Callable[[str, int, int], None]
    cancelled: Callable[[], bool]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started, others = time.perf_counter(), sum(self.seconds.values())
        self.report(name, 0, 0)
        try:
            yield
        finally:
            within = sum(self.seconds.values()) - others
            took = time.perf_counter() - started - within
            self.seconds[name] = self.seconds.get(name, 0.0) + took

    def quietly(self) -> "Progress":
        """The same for what is done beside a stage that stays the one reported."""
        return replace(self, report=_ignore)

    def check(self) -> None:
        if self.cancelled():
            raise JobCancelled("Cancelled.")

    def telling(self, stage: str) -> Callable[[int, int], None]:
        """Reports that so much of a total is done in a stage, and raises JobCancelled when it
        should stop."""

        def tell(done: int, total: int) -> None:
            self.check()
            self.report(stage, done, total)

        return tell
