"""How long a search takes as a library grows: Openbook against the stack people would otherwise
build, over the same chunks, vectors and questions.

    python -m benchmarks.queries --work DIR [--sizes 1000 10000 100000]

Both search by meaning and by words, with a filter that admits every other document: Openbook by its
retriever, without reranking, which the other stack does not do; the other by LangChain's
EnsembleRetriever over Chroma (a flag in the metadata) and BM25Retriever (only the allowed chunks).
The same embedding model reads the questions of the samples in both. Beside them stands what neither
can go below: the model reading the question, and Chroma's index asked for the nearest vectors. The
libraries are made once and kept; benchmarks/synthetic_library.py says what they hold. Each stack
has a process of its own, whose memory is told. Every question is asked twice, and the second time
counts, so that large libraries are in the system's memory as small ones are; what the first time
takes, when records come from the disk, is told as well.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import chromadb
import numpy as np
from chromadb.config import Settings as ChromaSettings

from assistant.library import SAMPLES
from assistant.models.embedding import SentenceEmbeddings
from assistant.retrieval.retriever import DENSE, FEEDBACK, KEYWORD, TITLE
from assistant.settings import Settings
from assistant.workspace import open_workspace
from benchmarks.own_process import alone, megabytes
from benchmarks.query_chart import Points, chart
from benchmarks.synthetic_library import (
    COLLECTION,
    KB,
    SyntheticLibrary,
    fill_chroma,
    fill_openbook,
    langchain_documents,
)

SIZES = (1000, 10_000)
USUAL_UP_TO = 1_000_000
OPENING = "What is this about?"  # asked before the others, as it opens what is read
METHODS = (DENSE, KEYWORD, TITLE, FEEDBACK)


@dataclass(frozen=True)
class Speed:
    """The milliseconds within which half of the searches were done, and 95 of 100."""

    p50: float
    p95: float

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f}"


@dataclass(frozen=True)
class Searched:
    """How fast a stack searched with the filter, the first time and again, and without, and what it
    kept in memory."""

    first: Speed
    filtered: Speed
    megabytes: float
    whole: Speed | None = None


@dataclass(frozen=True)
class Row:
    """All that was measured of one size; `usual` is None where that stack was left out."""

    size: int
    ours: Searched
    usual: Searched | None
    embedding: Speed
    nearest: Speed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="the libraries are kept here")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="chunks")
    parser.add_argument(
        "--usual-up-to", type=int, default=USUAL_UP_TO, help="leave the other stack out above"
    )
    parser.add_argument("--chart", type=Path, help="an SVG to write")
    given = parser.parse_args()
    rows = []
    for size in sorted(given.sizes):
        ours = alone(search_openbook, given.work, size)
        usual = alone(search_usual_stack, given.work, size) if size <= given.usual_up_to else None
        rows.append(Row(size, ours, usual, *alone(search_limits, given.work, size)))
    report(rows)
    if given.chart:
        given.chart.write_text(chart(_lines(rows)), encoding="utf-8")


def search_openbook(work: Path, size: int) -> Searched:
    """Through the retriever, as for an answer."""
    settings = _settings(work / f"openbook-{size}")
    library = _library(settings, size)
    fill_openbook(settings.home, library)
    workspace = open_workspace(settings, role="a benchmark", work=False)
    with closing(workspace):

        def search(question: str, documents: set[str] | None = None) -> None:
            workspace.retriever.search(question, kb=KB, documents=documents, methods=METHODS)

        first, filtered = _speeds(lambda question: search(question, library.allowed))
        return Searched(first, filtered, megabytes(), whole=_speeds(search)[1])


def search_usual_stack(work: Path, size: int) -> Searched:
    """The few lines that tutorials show, with as many candidates as Openbook takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from langchain_chroma import Chroma
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.retrievers import BM25Retriever
    folder = work / f"chroma-{size}"
    settings = _settings(work / f"openbook-{size}")
    library = _library(settings, size)
    fill_chroma(folder, library)
    allowed = (made for made in library.documents() if made.document.id in library.allowed)
    chunks = [chunk for made in allowed for chunk in langchain_documents(made, library)]
    keyword = BM25Retriever.from_documents(chunks, k=settings.candidates)
    store = Chroma(COLLECTION, library.embeddings, client=chromadb.PersistentClient(str(folder)))
    dense = store.as_retriever(
        search_kwargs={"k": settings.candidates, "filter": {"allowed": True}}
    )
    both = EnsembleRetriever(retrievers=[keyword, dense], weights=[0.5, 0.5])
    return Searched(*_speeds(both.invoke), megabytes())


