"""Everything Openbook keeps in one data directory, and how its parts are kept in step.

The records are the truth. A change is one transaction there with a number of its own; the
keyword index and the vectors follow, and `recover` brings them up after a crash.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from store.changes import REMOVE, Changes
from store.comparison_batches import ComparisonBatches
from store.comparisons import Comparisons
from store.conversations import Conversations
from store.database import Database
from store.documents import Documents
from store.embedding_cache import EmbeddingCache
from store.errors import NotFound
from store.examples import Examples
from store.files import Files, Received
from store.home import Home
from store.jobs import Jobs
from store.keywords import Entry, Keywords
from store.knowledge_bases import KnowledgeBase, KnowledgeBases
from store.models import Adapters, Models
from store.records import Chunk, Document, Page
from store.spare_indexes import SpareIndexes
from store.traces import Traces
from store.training_runs import TrainingRuns

if TYPE_CHECKING:
    from store.vectors import Vectors

VECTORS_MARK = "vectors"
TIDY_MARK = "tidy"


class Store:
    """The open store of one data directory; this process owns it until `close`."""

    def __init__(self, folder: Path, *, role: str) -> None:
        """Open or create. Raises HomeInUse or StoreDamaged."""
        self._changing = threading.RLock()  # one change at a time, and its followers with it
        self._folder = folder
        with ExitStack() as opened:
            opened.callback(Home(folder, role=role).release)
            self.database = Database(folder / "records.sqlite3")
            opened.callback(self.database.close)
            self.changes = Changes(self.database)
            self.documents = Documents(self.database)
            self.embedding_cache = EmbeddingCache(self.database)
            self.knowledge_bases = KnowledgeBases(self.database)
            self.spare_indexes = SpareIndexes(self.database)
            self.jobs = Jobs(self.database)
            self.conversations = Conversations(self.database)
            self.traces = Traces(self.database)
            self.comparisons = Comparisons(self.database)
            self.comparison_batches = ComparisonBatches(self.database)
            self.models = Models(self.database)
            self.adapters = Adapters(self.database)
            self.examples = Examples(self.database)
            self.training_runs = TrainingRuns(self.database)
            self.files = Files(folder / "files")
            self._vectors: Vectors | None = None
            self._vectors_in_step = False
            opened.callback(self._close_vectors)
            self.keywords = Keywords(folder / "keywords")
            opened.callback(self.keywords.close)
            self.recover()
            self._opened = opened.pop_all()

    @property
    def vectors(self) -> "Vectors":
        """Opened, and brought to what the records say, when first needed: reading Chroma in takes
        as long as opening everything else."""
        if not self._vectors_in_step:
            with self._changing:
                if self._vectors is None:
                    from store.vectors import Vectors

                    self._vectors = Vectors(self._folder / "vectors", self.documents.of_chunks)
                    self._recover_vectors()
                    self._vectors_in_step = True
        assert self._vectors
        return self._vectors

    def close(self) -> None:
        self._opened.close()

    @contextmanager
    def taking_in(self, data: bytes | BinaryIO | Path, *, limit: int) -> Iterator[Received]:
        """Receive a file; it is kept if a document or a job needs it when the block ends.

        Raises TooLarge above `limit` bytes.
        """
        received = self.files.receive(data, limit=limit)
        with self._changing:
            self.files.keep(received)
            try:
                yield received
            finally:
                self.remove_file_if_unused(received.sha256)

    def add(self, document: Document, pages: Sequence[Page], chunks: Sequence[Chunk]) -> None:
        """Make a new document searchable. Its vectors must be there already."""
        with self._changing:
            self.documents.add(document, pages, chunks)
            self._follow()

    def replace(self, document: Document, pages: Sequence[Page], chunks: Sequence[Chunk]) -> None:
        """Put a new reading in the place of the document with the same id. Its vectors must be
        there already. Raises NotFound when the document was removed meanwhile."""
        with self._changing:
            self.documents.replace(document, pages, chunks)
            self._follow()

    def remove(self, document_id: str) -> Document:
        """Erase a document with its jobs, vectors and file and the examples made from it; no search
        finds it any more. Its words are gone from every file after `tidy`. Raises NotFound."""
        with self._changing:
            document = self.documents.remove(document_id)
            self._follow()
        return document

    def indexes(self, kb: KnowledgeBase) -> list[KnowledgeBase]:
        """The knowledge base with the vectors it searches in, then with those of each spare
        index."""
        spare = self.spare_indexes.all(kb.name)
        return [kb, *(kb.made_by(index.embedding, index.dimension) for index in spare)]

    def drop_stray_vectors(self, kb: KnowledgeBase, document_id: str) -> None:
        """Delete the vectors under a document's id that are not those of its chunks."""
        with self._changing:
            wanted = self.documents.chunk_ids(kb.name, document_id)
            for index in self.indexes(kb):
                self.vectors.keep_only(index.collection, document_id, wanted)

    def drop_strays(self, index: KnowledgeBase) -> None:
        """Delete the vectors of an index that are those of no chunk."""
        with self._changing:
            strays = self.vectors.ids(index.collection) - self.documents.chunk_ids(index.name)
            self.vectors.remove(index.collection, strays)

    def drop_stray_collections(self) -> None:
        """Delete the collections that are neither searched in nor spare."""
        with self._changing:
            used = {i.collection for kb in self.knowledge_bases.all() for i in self.indexes(kb)}
            for stray in self.vectors.collections() - used:
                self.vectors.remove_collection(stray)

    def switch_vectors(
        self, kb: KnowledgeBase, target: KnowledgeBase, *, keep: bool = False
    ) -> None:
        """Search in the vectors of `target` from now on; the old ones are dropped, or with `keep`,
        where `target` is a spare index, become one. Raises NotFound when it no longer is."""
        with self._changing:
            self.drop_strays(target)
            if target.collection == kb.collection:
                return
            if keep and self.spare_indexes.find(target.collection) is None:
                raise NotFound("This index was discarded.")
            self.knowledge_bases.switch(target, keep=kb if keep else None)
            if not keep:
                self.vectors.remove_collection(kb.collection)

    def drop_spare_index(self, collection: str) -> None:
        """Forget a spare index and delete its vectors; none there is fine."""
        with self._changing:
            self.spare_indexes.remove(collection)
            if collection not in {kb.collection for kb in self.knowledge_bases.all()}:
                self.vectors.remove_collection(collection)

    def tidy(self) -> None:
        """Wipe what deleting leaves behind: words in the keyword index and in the pages and the log
        of the database, cached vectors that nothing needs. Takes time in step with the library."""
        with self._changing:
            self.embedding_cache.drop_unused()
            erased = self.changes.last(erasing=True)
            if erased > self.changes.mark(TIDY_MARK):
                self.keywords.rewrite(self.changes.last(), self._entries(self.documents.all()))
                if self.database.wipe_deleted():
                    self.changes.set_mark(TIDY_MARK, erased)

    def recover(self) -> None:
        """Bring the keyword index and the files to what the records say; vectors are when they are
        first needed."""
        with self._changing:
            last, total = self.changes.last(), self.documents.chunk_count()
            if self.keywords.change > last:  # the records are an older copy
                self.keywords.rewrite(last, self._entries(self.documents.all()))
            self._follow()
            if self.keywords.size() != total:
                self.keywords.rewrite(last, self._entries(self.documents.all()))
            self.files.remove_all_but(self.documents.sha256s() | self.jobs.sha256s())

    def lacking_vectors(self) -> list[KnowledgeBase]:
        """The knowledge bases with chunks that have no vector; a rebuild makes them again."""
        return [
            kb
            for kb in self.knowledge_bases.all()
            if self.vectors.count(kb.collection) < self.documents.chunk_count(kb.name)
        ]

    def remove_file_if_unused(self, sha256: str) -> None:
        """Delete a file that no document and no job needs; some jobs are on no file."""
        with self._changing:
            if sha256 and not self.documents.uses(sha256) and not self.jobs.needs(sha256):
                self.files.remove(sha256)

    def _follow(self) -> None:
        self._follow_with_keywords()
        self._follow_with_vectors()

    def _follow_with_keywords(self) -> None:
        if changes := self.changes.after(self.keywords.change):
            touched = {change.document_id for change in changes}
            left = self.documents.by_id(touched).values()
            self.keywords.apply(changes[-1].number, removed=touched, added=self._entries(left))

    def _follow_with_vectors(self) -> None:
        for change in self.changes.after(self.changes.mark(VECTORS_MARK)):
            if kb := self.knowledge_bases.get(change.kb):
                self.drop_stray_vectors(kb, change.document_id)
            if change.kind == REMOVE:
                self.jobs.forget_file(change.kb, change.sha256)
            self.remove_file_if_unused(change.sha256)
            self.changes.set_mark(VECTORS_MARK, change.number)

    def _entries(self, documents: Iterable[Document]) -> Iterator[Entry]:
        for document in documents:
            for chunk in self.documents.chunks(document.id):
                yield document.kb, document.title, chunk

    def _recover_vectors(self) -> None:
        self.drop_stray_collections()
        for kb in self.knowledge_bases.all():
            for index in self.indexes(kb):
                self._check_vectors(index)

    def _check_vectors(self, index: KnowledgeBase) -> None:
        if not self.vectors.answers(index.collection, index.dimension):
            self.vectors.remove_collection(index.collection)
        if self.vectors.count(index.collection) != self.documents.chunk_count(index.name):
            self.drop_strays(index)

    def _close_vectors(self) -> None:
        if self._vectors:
            self._vectors.close()
