"""The data directory and the one process that owns it."""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from store.errors import HomeInUse, StoreDamaged

PATIENCE = 2.0  # seconds


class Home:
    """A claimed data directory; embedded Chroma allows one process, so there is one owner."""

    def __init__(self, folder: Path, *, role: str) -> None:
        """Claim the folder (made if missing). Raises HomeInUse or StoreDamaged.

        `role` is how other processes will name this one, as in "the Openbook app".
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # a process that was killed may leave one behind that it was just about to start, which
            # holds the lock until it begins
            self._lock = FileLock(folder / "owner.lock", timeout=PATIENCE, thread_local=False)
            self._lock.acquire()
        except Timeout:
            raise HomeInUse(_held(folder)) from None
        except OSError as error:
            raise StoreDamaged(
                f"The data directory {folder} cannot be used ({error.strerror}); "
                "choose another with OPENBOOK_HOME or --home."
            ) from error
        self.folder = folder
        owner = {"pid": os.getpid(), "role": role, "since": datetime.now().isoformat()}
        (folder / "owner.json").write_text(json.dumps(owner))

    def release(self) -> None:
        (self.folder / "owner.json").unlink(missing_ok=True)
        self._lock.release()


def _held(folder: Path) -> str:
    owner = _owner(folder)
    who = f"{owner['role']} (process {owner['pid']})" if owner else "another process"
    return (
        f"The library in {folder} is in use by {who}; "
        "stop it first, or use another data directory with --home."
    )


def _owner(folder: Path) -> Mapping[str, Any] | None:
    """Who wrote itself down as owner; None when that one is gone and its successor unknown."""
    try:
        owner: Mapping[str, Any] = json.loads((folder / "owner.json").read_text())
        os.kill(owner["pid"], 0)
    except PermissionError:  # alive, and of another user
        return owner
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return owner
