"""From bytes to a searchable document: what is stored, reported and undone."""

import dataclasses
import time
from collections.abc import Sequence
from contextlib import closing

import numpy as np
import pytest

from assistant.errors import JobCancelled, UnreadableFile
from assistant.ingestion.pipeline import Pipeline, full_title
from assistant.ingestion.progress import Progress
from assistant.ingestion.reading_ahead import ReadAhead
from assistant.ingestion.storing import Storing
from assistant.models.embedding import Matrix
from assistant.models.embedding_models import EmbeddingModels
from store.errors import EmbeddingMismatch
from store.records import JobKind, Media, embedded_text
from store.store import Store
from tests.crash_runs import faults
from tests.documents import base, job, keep_file
from tests.ingestion.drawing import draw, write
from tests.small_library import WordEmbeddings

PATIENCE = 60  # seconds
TEXT = "\n\n".join(
    f"Paragraph {n} of harbour {n}: " + " ".join(f"boat{n}x{i}" for i in range(20))
    for n in range(90)
)


class Notes:
    """What was reported; says stop at the given stage."""

    def __init__(self, stop_at: str = "") -> None:
        self.reported: list[tuple[str, int, int]] = []
        self._stop_at = stop_at

    def progress(self) -> Progress:
        return Progress(lambda *said: self.reported.append(said), self._stop)

    def stages(self) -> list[str]:
        return list(dict.fromkeys(stage for stage, _, _ in self.reported))

    def _stop(self) -> bool:
        return bool(self.reported) and self.reported[-1][0] == self._stop_at


@pytest.fixture
def store(settings):
    opened = Store(settings.home, role="the tests")
    yield opened
    opened.close()


@pytest.fixture
def pipeline(store, settings):
    settings = dataclasses.replace(settings, chunk_words=20, chunk_overlap=0)
    with closing(ReadAhead(store, settings)) as ahead:
        yield Pipeline(store, EmbeddingModels(WordEmbeddings(), settings), settings, ahead)


def with_other_model(pipeline: Pipeline) -> Pipeline:
    """The same pipeline where another embedding model is set."""
    models = EmbeddingModels(WordEmbeddings(32), pipeline.settings)
    return dataclasses.replace(pipeline, embeddings=models)


def run(pipeline: Pipeline, content: bytes, name: str = "guide.txt", notes: Notes | None = None):
    sha256 = keep_file(pipeline.store.files, content)
    made = job("a", name=name, sha256=sha256)
    kb = base(pipeline.store)
    pipeline.run(made, kb, (notes or Notes()).progress(), password=None)
    return pipeline.store.documents.get(made.document_id)


def test_every_chunk_is_stored_with_the_vector_of_its_text(pipeline):
    document = run(pipeline, TEXT.encode())
    chunks = pipeline.store.documents.chunks(document.id)
    assert document.chunks == len(chunks) > 64
    model = WordEmbeddings()
    for chunk in chunks[::9]:
        vector = model.encode([embedded_text(chunk)])[0]
        [(nearest, score)] = pipeline.store.vectors.search(
            base(pipeline.store).collection, vector, 1
        )
        near = model.encode([embedded_text(c) for c in chunks if c.id == nearest])[0]
        assert score == pytest.approx(1, abs=1e-4)
        assert np.allclose(near, vector)


def test_first_vectors_are_stored_while_the_others_are_made(pipeline, monkeypatch):
    monkeypatch.setattr(Storing, "AT_ONCE", 64)
    store, collection = pipeline.store, base(pipeline.store).collection

    class Waiting(WordEmbeddings):
        def encode(self, texts: Sequence[str]) -> Matrix:
            end = time.monotonic() + PATIENCE
            while self.encoded and not store.vectors.count(collection):
                assert time.monotonic() < end
                time.sleep(0.01)
            return super().encode(texts)

    models = EmbeddingModels(Waiting(), pipeline.settings)
    document = run(dataclasses.replace(pipeline, embeddings=models), TEXT.encode())
    assert store.vectors.count(collection) == document.chunks > 64


def test_vectors_that_cannot_be_stored_end_the_run(pipeline, monkeypatch):
    def full(*_args) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(pipeline.store.vectors, "add", full)
    with pytest.raises(OSError, match="No space"):
        run(pipeline, TEXT.encode())
    assert pipeline.store.documents.all() == []


def test_equal_texts_are_embedded_once(pipeline):
    run(pipeline, b"\n\n".join([b"# Same\n\nThe very same sentence " * 5] * 30), "same.md")
    assert len(pipeline.embeddings.usual.encoded) == len(set(pipeline.embeddings.usual.encoded))


