"""The process that downloads one model from the hub, its name on the command line; messages as JSON
lines on standard output.

A process can be ended at any moment, also while it waits for the network; `hub.py` is the other
side. It ends when its standard input does, because somebody cancelled or the process that started
it is gone, and then removes the files it had not completed, which nothing could go on with.
"""

import json
import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import constants, snapshot_download
from huggingface_hub.errors import (
    DryRunError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.utils.tqdm import tqdm

from assistant.errors import ModelUnavailable
from assistant.models.hub import HUB_FILES
from assistant.sentences import shorten

BAR = "huggingface_hub.snapshot_download"  # the library's name for the bytes written to disk
INTERVAL = 0.2  # seconds between messages
SPARE = 500_000_000  # bytes to leave on the disk

_output = os.fdopen(os.dup(1), "wb")


class Progress(tqdm):
    """Tells how far the download is, in place of a bar on the terminal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._counts = kwargs.get("name") == BAR
        self._told = 0.0
        quiet = {"disable": False, "file": sys.stderr, "delay": 1e9}
        super().__init__(*args, **{**kwargs, **quiet})  # type: ignore[no-untyped-call]

    def update(self, n: float | None = 1) -> bool | None:
        drawn: bool | None = super().update(n)
        if self._counts and time.monotonic() - self._told > INTERVAL:
            self._told = time.monotonic()
            _send({"written": int(self.n)})
        return drawn


def main() -> int:
    """Download; the last message is {"done": true} or {"failed": sentence}."""
    name = sys.argv[1]
    os.dup2(2, 1)  # nothing a library prints may come between the messages
    blobs = Path(constants.HF_HUB_CACHE, repo_folder_name(repo_id=name, repo_type="model"), "blobs")
    threading.Thread(target=_end_with_input, args=(blobs, _unfinished(blobs)), daemon=True).start()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        _download(name)
        _send({"done": True})
    except Exception as error:
        if not isinstance(error, ModelUnavailable):
            logging.exception("the download of %s failed", name)
        _send({"failed": _sentence(error, name)})
    return 0


def _download(name: str) -> None:
    files = snapshot_download(name, dry_run=True, tqdm_class=Progress, **HUB_FILES)
    names = {file.filename for file in files}
    if "config.json" not in names or not any(name.endswith(".safetensors") for name in names):
        raise ModelUnavailable(
            f"{name} is not a model that can be used here: it needs a config.json and weights in "
            "the safetensors format."
        )
    total = sum(file.file_size or 0 for file in files if file.will_download)
    _check_disk(name, total)
    _send({"total": total})
    snapshot_download(name, tqdm_class=Progress, **HUB_FILES)


def _check_disk(name: str, needed: int) -> None:
    folder = Path(constants.HF_HUB_CACHE)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if needed + SPARE > free:
        raise ModelUnavailable(
            f"{name} needs {needed / 1e9:.1f} GB and the disk of {folder} has {free / 1e9:.1f} GB "
            "left; make room there, or set HF_HOME to a folder on another disk."
        )


def _sentence(error: Exception, name: str) -> str:
    """What went wrong, for people."""
    hub = constants.ENDPOINT.partition("://")[2]
    unlisted = isinstance(error, DryRunError)
    if unlisted and isinstance(error.__cause__, Exception):
        error = error.__cause__
    match error:
        case ModelUnavailable():
            return str(error)
        case OfflineModeIsEnabled():
            return "Downloads are switched off here: HF_HUB_OFFLINE is set; use a folder instead."
        case GatedRepoError():
            return (
                f"{name} is only for those who accepted its terms: accept them on {hub}, and start "
                "Openbook with your token in HF_TOKEN."
            )
        case RepositoryNotFoundError() | HFValidationError():
            return f"There is no model {name} on {hub}, or it is private; check its name."
        case HfHubHTTPError():
            return f"{hub} refused to send {name} (status {error.response.status_code})."
        case OSError(errno=int(), strerror=str(reason)):
            return f"{name} cannot be kept on the disk ({reason})."
    if unlisted:
        return (
            f"{hub} cannot be reached; check the network connection, or copy the model's folder "
            "to this machine and add that."
        )
    reason = shorten(str(error), 150).rstrip(".") or type(error).__name__
    return f"The download of {name} broke off ({reason}); try again."


def _send(message: Mapping[str, Any]) -> None:
    _output.write(json.dumps(message).encode() + b"\n")
    _output.flush()


def _end_with_input(blobs: Path, before: set[Path]) -> None:
    while os.read(0, 4096):
        pass
    for file in _unfinished(blobs) - before:
        file.unlink(missing_ok=True)
    os._exit(1)


def _unfinished(blobs: Path) -> set[Path]:
    """Files of a model that are being downloaded, or whose download was killed."""
    return set(blobs.glob("*.incomplete"))


if __name__ == "__main__":
    sys.exit(main())
