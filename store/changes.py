"""The numbered log of changes, and the marks of how far something has followed it."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, func, insert, select

from store.database import Database
from store.records import Document
from store.tables import changes, marks

ADD, REPLACE, REMOVE = "add", "replace", "remove"


class Change(NamedTuple):
    """One numbered change of a knowledge base; `kind` is ADD, REPLACE or REMOVE."""

    number: int
    kb: str
    kind: str
    document_id: str
    sha256: str


class Changes:
    """Every change there ever was, by its number."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def after(self, number: int) -> list[Change]:
        """Every change with a higher number, oldest first."""
        columns = [changes.c[name] for name in Change._fields]
        query = select(*columns).where(changes.c.number > number).order_by(changes.c.number)
        with self._db.read() as connection:
            return [Change(*row) for row in connection.execute(query)]

    def removed(self, document_id: str) -> bool:
        """Whether a document was there and was removed."""
        gone = exists().where(changes.c.document_id == document_id, changes.c.kind == REMOVE)
        with self._db.read() as connection:
            return bool(connection.scalar(select(gone)))

    def last(self, *, erasing: bool = False) -> int:
        """The number of the last change, or of the last that erased text; 0 when there is none."""
        query = select(func.coalesce(func.max(changes.c.number), 0))
        if erasing:
            query = query.where(changes.c.kind != ADD)
        with self._db.read() as connection:
            return connection.scalar(query) or 0

    def mark(self, name: str) -> int:
        """The number last kept under a name; 0 when there is none."""
        with self._db.read() as connection:
            return connection.scalar(select(marks.c.value).where(marks.c.name == name)) or 0

    def set_mark(self, name: str, value: int) -> None:
        with self._db.begin() as connection:
            connection.execute(delete(marks).where(marks.c.name == name))
            connection.execute(insert(marks).values(name=name, value=value))


def log_change(connection: Connection, document: Document, kind: str) -> None:
    """Number a change in the transaction that makes it."""
    connection.execute(
        insert(changes).values(
            kb=document.kb,
            kind=kind,
            document_id=document.id,
            sha256=document.sha256,
            at=datetime.now(UTC),
        )
    )
