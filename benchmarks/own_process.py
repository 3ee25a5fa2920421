"""Measuring in a process of its own, so that no stack holds what another one loaded."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil  # type: ignore[import-untyped]

SECONDS_BETWEEN_LOOKS = 0.2


@dataclass
class Peak:
    """The most memory that this process and those it started held together, in MB of 10^6 bytes;
    what they share counts once for each."""

    megabytes: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Look while a block runs."""
        done = threading.Event()

        def look() -> None:
            while not done.wait(SECONDS_BETWEEN_LOOKS):
                self.megabytes = max(self.megabytes, megabytes())

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        try:
            yield
        finally:
            done.set()
            looking.join()
            self.megabytes = max(self.megabytes, megabytes())


def alone(measure: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What a function returns that runs in a process of its own."""
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawned) as pool:
        return pool.submit(measure, *given, **named).result()


def megabytes() -> float:
    """What this process and those it started hold in memory, in MB of 10^6 bytes."""
    own = psutil.Process()
    return sum(map(_held, (own, *own.children(recursive=True)))) / 1_000_000


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:  # it ended between the list and the look
        return 0
