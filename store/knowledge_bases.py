"""Knowledge bases and which embedding model made the vectors of each."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import insert, select, update

from store.collection_names import collection_name
from store.database import Database
from store.spare_indexes import SpareIndex, insert_spare, take_spare
from store.tables import knowledge_bases


class KnowledgeBase(NamedTuple):
    """A named library; `collection` is where its vectors are, made by `embedding`."""

    name: str
    collection: str
    embedding: str
    dimension: int

    def made_by(self, embedding: str, dimension: int) -> "KnowledgeBase":
        """The same knowledge base with vectors that another embedding model made."""
        return _named(self.name, embedding, dimension)


class KnowledgeBases:
    """The knowledge bases of one data directory."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def names(self) -> list[str]:
        return [base.name for base in self.all()]

    def all(self) -> list[KnowledgeBase]:
        """By name."""
        query = select(knowledge_bases).order_by(knowledge_bases.c.name)
        with self._db.read() as connection:
            return [KnowledgeBase(**row._asdict()) for row in connection.execute(query)]

    def get(self, name: str) -> KnowledgeBase | None:
        query = select(knowledge_bases).where(knowledge_bases.c.name == name)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return KnowledgeBase(**row._asdict()) if row else None

    def create(self, name: str, embedding: str, dimension: int) -> KnowledgeBase:
        """The knowledge base of that name; a new one gets its vectors from this embedding model."""
        query = select(knowledge_bases).where(knowledge_bases.c.name == name)
        with self._db.begin() as connection:
            if row := connection.execute(query).first():
                return KnowledgeBase(**row._asdict())
            made = _named(name, embedding, dimension)
            connection.execute(insert(knowledge_bases).values(made._asdict()))
        return made

    def switch(self, target: KnowledgeBase, *, keep: KnowledgeBase | None = None) -> None:
        """Point a knowledge base at the vectors that another embedding model made, in one step;
        those it searched in so far become a spare index if they are given to `keep`."""
        with self._db.begin() as connection:
            spare = take_spare(connection, target.collection)
            if keep:
                comparison = spare.comparison if spare else None
                old = SpareIndex(*keep, created_at=datetime.now(UTC), comparison=comparison)
                insert_spare(connection, old)
            connection.execute(
                update(knowledge_bases)
                .where(knowledge_bases.c.name == target.name)
                .values(target._asdict())
            )


def _named(name: str, embedding: str, dimension: int) -> KnowledgeBase:
    return KnowledgeBase(name, collection_name(name, embedding, dimension), embedding, dimension)
