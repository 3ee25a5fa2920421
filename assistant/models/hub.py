"""Downloads of models from the hub: begun by a person, followed and cancelled by anybody.

Each runs in a process of its own (hub_worker.py). They are not kept over a restart; files that were
complete stay on the disk, and the next download of the same model takes up the others.
"""

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant.errors import BadInput

log = logging.getLogger(__name__)

# Of a model on the hub, what is needed here: not the same weights again for other programs.
HUB_FILES: dict[str, Any] = {
    "allow_patterns": ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja"],
    "ignore_patterns": ["*/*", "consolidated*"],
}
NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
FAULT = "The download ended early because of a fault; the log of Openbook has the details."
_ROOT = Path(__file__).resolve().parents[2]


class DownloadState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Download:
    """How far a download is: bytes written since it began, of `total`, which is 0 until known.
    `reason` is one sentence when it failed, `began` a time of time.monotonic()."""

    name: str
    began: float
    state: DownloadState = DownloadState.RUNNING
    written: int = 0
    total: int = 0
    reason: str = ""

    @property
    def running(self) -> bool:
        return self.state is DownloadState.RUNNING

    @property
    def seconds_left(self) -> float | None:
        """An estimate; None while there is nothing to go by."""
        passed = time.monotonic() - self.began
        if not self.running or not 0 < self.written <= self.total:
            return None
        return (self.total - self.written) * passed / self.written


class Downloads:
    """The downloads of this process. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[str, Download] = {}
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._threads: list[threading.Thread] = []

    def start(self, name: str) -> Download:
        """Download a model in the background; one that is under way goes on. Raises BadInput."""
        checked_hub_name(name)
        with self._lock:
            known = self._all.get(name)
            if known and known.running:
                return known
            download = self._all[name] = Download(name, time.monotonic())
            worker = self._workers[name] = subprocess.Popen(
                [sys.executable, "-m", "assistant.models.hub_worker", name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=_ROOT,
                env={**os.environ, "HF_HUB_DISABLE_TELEMETRY": "1"},
            )
            thread = threading.Thread(target=self._follow, args=(name, worker), daemon=True)
            self._threads.append(thread)
            thread.start()
        return download

    def get(self, name: str) -> Download | None:
        """The last download of a model; None when there was none."""
        return self._all.get(name)

    def list(self) -> Sequence[Download]:
        """All that were begun and not dismissed, oldest first."""
        with self._lock:
            return list(self._all.values())

    def cancel(self, name: str) -> None:
        """Stop a download; files that are complete stay for the next one."""
        with self._lock:
            if worker := self._workers.get(name):
                self._end(name, DownloadState.CANCELLED)
                assert worker.stdin is not None
                worker.stdin.close()  # it then removes what is incomplete, and ends

    def dismiss(self, name: str) -> None:
        """Forget a download that has ended."""
        with self._lock:
            if name in self._all and not self._all[name].running:
                del self._all[name]

    def close(self) -> None:
        """Stop all downloads and wait until their processes are gone."""
        for download in self.list():
            self.cancel(download.name)
        for thread in self._threads:
            thread.join()

    def _follow(self, name: str, worker: "subprocess.Popen[bytes]") -> None:
        """Note what the worker says until it ends."""
        said: list[bytes] = []
        assert worker.stdout is not None and worker.stderr is not None
        errors = threading.Thread(target=said.extend, args=(worker.stderr,), daemon=True)
        errors.start()
        with worker:
            for line in worker.stdout:
                self._note(name, worker, json.loads(line))
            errors.join()
        if self._note(name, worker, {"failed": FAULT}):
            log.error("the download of %s ended early: %s", name, b"".join(said)[-4000:].decode())

    def _note(self, name: str, worker: "subprocess.Popen[bytes]", message: dict[str, Any]) -> bool:
        """Take in a message of a worker; False when nobody waits for it any more."""
        with self._lock:
            if self._workers.get(name) is not worker:
                return False
            if "failed" in message:
                self._end(name, DownloadState.FAILED, message["failed"])
            elif "done" in message:
                self._end(name, DownloadState.DONE)
            else:
                self._all[name] = replace(self._all[name], **message)
            return True

    def _end(self, name: str, state: DownloadState, reason: str = "") -> None:
        self._all[name] = replace(self._all[name], state=state, reason=reason)
        del self._workers[name]


def checked_hub_name(name: str) -> str:
    """The name of a model on the hub. Raises BadInput."""
    if not NAME.fullmatch(name) or len(name) > 96 or "--" in name or ".." in name:
        raise BadInput(
            f"{name!r} is not the name of a model on the hub; such names look like Qwen/Qwen3-0.6B."
        )
    return name


def delete_files(name: str) -> None:
    """Delete what was downloaded of a model, for every program on this machine that uses it."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    folder = repo_folder_name(repo_id=checked_hub_name(name), repo_type="model")
    shutil.rmtree(Path(constants.HF_HUB_CACHE, folder), ignore_errors=True)