def test_stages_are_reported_in_order_with_their_progress(pipeline):
    notes = Notes()
    run(pipeline, TEXT.encode(), notes=notes)
    assert notes.stages() == ["read", "embed", "store"]
    embedded = [(done, total) for stage, done, total in notes.reported if stage == "embed"]
    assert embedded[1][0] == 0
    assert embedded[2][0] == 64
    assert len({total for _, total in embedded[1:]}) == 1


@pytest.mark.parametrize("stage", ["read", "embed"])
def test_cancelled_run_is_undone(pipeline, stage, tmp_path):
    pdf = draw(tmp_path / "a.pdf", *[first_page] * 3)
    content = pdf.read_bytes() if stage == "read" else TEXT.encode()
    with pytest.raises(JobCancelled):
        run(pipeline, content, "a.pdf" if stage == "read" else "a.txt", Notes(stop_at=stage))
    pipeline.discard(job("a"), base(pipeline.store))
    assert pipeline.store.documents.all() == []
    assert pipeline.store.vectors.count(base(pipeline.store).collection) == 0
    assert list(pipeline.store.files.incoming.iterdir()) == []


def first_page(canvas) -> None:
    canvas.setTitle("Boats and Trains")
    canvas.setAuthor("Ada")
    write(canvas, ["Words on the first page."])


def test_facts_of_the_file_are_kept(pipeline, tmp_path):
    pdf = draw(tmp_path / "a.pdf", first_page, lambda canvas: None)
    document = run(pipeline, pdf.read_bytes(), "a.pdf")
    assert (document.media, document.pages, document.title) == (
        Media.PDF,
        2,
        "Boats and Trains – a",
    )
    assert document.pages_without_text == (2,)
    assert document.metadata["author"] == "Ada"
    assert document.size == pdf.stat().st_size


def test_title_is_the_name_where_the_file_gives_none(pipeline):
    assert run(pipeline, b"Words.", "annual_report.2024.txt").title == "annual report 2024"


@pytest.mark.parametrize(
    ("title", "name", "full"),
    [
        ("FERRIES INC.", "FERRIES_2021_10K.pdf", "FERRIES INC. – FERRIES 2021 10K"),
        ("United Ferries", "skarrow-2021.pdf", "United Ferries – skarrow 2021"),
        ("Ferries in 2021", "ferries_2021.pdf", "Ferries in 2021"),
        ("A letter", "letter_0001.pdf", "A letter"),
        ("", "annual_report.pdf", "annual report"),
    ],
)
def test_title_has_the_words_and_the_year_of_the_name(title, name, full):
    assert full_title(title, name) == full


def test_file_without_a_word_is_refused(pipeline):
    with pytest.raises(UnreadableFile, match=r"guide\.txt: no text was found"):
        run(pipeline, b"--- *** ---")


def test_run_with_another_model_mixes_nothing_in(pipeline):
    run(pipeline, b"Words.")
    other = with_other_model(pipeline)
    with pytest.raises(EmbeddingMismatch):
        other.run(job("b"), base(pipeline.store), Notes().progress(), password=None)
    assert list(faults(pipeline.store)) == []


def test_rebuild_reports_chunks_and_can_be_cut_off(pipeline):
    document = run(pipeline, TEXT.encode())
    old = base(pipeline.store)
    other = with_other_model(pipeline)
    with pytest.raises(JobCancelled):
        other.rebuild(old, Notes(stop_at="embed").progress())
    assert base(pipeline.store) == old
    notes = Notes()
    other.rebuild(old, notes.progress())
    assert notes.stages() == ["embed", "store"]
    assert {total for stage, _, total in notes.reported[1:] if stage == "embed"} == {
        document.chunks
    }
    assert base(pipeline.store).dimension == 32
    assert list(faults(pipeline.store)) == []


def test_rebuild_that_is_given_up_leaves_no_half_made_vectors(pipeline):
    run(pipeline, TEXT.encode())
    old = base(pipeline.store)
    other = with_other_model(pipeline)
    target = old.made_by("words-32", 32)
    pipeline.store.vectors.add(target.collection, ["x"], np.ones((1, 32), np.float32), "d")
    other.discard(job("b", kind=JobKind.REBUILD, sha256=""), old)
    assert pipeline.store.vectors.collections() == {old.collection}
    pipeline.discard(job("b", kind=JobKind.REBUILD, sha256=""), old)
    assert pipeline.store.vectors.collections() == {old.collection}
