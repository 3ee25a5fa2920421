"""The original files, kept by the SHA-256 of their bytes; names people give never become paths."""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from store.errors import NotFound

BLOCK = 1 << 20


class TooLarge(Exception):
    "More bytes than the caller allows."


class Received(NamedTuple):
    """A file that has come in and is not kept yet."""

    path: Path
    sha256: str
    size: int


class Files:
    """A folder of files by content; each is whole or absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"
        self.incoming.mkdir(parents=True, exist_ok=True)
        for left_over in self.incoming.iterdir():
            left_over.unlink()

    def receive(self, data: bytes | BinaryIO | Path, *, limit: int) -> Received:
        """Copy a file in, to be kept or discarded next. Raises TooLarge above `limit` bytes."""
        if isinstance(data, Path):
            if data.stat().st_size > limit:
                raise TooLarge
            with data.open("rb") as stream:
                return self._copy(stream, limit)
        return self._copy(io.BytesIO(data) if isinstance(data, bytes) else data, limit)

    def keep(self, received: Received) -> None:
        """Put a received file in its place."""
        place = self._place(received.sha256)
        place.parent.mkdir(exist_ok=True)
        os.replace(received.path, place)
        _to_disk(place.parent)
        _to_disk(self.folder)

    def has(self, sha256: str) -> bool:
        return self._place(sha256).exists()

    def path(self, sha256: str) -> Path:
        """Where the file lies. Raises NotFound."""
        path = self._place(sha256)
        if not path.exists():
            raise NotFound("The original file is no longer kept.")
        return path

    def keep_unlocked(self, copy: Path, sha256: str) -> None:
        """Move a copy that opens without a password into its place beside the file."""
        os.replace(copy, self._unlocked(sha256))

    def readable(self, sha256: str) -> Path:
        """The file as it can be opened without a password. Raises NotFound."""
        unlocked = self._unlocked(sha256)
        return unlocked if unlocked.exists() else self.path(sha256)

    def remove(self, sha256: str) -> None:
        """Delete the file and its readable copy; absent is fine."""
        self._unlocked(sha256).unlink(missing_ok=True)
        self._place(sha256).unlink(missing_ok=True)

    def remove_all_but(self, wanted: Iterable[str]) -> int:
        """Delete every file whose SHA-256 is not wanted; returns how many went."""
        keep = set(wanted)
        stray = [p for p in self.folder.glob("??/*") if p.name.split(".")[0] not in keep]
        for path in stray:
            path.unlink()
        return len(stray)

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def _unlocked(self, sha256: str) -> Path:
        return self._place(sha256).with_suffix(".unlocked")

    def _copy(self, stream: BinaryIO, limit: int) -> Received:
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.incoming)
        try:
            with os.fdopen(handle, "wb") as target:
                while block := stream.read(BLOCK):
                    size += len(block)
                    if size > limit:
                        raise TooLarge
                    digest.update(block)
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Received(Path(name), digest.hexdigest(), size)


def _to_disk(folder: Path) -> None:
    """Make the names in a folder survive a pulled plug."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
