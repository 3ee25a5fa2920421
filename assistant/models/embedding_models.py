"""Which embedding model made the vectors of a knowledge base: the one that is set, or a tuned one
that the knowledge base adopted.

A tuned model is known by `tuned/<run>`, or by `tuned/<run>@<numbers>` where only the first numbers
of its vectors are kept; its folder is <home>/embeddings/<run>.
"""

import json
import re
import shutil
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.errors import ModelUnavailable
from assistant.models.embedding import SentenceEmbeddings, built_in_folder
from assistant.settings import MINILM, Settings
from store.errors import EmbeddingMismatch
from store.knowledge_bases import KnowledgeBase
from store.serialization import from_json, to_json

MODEL, CARD = "model", "card.json"
REBUILD = "rebuild it (`python -m assistant rebuild`)"
_TUNED = re.compile(r"tuned/(?P<run>\w+)(?:@(?P<dimension>\d+))?")


@dataclass(frozen=True)
class TunedModel:
    """What is known of a tuned embedding model: what it is called, the run that made it, the model
    it was made from, the numbers in its vectors, and to how many these can be cut (Matryoshka).

    `engine` is what it runs in, "ONNX Runtime" or "torch".
    """

    run: str
    name: str
    base: str
    made_at: datetime
    dimension: int
    shorter: tuple[int, ...] = ()
    engine: str = ""

    def embedding(self, dimension: int | None = None) -> str:
        """The name under which knowledge bases know it; `dimension` is how much of a vector they
        keep, all when None."""
        whole = dimension in (None, self.dimension)
        return f"tuned/{self.run}" if whole else f"tuned/{self.run}@{dimension}"


class EmbeddingModels:
    """All embedding models of one data directory, each loaded at first use; safe to use from any
    thread."""

    def __init__(self, usual: SentenceEmbeddings, settings: Settings) -> None:
        """`usual` is the model that is set."""
        self.usual = usual
        self._folder = settings.home / "embeddings"
        self._lock = threading.Lock()
        self._opened: dict[str, SentenceEmbeddings] = {}

    def of(self, kb: KnowledgeBase) -> SentenceEmbeddings:
        """The model that made the vectors of a knowledge base. Raises EmbeddingMismatch when that
        is not at hand."""
        if why := self.mismatch(kb):
            raise EmbeddingMismatch(why)
        model = self.usual if kb.embedding == self.usual.name else self.named(kb.embedding)
        if kb.dimension != model.dimension:
            raise EmbeddingMismatch(
                f"The knowledge base {kb.name!r} holds vectors of {kb.dimension} numbers, but the "
                f"embedding model {kb.embedding!r} now makes {model.dimension}; {REBUILD}."
            )
        return model

    def mismatch(self, kb: KnowledgeBase) -> str:
        """Why a knowledge base cannot be used as it is; "" when it can."""
        if kb.embedding == self.usual.name:
            return ""
        if is_tuned(kb.embedding):
            if self.tuned(kb.embedding):
                return ""
            return (
                f"The knowledge base {kb.name!r} searches with a tuned embedding model that is no "
                f"longer there; {REBUILD}."
            )
        return (
            f"The knowledge base {kb.name!r} was made with the embedding model {kb.embedding!r}, "
            f"but {self.usual.name!r} is set; {REBUILD} or set OPENBOOK_EMBEDDING={kb.embedding}."
        )

    def named(self, embedding: str) -> SentenceEmbeddings:
        """The model of that name. Raises ModelUnavailable for a tuned one that is gone."""
        if embedding == self.usual.name:
            return self.usual
        with self._lock:
            if embedding not in self._opened:
                self._opened[embedding] = self._open(embedding)
            return self._opened[embedding]

    def source(self, embedding: str) -> str:
        """The folder of a model, or its name on the hub. Raises ModelUnavailable."""
        if embedding == MINILM:
            return str(built_in_folder())
        if tuned := self.tuned(embedding):
            return str(self.folder(tuned.run) / MODEL)
        if is_tuned(embedding):
            raise _gone(embedding)
        return embedding

    def title(self, embedding: str) -> str:
        """What people call a model."""
        tuned = self.tuned(embedding)
        if tuned is None:
            return embedding
        cut = _dimension(embedding)
        return f"{tuned.name}, {cut} numbers" if cut else tuned.name

    def all_tuned(self) -> list[TunedModel]:
        """Newest first."""
        found = [self.tuned(f"tuned/{card.parent.name}") for card in self._folder.glob(f"*/{CARD}")]
        return sorted((one for one in found if one), key=lambda one: one.made_at, reverse=True)

    def tuned(self, embedding: str) -> TunedModel | None:
        """What is known of a tuned model; None for any other, and for one that is gone."""
        named = _TUNED.fullmatch(embedding)
        card = self.folder(named["run"]) / CARD if named else None
        if card is None or not card.is_file():
            return None
        return from_json(TunedModel, json.loads(card.read_text(encoding="utf-8")))

    def folder(self, run: str) -> Path:
        """Where the tuned model of a run is kept."""
        return self._folder / run

    def remove(self, run: str) -> None:
        """Delete a tuned model; nothing may search with it any more."""
        with self._lock:
            for embedding in [e for e in self._opened if _run(e) == run]:
                del self._opened[embedding]
        shutil.rmtree(self.folder(run), ignore_errors=True)

    def _open(self, embedding: str) -> SentenceEmbeddings:
        tuned = self.tuned(embedding)
        if tuned is None:
            if is_tuned(embedding):
                raise _gone(embedding)
            return SentenceEmbeddings(embedding)
        kept = self.folder(tuned.run)
        cut = _dimension(embedding)
        return SentenceEmbeddings(embedding, tuned=kept / MODEL, dimension=cut or tuned.dimension)


def write_card(folder: Path, model: TunedModel) -> None:
    """Put what is known of a tuned model beside it; from then on it is there."""
    text = json.dumps(to_json(model), indent=1, ensure_ascii=False)
    (folder / CARD).write_text(text, encoding="utf-8")


def is_tuned(embedding: str) -> bool:
    """Whether this names a tuned model."""
    return _TUNED.fullmatch(embedding) is not None


def _run(embedding: str) -> str:
    named = _TUNED.fullmatch(embedding)
    return named["run"] if named else ""


def _dimension(embedding: str) -> int | None:
    named = _TUNED.fullmatch(embedding)
    return int(named["dimension"]) if named and named["dimension"] else None


def _gone(embedding: str) -> ModelUnavailable:
    return ModelUnavailable(f"The tuned embedding model of run {_run(embedding)} was deleted.")
