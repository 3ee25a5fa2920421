"""Taking documents in: Openbook against the stack people would otherwise build, in one run.

    python -m benchmarks.run [PDF ...]

The other stack is LangChain's: PyPDFLoader, RecursiveCharacterTextSplitter, HuggingFaceEmbeddings
with the same model, and Chroma.from_documents. Both read the PDFs (the samples if none is named)
into empty folders with models and libraries loaded, each in a process of its own. OCR is off, since
the other stack leaves scanned pages out; with the samples, a last line shows it switched on. Both
take turns and the faster round counts. Beside them stands what Openbook cannot go below: its model
embedding the same chunks, all at once. Where other programs run beside it, compare the processor
seconds, which like the memory include those of the process that reads files.
"""

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from assistant.models.embedding import built_in_folder
from assistant.settings import Settings
from assistant.workspace import open_workspace
from benchmarks.own_process import Peak, alone
from store.records import embedded_text

ROOT = Path(__file__).parents[1]
ROUNDS = 2


@dataclass
class Watch:
    """Seconds passed, and seconds that processors worked for this process and its children."""

    seconds: float = 0.0
    processor: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        started, worked = time.perf_counter(), _processor_seconds()
        yield
        self.seconds = time.perf_counter() - started
        self.processor = _processor_seconds() - worked


@dataclass
class Result:
    """What one stack took in, how long that took, and how long its model took to load; `embedding`
    is how long the model alone takes for the same chunks, `peak` the memory held at most
    while the files were taken in."""

    name: str
    pages: int = 0
    chunks: int = 0
    work: Watch = field(default_factory=Watch)
    loading: Watch = field(default_factory=Watch)
    embedding: Watch = field(default_factory=Watch)
    peak: Peak = field(default_factory=Peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pdfs", type=Path, nargs="*", help="the samples if none")
    given = parser.parse_args()
    pdfs = given.pdfs or sorted((ROOT / "samples").glob("*.pdf"))
    with tempfile.TemporaryDirectory() as work:
        folders = [Path(work) / str(number) for number in range(2 * ROUNDS + 1)]
        rounds = [
            (
                alone(openbook, pdfs, folders[2 * n], ocr=False),
                alone(usual_stack, pdfs, folders[2 * n + 1]),
            )
            for n in range(ROUNDS)
        ]
        with_ocr = [] if given.pdfs else [alone(openbook, pdfs, folders[-1], ocr=True)]
    ours, theirs = (
        min(results, key=lambda r: r.work.seconds) for results in zip(*rounds, strict=True)
    )
    print("| taken in by | pages | chunks | seconds | processor | pages/s | chunks/s | load | MB |")
    print("|---" * 9 + "|")
    for result in (ours, theirs, *with_ocr):
        print(_row(result))
    for unit in ("seconds", "processor"):
        spent, usual = getattr(ours.work, unit), getattr(theirs.work, unit)
        print(
            f"By {unit}, Openbook takes in {ours.pages / spent * usual / theirs.pages:.1f} times "
            f"the pages and {ours.chunks / spent * usual / theirs.chunks:.1f} times the chunks."
        )
    least = ours.embedding.seconds
    print(
        f"Embedding the same chunks alone takes {least:.1f} s; all of it takes "
        f"{ours.work.seconds / least:.2f} times that."
    )


def openbook(pdfs: Sequence[Path], home: Path, *, ocr: bool) -> Result:
    """Through the queue, as from the upload box: read, chunked, screened, embedded and indexed."""
    result = Result("Openbook, scanned page as well" if ocr else "Openbook")
    settings = Settings.from_environment({}, home=home, ocr=ocr)
    workspace = open_workspace(settings, role="the benchmark")
    try:
        with result.loading.running():
            workspace.embeddings.encode(["ready"])
            workspace.store.vectors.collections()  # reads Chroma in, as the other stack has it
        with result.peak.running(), result.work.running():
            jobs = [workspace.library.add(path.name, path) for path in pdfs]
            workspace.jobs.wait([job.id for job in jobs])
        documents = workspace.library.documents()
        chunks = [one for d in documents for one in workspace.store.documents.chunks(d.id)]
        with result.embedding.running():
            workspace.embeddings.encode([embedded_text(chunk) for chunk in chunks])
    finally:
        workspace.close()
    if len(documents) != len(pdfs):
        sys.exit("Openbook could not take in all of the samples.")
    result.pages = sum(document.pages for document in documents)
    result.chunks = sum(document.chunks for document in documents)
    return result


def usual_stack(pdfs: Sequence[Path], folder: Path) -> Result:
    """The few lines that tutorials show, with their usual sizes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from langchain_chroma import Chroma
        from langchain_community.document_loaders import PyPDFLoader
        from langchain_community.embeddings import HuggingFaceEmbeddings
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        result = Result("PyPDFLoader, HuggingFaceEmbeddings, Chroma")
        with result.loading.running():
            model = HuggingFaceEmbeddings(model_name=str(built_in_folder()))
            model.embed_query("ready")
    with result.peak.running(), result.work.running():
        pages = [page for path in pdfs for page in PyPDFLoader(path).load()]
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        chunks = splitter.split_documents(pages)
        Chroma.from_documents(chunks, model, persist_directory=str(folder))
    result.pages, result.chunks = len(pages), len(chunks)
    return result


def _row(result: Result) -> str:
    seconds = result.work.seconds
    return (
        f"| {result.name} | {result.pages} | {result.chunks} | {seconds:.1f} "
        f"| {result.work.processor:.1f} | {result.pages / seconds:.1f} "
        f"| {result.chunks / seconds:.1f} | {result.loading.seconds:.1f} "
        f"| {result.peak.megabytes:.0f} |"
    )


def _processor_seconds() -> float:
    own = psutil.Process()
    times = [one.cpu_times() for one in (own, *own.children(recursive=True))]
    return float(sum(t.user + t.system + t.children_user + t.children_system for t in times))


if __name__ == "__main__":
    main()
