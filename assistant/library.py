"""What people do with documents: add, look at, rename, read again, remove."""

import json
import re
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from assistant.errors import BadInput, UnreadableFile
from assistant.ingestion.jobs import Ingestion
from assistant.ingestion.pictures import page_picture
from assistant.ingestion.reading import MEDIA
from assistant.models.embedding_models import EmbeddingModels
from assistant.settings import Settings
from store.errors import NotFound
from store.files import TooLarge
from store.knowledge_bases import KnowledgeBase
from store.records import Box, Chunk, Document, Job, Media, Page
from store.store import Store

READABLE = tuple(MEDIA)
LONGEST_NAME = 150
LONGEST_ENDING = 20
# control characters, marks that reverse or hide text, line ends, halves of surrogate pairs
UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
SAMPLES = Path(__file__).parent.parent / "samples"


class Library:
    """The documents of all knowledge bases."""

    def __init__(
        self, store: Store, ingestion: Ingestion, embeddings: EmbeddingModels, settings: Settings
    ) -> None:
        self._store = store
        self._ingestion = ingestion
        self._embeddings = embeddings
        self._settings = settings

    def knowledge_bases(self) -> list[str]:
        """Names of the knowledge bases; the default one is always there."""
        names = self._store.knowledge_bases.names()
        return sorted({*names, self._settings.kb})

    def add(
        self,
        name: str,
        data: bytes | BinaryIO | Path,
        *,
        kb: str | None = None,
        password: str | None = None,
    ) -> Job:
        """Queue a file. Raises UnreadableFile when it is too large, empty or of an unknown kind,
        EmbeddingMismatch when the knowledge base must be rebuilt first."""
        name = safe_name(name)
        if not name.lower().endswith(READABLE):
            raise UnreadableFile(f"{name}: only PDF, plain text and Markdown files can be read.")
        base = self.base_for_writing(kb or self._settings.kb)
        limit = self._settings.upload_megabytes
        try:
            with self._store.taking_in(data, limit=limit * 1_000_000) as received:
                if received.size == 0:
                    raise UnreadableFile(f"{name} is empty (0 bytes); upload the file again.")
                return self._ingestion.add(base.name, name, received.sha256, password=password)
        except TooLarge:
            raise UnreadableFile(
                f"{name} is larger than {limit} MB, the most one file may have; "
                "split it, or raise OPENBOOK_UPLOAD_MEGABYTES."
            ) from None
        except OSError as error:
            raise UnreadableFile(f"{name} cannot be taken in ({error.strerror}).") from error

    def documents(self, kb: str | None = None) -> list[Document]:
        """Documents of one knowledge base or of all, newest first."""
        return self._store.documents.all(kb)

    def document(self, document_id: str) -> Document:
        """Raises NotFound."""
        return self._store.documents.get(document_id)

    def rename(self, document_id: str, name: str) -> None:
        """Give a document another name; its ending stays. Raises NotFound or BadInput."""
        old = self._store.documents.get(document_id)
        if not name.strip():
            raise BadInput("The new name is empty.")
        new = safe_name(name)
        ending = Path(old.name).suffix
        self._store.documents.rename(
            document_id, new if new.lower().endswith(ending.lower()) else new + ending
        )

    def remove(self, document_id: str) -> None:
        """Erase a document: at once no search finds it, and soon its words are in no file of the
        store. Raises NotFound."""
        self._ingestion.forget(self._store.remove(document_id))

    def reingest(self, document_id: str) -> Job:
        """Read a document's file again; the old reading serves until the new one is ready."""
        document = self._store.documents.get(document_id)
        self.base_for_writing(document.kb)
        return self._ingestion.read_again(document)

    def page(self, document_id: str, number: int) -> Page:
        """One page as read. Raises NotFound."""
        return self._store.documents.page(document_id, number)

    def chunks(self, document_id: str) -> list[Chunk]:
        """All chunks in reading order."""
        return self._store.documents.chunks(document_id)

    def page_picture(
        self,
        document_id: str,
        number: int,
        boxes: tuple[Box, ...] = (),
        width: int = 1000,
        *,
        strip: bool = False,
    ) -> bytes:
        """A PNG of a PDF's page with boxes drawn on it; with `strip` only of the lines around
        them. Raises NotFound for other files."""
        document = self._store.documents.get(document_id)
        if document.media is not Media.PDF or not 1 <= number <= document.pages:
            raise NotFound(f"{document.name} has no picture of page {number}.")
        path = self._store.files.readable(document.sha256)
        return page_picture(path, number, boxes=boxes, width=width, strip=strip)

    def file(self, document_id: str) -> Path:
        """The original file. Raises NotFound."""
        return self._store.files.path(self._store.documents.get(document_id).sha256)

    def version(self, kb: str) -> int:
        """The number of the last change of a knowledge base."""
        return self._store.documents.version(kb)

    def mismatch(self, kb: str | None = None) -> str:
        """Why a knowledge base cannot be searched with the embedding models there are; "" if it
        can."""
        base = self._store.knowledge_bases.get(kb or self._settings.kb)
        return self._embeddings.mismatch(base) if base else ""

    def rebuild(self, kb: str | None = None) -> Job:
        """Queue making the vectors with the embedding model set, or with a tuned one that the
        knowledge base adopted; the old ones serve until then. Raises NotFound."""
        name = kb or self._settings.kb
        if self._store.knowledge_bases.get(name) is None:
            raise NotFound(f"There is no knowledge base {name!r} yet.")
        return self._ingestion.rebuild(name)

    def add_samples(self, kb: str | None = None) -> list[Job]:
        """Queue the sample documents that come with Openbook."""
        files = sorted(p for p in SAMPLES.iterdir() if p.name.lower().endswith(READABLE))
        return [self.add(p.name, p, kb=kb) for p in files if p.name != "README.md"]

    def sample_questions(self) -> list[str]:
        """A few questions that those sample documents answer which are in the library."""
        names = {document.name for document in self.documents()}
        lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines if line.strip()]
        return [e["question"] for e in entries if e.get("shown") and e["document"] in names]

    def base_for_reading(self, kb: str) -> KnowledgeBase | None:
        """The knowledge base, None while nothing was ever added. Raises EmbeddingMismatch."""
        base = self._store.knowledge_bases.get(kb)
        if base:
            self._embeddings.of(base)
        return base

    def base_for_writing(self, kb: str) -> KnowledgeBase:
        """The knowledge base, made now if it is new. Raises EmbeddingMismatch or BadInput."""
        kb = kb.strip()
        if not kb.isprintable() or not 1 <= len(kb) <= 60:
            raise BadInput("The name of a knowledge base has 1 to 60 characters, all printable.")
        model = self._embeddings.usual
        return self.base_for_reading(kb) or self._store.knowledge_bases.create(
            kb, model.name, model.dimension
        )


def safe_name(name: str) -> str:
    """A file name to show: no folders, no control characters, not too long, never empty."""
    name = unicodedata.normalize("NFC", UNPRINTABLE.sub("", name))
    name = PureWindowsPath(PurePosixPath(name).name).name.strip().rstrip(". ") or "unnamed"
    stem, ending = Path(name).stem, Path(name).suffix[:LONGEST_ENDING]
    return stem[: LONGEST_NAME - len(ending)] + ending
