"""A library without a neural model: the real store, queue and pipeline, embedded by word hashes."""

import zlib
from collections.abc import Sequence
from functools import partial

import numpy as np

from assistant.ingestion.jobs import Ingestion
from assistant.ingestion.pipeline import Pipeline
from assistant.ingestion.reading_ahead import ReadAhead
from assistant.library import Library
from assistant.models.embedding import Matrix, SentenceEmbeddings
from assistant.models.embedding_models import EmbeddingModels
from assistant.sentences import words
from assistant.settings import Settings
from assistant.training.index_comparison import compare_indexes
from store.store import Store


class WordEmbeddings(SentenceEmbeddings):
    """Counts words, hashed into a vector: texts that share words are alike."""

    def __init__(self, dimension: int = 64) -> None:
        super().__init__(f"words-{dimension}")
        self._numbers = dimension
        self.encoded: list[str] = []

    @property
    def dimension(self) -> int:
        return self._numbers

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.encoded += texts
        vectors = np.zeros((len(texts), self._numbers), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[0] = 0.1
            for word in words(text):
                row[zlib.crc32(word.encode()) % self._numbers] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class SmallLibrary:
    """An open library; `work=False` leaves its queue alone."""

    def __init__(
        self, settings: Settings, embeddings: SentenceEmbeddings | None = None, *, work: bool = True
    ) -> None:
        self.embeddings = embeddings or WordEmbeddings()
        self.models = EmbeddingModels(self.embeddings, settings)
        self.store = Store(settings.home, role="the tests")
        compare = partial(compare_indexes, self.store, self.models)
        self.jobs = Ingestion(
            Pipeline(self.store, self.models, settings, ReadAhead(self.store, settings), compare)
        )
        self.library = Library(self.store, self.jobs, self.models, settings)
        if work:
            self.jobs.start()

    def close(self) -> None:
        self.jobs.close()
        self.store.close()
