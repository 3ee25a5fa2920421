"""Puts right in Chroma's files what Chroma itself does not; knows them only from outside.

Nothing here is needed to read them: vectors can always be made again from the records.
"""

import contextlib
import logging
import os
import shutil
import sqlite3
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "chroma.sqlite3"


def prepare(folder: Path) -> None:
    """Make a folder that Chroma can open: what is damaged goes, and what nothing needs. After a
    failure Chroma would open no other files in their place."""
    if not folder.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(folder / FILE)) as connection:
            _remove_strays(folder, connection)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
            raise
        log.warning("the vectors in %s are made again: %s", folder, error)
        shutil.rmtree(folder)


def remove_strays(folder: Path) -> None:
    """Delete the indexes of deleted collections, which Chroma leaves; nobody may write now."""
    # immutable: closing an ordinary connection would drop the locks that Chroma holds
    address = f"{(folder / FILE).as_uri()}?immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
        _remove_strays(folder, connection)


def wipe_unwritten(folder: Path) -> None:
    """Blank the files of indexes that hold nothing yet.

    Chroma makes them, whenever it opens a collection of less than a thousand vectors, from memory
    it has not cleared, in which text of documents and passwords may stand.
    """
    for header in folder.glob("*/header.bin"):
        fields = header.read_bytes()
        version = int.from_bytes(fields[:4], "little")
        elements = int.from_bytes(fields[20:28], "little")
        if version == 1 and len(fields) == 100 and elements == 0:
            for name in ("data_level0.bin", "length.bin"):
                with header.with_name(name).open("r+b") as file:
                    file.write(bytes(os.fstat(file.fileno()).st_size))


def _remove_strays(folder: Path, connection: sqlite3.Connection) -> None:
    known = {name for (name,) in connection.execute("SELECT id FROM segments")}
    for index in folder.glob("*/"):
        if index.name not in known:
            shutil.rmtree(index)