def search_limits(work: Path, size: int) -> tuple[Speed, Speed]:
    """The embedding of a question, and the nearest vectors in the very index of Openbook."""
    settings = _settings(work / f"openbook-{size}")
    library = _library(settings, size)
    client = chromadb.PersistentClient(
        str(settings.home / "vectors"), ChromaSettings(anonymized_telemetry=False)
    )
    [collection] = client.list_collections()
    questions = (OPENING, *_questions())
    vectors = {question: library.embeddings.encode([question]) for question in questions}

    def nearest(question: str) -> None:
        collection.query(
            query_embeddings=vectors[question],
            n_results=settings.candidates,
            include=["distances"],
        )

    embedding = _speeds(lambda question: library.embeddings.encode([question]))
    return embedding[1], _speeds(nearest)[1]


def report(rows: Sequence[Row]) -> None:
    """Print a table of all sizes, and how much slower the largest is than the others."""
    print(
        "| chunks | Openbook, half allowed | first time | all allowed | usual, half allowed "
        "| usual / ours | p95 / p50 | nearest vectors alone | embedding alone | MB | MB, usual |"
    )
    print("|---" * 11 + "|")
    for row in rows:
        ours, usual = row.ours.filtered, row.usual
        print(
            f"| {row.size:,} | {ours} | {row.ours.first} | {row.ours.whole} "
            f"| {usual.filtered if usual else '–'} "
            f"| {f'{usual.filtered.p50 / ours.p50:.1f}' if usual else '–'} "
            f"| {ours.p95 / ours.p50:.1f} | {row.nearest} | {row.embedding} "
            f"| {row.ours.megabytes:.0f} | {f'{usual.megabytes:.0f}' if usual else '–'} |"
        )
    print("Milliseconds of a search, p50 / p95.")
    for row in rows[:-1]:
        grown = rows[-1].ours.filtered.p50 / row.ours.filtered.p50
        print(f"From {row.size:,} to {rows[-1].size:,} chunks Openbook takes {grown:.1f} times.")


def _speeds(ask: Callable[[str], object]) -> tuple[Speed, Speed]:
    """Of all questions asked the first time, and again."""
    ask(OPENING)
    first, again = (_speed(ask) for _ in range(2))
    return first, again


def _speed(ask: Callable[[str], object]) -> Speed:
    milliseconds = []
    for question in _questions():
        started = time.perf_counter()
        ask(question)
        milliseconds.append((time.perf_counter() - started) * 1000)
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return Speed(float(p50), float(p95))


def _questions() -> list[str]:
    lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def _settings(home: Path) -> Settings:
    return Settings.from_environment(home=home)


def _library(settings: Settings, size: int) -> SyntheticLibrary:
    embeddings = SentenceEmbeddings(settings.embedding)
    return SyntheticLibrary(size, embeddings)


def _lines(rows: Sequence[Row]) -> dict[str, Points]:
    return {
        "Openbook": [(row.size, row.ours.filtered.p50) for row in rows],
        "Openbook, 95 of 100": [(row.size, row.ours.filtered.p95) for row in rows],
        "EnsembleRetriever": [(row.size, row.usual.filtered.p50) for row in rows if row.usual],
        "nearest vectors alone": [(row.size, row.nearest.p50) for row in rows],
        "embedding alone": [(row.size, row.embedding.p50) for row in rows],
    }


if __name__ == "__main__":
    main()
