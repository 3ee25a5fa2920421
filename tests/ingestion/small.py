"""What tests of ingestion share: models that can be held or fail, libraries opened and searched."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from assistant.errors import ModelUnavailable
from assistant.models.embedding import Matrix, SentenceEmbeddings
from assistant.settings import Settings
from store.records import Job, JobState
from tests.small_library import SmallLibrary, WordEmbeddings

TEXT = b"# Ferries\n\nThe ferry leaves the harbour at nine."
LONG = b"\n\n".join(b"Paragraph %d speaks of harbour %d." % (n, n) * 20 for n in range(200))


class HeldEmbeddings(WordEmbeddings):
    """Embeds nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Event(), threading.Event()

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.begun.set()
        assert self.go.wait(30)
        return super().encode(texts)


class FailingEmbeddings(WordEmbeddings):
    """Fails as it is told until it is told nothing."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__()
        self.error = error

    def encode(self, texts: Sequence[str]) -> Matrix:
        if self.error:
            raise self.error
        return super().encode(texts)


class MissingEmbeddings(WordEmbeddings):
    """Another model, of which nothing is there but its name."""

    @property
    def dimension(self) -> int:
        raise UNAVAILABLE


UNAVAILABLE = ModelUnavailable("The embedding model is not there.")


@contextmanager
def opened(
    settings: Settings, embeddings: SentenceEmbeddings | None = None, *, work: bool = True
) -> Iterator[SmallLibrary]:
    """A library, closed at the end."""
    made = SmallLibrary(settings, embeddings, work=work)
    try:
        yield made
    finally:
        made.close()


def done(small: SmallLibrary, *jobs: Job) -> list[JobState]:
    """The states of jobs once they have ended."""
    return [job.state for job in small.jobs.wait([job.id for job in jobs], timeout=60)]


def in_files(settings: Settings, word: bytes) -> list[str]:
    """The names of the files of the home that hold a word."""
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    return [path.name for path in files if word in path.read_bytes()]
