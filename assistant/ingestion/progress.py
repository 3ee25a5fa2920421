"""How a run tells what it is doing and hears that it should stop."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from assistant.errors import JobCancelled


@dataclass
class Progress:
    """`report` gets a stage, so much done of it and its total; `seconds` is what stages took."""

    report: Callable[[str, int, int], None]
    cancelled: Callable[[], bool]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        self.report(name, 0, 0)
        try:
            yield
        finally:
            self.seconds[name] = time.perf_counter() - started

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
