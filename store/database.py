"""Opens the records database, brings it to the newest schema and hands out connections."""

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError

from store.errors import StoreDamaged

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """The records: one SQLite file in WAL mode, safe to use from any thread."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises StoreDamaged when it is no database of ours."""
        self.path = path
        self.engine = create_engine(URL.create("sqlite", database=str(path)))
        event.listen(self.engine, "connect", _configure)
        event.listen(self.engine, "begin", _begin)
        self._writing = self.engine.execution_options(writing=True)
        try:
            self._migrate()
        except (DatabaseError, sqlite3.DatabaseError) as error:
            self.engine.dispose()
            raise StoreDamaged(
                f"The records file {path} cannot be opened ({error.__cause__ or error}); "
                "restore it from a backup or move it away to start empty."
            ) from error

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        """A connection for reading and writing in one transaction: committed at the end, rolled
        back on an error. Others wait for it before they write."""
        with self._writing.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading: one unchanging view, whatever is written meanwhile."""
        with self.engine.begin() as connection:
            yield connection

    def wipe_deleted(self) -> bool:
        """Write the file anew, without what deleted rows left in it; whether that was possible.

        SQLite's secure_delete alone leaves copies of rows that it once moved to another page.
        """
        with self.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute("VACUUM")
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        self.engine.dispose()

    def _migrate(self) -> None:
        newest = max(file.name for file in (MIGRATIONS / "versions").glob("*.py"))
        if newest.startswith(f"{self._revision()}_"):
            return
        from alembic import command  # a tenth of a second, which most starts can do without

        with self.begin() as connection:
            command.upgrade(migration_config(connection), "head")

    def _revision(self) -> str | None:
        """The migration the file is at; None when it is new."""
        try:
            with self.read() as connection:
                found: str | None = connection.scalar(
                    text("select version_num from alembic_version")
                )
                return found
        except OperationalError:  # no such table
            return None


def migration_config(connection: Connection | Engine) -> "Config":
    """Alembic's configuration for running our migrations over an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return config


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin in _begin, CREATE TABLE among them
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a commit must survive a pulled plug, not only a killed process
        "foreign_keys=ON",
        "busy_timeout=60000",  # milliseconds; wiping a large file takes a while
        "mmap_size=1073741824",  # bytes: a search reads some hundred rows from all over the file
        "secure_delete=ON",  # deleted text is overwritten in the file
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    # a transaction that reads first and writes later would fail when another wrote in between
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
