"""The other side of `reading_worker.py`: starts the process that reads PDFs, asks it and ends it.

A bad file may kill it. After a file that it read to its end it waits a few seconds for the next
one, since a start takes as long as some ten pages.
"""

import contextlib
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from assistant.errors import JobCancelled, UnreadableFile
from assistant.settings import Settings

log = logging.getLogger(__name__)

Message = dict[str, Any]

STUCK = 10  # times the seconds of a page, after which even a reader that did not work is ended
WORN = 500  # pages, after which a process that may have grown is not used again
_ROOT = Path(__file__).resolve().parents[2]
_TICK = 0.2
_OUT_OF_MEMORY = (
    "MemoryError", "bad_alloc", "out of memory", "Memory allocation", "Cannot allocate memory",
    "failed to map segment", "Resource temporarily unavailable",
)  # fmt: skip


class PdfReader:
    """Has PDFs read, one at a time, each by a process that no file killed before."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._spare: _Process | None = None

    def messages(
        self, request: Mapping[str, Any], cancelled: Callable[[], bool]
    ) -> Generator[Message, None, None]:
        """What is told of one file, page by page; the last message is `done`, `refused` or
        `memory`. Raises UnreadableFile or JobCancelled."""
        process, self._spare = self._spare, None
        if process:
            heard = False
            for message in self._told(process, request, cancelled):
                heard = True
                yield message
            if heard:
                return
        yield from self._told(_Process(), request, cancelled, fresh=True)

    def close(self) -> None:
        """Leave no process behind."""
        if self._spare:
            self._spare.end()
        self._spare = None

    def _told(
        self,
        process: "_Process",
        request: Mapping[str, Any],
        cancelled: Callable[[], bool],
        *,
        fresh: bool = False,
    ) -> Iterator[Message]:
        """The same by a certain process; nothing when that was gone and is not `fresh`."""
        try:
            process.ask(request)
            heard = fresh
            for message in process.told(request["name"], self._settings, cancelled):
                heard = True
                yield message
                if not message.keys().isdisjoint({"done", "refused", "memory"}):
                    if "done" in message and process.pages < WORN:
                        self._spare = process
                    return
            if heard:
                raise UnreadableFile(process.why_it_ended(request["name"], self._settings))
        finally:
            if self._spare is not process:
                process.end()


class _Process:
    """One process, and how many pages it has read."""

    def __init__(self) -> None:
        self.pages = 0
        self._complaints = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "assistant.ingestion.reading_worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints,
            cwd=_ROOT, start_new_session=True,
        )  # fmt: skip

    def ask(self, request: Mapping[str, Any]) -> None:
        """Have it read a file; one that is gone says so by telling nothing."""
        assert self._process.stdin is not None
        self._complaints.seek(0)  # where it goes on writing, too
        self._complaints.truncate()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()

    def told(
        self, name: str, settings: Settings, cancelled: Callable[[], bool]
    ) -> Iterator[Message]:
        """JSON lines as they come; raises when the person cancels or a page takes too long."""
        output = self._process.stdout
        assert output is not None
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            pieces: list[bytes] = []
            heard, worked = time.monotonic(), self._worked()
            while True:
                if cancelled():
                    raise JobCancelled(f"Reading {name} was cancelled.")
                if not selector.select(_TICK):
                    waited, limit = time.monotonic() - heard, settings.page_seconds
                    # what it worked counts: it may have to wait for whoever asks
                    if waited > limit and (
                        waited > STUCK * limit or self._worked() - worked > limit
                    ):
                        raise UnreadableFile(
                            f"{name} has a page that takes longer than {limit} seconds "
                            "to read; save the file again or leave the page out."
                        )
                    continue
                content = os.read(output.fileno(), 1 << 18)
                if not content:
                    return
                *lines, rest = content.split(b"\n")
                for line in lines:
                    message = json.loads(b"".join(pieces) + line)
                    self.pages += "page" in message
                    yield message
                    pieces = []
                pieces.append(rest)
                heard, worked = time.monotonic(), self._worked()

    def why_it_ended(self, name: str, settings: Settings) -> str:
        """What to tell when it ended before it was done."""
        status = self._process.wait()
        self._complaints.seek(0, os.SEEK_END)
        self._complaints.seek(max(0, self._complaints.tell() - 4000))
        said = self._complaints.read().decode("utf-8", "replace")
        log.error("the process that read %s ended early with status %d: %s", name, status, said)
        if status == -signal.SIGKILL or any(sign in said for sign in _OUT_OF_MEMORY):
            return memory_sentence(name, settings)
        return f"{name} is damaged in a way that stops the reader; save it again and retry."

    def end(self) -> None:
        """Leave no process and no descriptor behind."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._process.wait()
        self._complaints.close()

    def _worked(self) -> float:
        """The seconds that processors worked for it; 0 when it is gone."""
        try:
            times = psutil.Process(self._process.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)


def memory_sentence(name: str, settings: Settings) -> str:
    """What to tell of a file that needs too much memory."""
    return (
        f"{name} needs more than {settings.reader_megabytes} MB of memory to read; "
        "split it into smaller files or raise OPENBOOK_READER_MEGABYTES."
    )
