"""A library whose tuned embedding models count words; `python -m tests.training.adopting HOME`
works on it until it is killed."""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from assistant.ingestion.jobs import Ingestion
from assistant.ingestion.pipeline import Pipeline
from assistant.ingestion.reading_ahead import ReadAhead
from assistant.library import Library
from assistant.models.catalog import ModelCatalog
from assistant.models.embedding import Matrix, SentenceEmbeddings
from assistant.models.embedding_models import EmbeddingModels, TunedModel, write_card
from assistant.retrieval.retriever import Retriever
from assistant.settings import Settings
from assistant.training.adoption import Adoption, Index
from assistant.training.index_comparison import compare_indexes
from assistant.training.launcher import Training
from store.records import Job, JobState
from store.store import Store
from tests.small_library import WordEmbeddings

KB = "library"
RUN = "run1"
TUNED = TunedModel(RUN, "harbour", "words-64", datetime(2026, 11, 21, tzinfo=UTC), 32, (16,))


class Words(WordEmbeddings):
    """Embeds `most` texts and then waits until it is let go."""

    def __init__(self, name: str, dimension: int, most: int | None = None) -> None:
        super().__init__(dimension)
        self.name = name
        self._most = most
        self.begun, self.go = threading.Event(), threading.Event()

    def encode(self, texts: Sequence[str]) -> Matrix:
        if self._most is not None and len(self.encoded) >= self._most:
            self.begun.set()
            assert self.go.wait(60)
        return super().encode(texts)


class WordModels(EmbeddingModels):
    """Tuned models that count words. The first `most` texts are embedded at once, if that is
    given, and the others when `go` is set."""

    def __init__(self, settings: Settings, most: int | None = None) -> None:
        super().__init__(WordEmbeddings(), settings)
        self._most = most

    def _open(self, embedding: str) -> SentenceEmbeddings:
        cut = embedding.partition("@")[2]
        return Words(embedding, int(cut or TUNED.dimension), self._most)


class AdoptingLibrary:
    """An open library with one tuned model."""

    def __init__(self, settings: Settings, most: int | None = None) -> None:
        self.models = WordModels(settings, most)
        if not self.models.folder(RUN).exists():
            self.models.folder(RUN).mkdir(parents=True)
            write_card(self.models.folder(RUN), TUNED)
        self.store = Store(settings.home, role="the tests")
        compare = partial(compare_indexes, self.store, self.models)
        self.jobs = Ingestion(
            Pipeline(self.store, self.models, settings, ReadAhead(self.store, settings), compare)
        )
        self.library = Library(self.store, self.jobs, self.models, settings)
        self.retriever = Retriever(self.store, self.library, self.models, settings)
        self.catalog = ModelCatalog(settings, self.store, weights=settings.home / "weights")
        self.training = Training(self.store, settings, self.catalog)
        self.adoption = Adoption(self.store, self.models, self.jobs, self.training)
        self.jobs.start()

    @property
    def tuned(self) -> Words:
        """The tuned model, loaded."""
        model = self.models.named(TUNED.embedding())
        assert isinstance(model, Words)
        return model

    def add(self, name: str, text: str) -> None:
        assert self.done(self.library.add(name, text.encode())) is JobState.READY

    def done(self, job: Job) -> JobState:
        return self.jobs.wait([job.id], timeout=60)[0].state

    def indexes(self) -> list[Index]:
        return list(self.adoption.indexes(KB))

    def spare(self) -> Index:
        [_, spare] = self.indexes()
        return spare

    def names(self, query: str) -> list[str]:
        """The documents that a search finds."""
        return [hit.document.name for hit in self.retriever.search(query, kb=KB)]

    def close(self) -> None:
        self.training.close()
        self.jobs.close()
        self.catalog.close()
        self.store.close()


@contextmanager
def opened(settings: Settings, most: int | None = None) -> Iterator[AdoptingLibrary]:
    made = AdoptingLibrary(settings, most)
    try:
        yield made
    finally:
        made.models.named(TUNED.embedding()).go.set()  # type: ignore[attr-defined]
        made.close()


def main(home: Path) -> None:
    """Begin the index of the tuned model, say so when a part of it is there, and wait."""
    library = AdoptingLibrary(Settings(home=home), most=128)
    library.adoption.build(KB, TUNED.embedding())
    assert library.tuned.begun.wait(60)
    print("half", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
