"""The retrieval ladder: what each step of a search adds, on sets whose answers are known.

Keyword search, dense search, both joined, and the evidence of sentences on top, over the same
indexes as a person's search. `DATA` is a folder with `squad`, `ir` and `pdfs`; a set that is not
there is left out. Tables go to standard output.
"""

import argparse
import csv
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.retrieval.evidence import read_evidence
from assistant.retrieval.question import Question
from assistant.retrieval.ranking_measures import ndcg, recall, reciprocal_rank
from assistant.retrieval.retriever import Hit
from assistant.retrieval.selection import READ
from assistant.retrieval.spelling import correct_spelling
from assistant.workspace import Workspace
from benchmarks.answers import Open, squad, write_articles

DEPTH = 50  # chunks, as answering takes
MEASURES: Mapping[str, tuple[Callable[[Sequence[str], Mapping[str, float], int], float], int]] = {
    "nDCG@10": (ndcg, 10),
    "Recall@5": (recall, 5),
    "Recall@10": (recall, 10),
    "MRR@10": (reciprocal_rank, 10),
}
RESAMPLED = 2000  # times, for the intervals
SQUAD_QUESTIONS = 1000

Search = Callable[[str], list[Hit]]
Key = Callable[[Hit], str]  # what a hit is judged as: its page, its paragraph, its document


@dataclass(frozen=True)
class TestSet:
    """Files, questions with the gain of each key, and the key of a hit."""

    name: str
    files: Sequence[Path]
    questions: Sequence[tuple[str, Mapping[str, float]]]
    key: Key


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder to work in")
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    given = parser.parse_args()
    for name in given.sets:
        if not (given.data / FOLDERS[name]).is_dir():
            print(f"\n{name}: {given.data / FOLDERS[name]} is not there.")
            continue
        test = SETS[name](given.data / FOLDERS[name], given.work)
        with Open(given.work / name, test.files) as workspace:
            report(test, workspace)


def report(test: TestSet, workspace: Workspace) -> None:
    """Print the ladder of one set."""
    print(f"\n{test.name}, {len(test.questions)} questions, {len(test.files)} files\n")
    print(f"| search | {' | '.join(MEASURES)} | ms |")
    print("|---" * (len(MEASURES) + 2) + "|")
    for name, search in ladder(workspace).items():
        rows, milliseconds = [], []
        for question, gains in test.questions:
            begun = time.perf_counter()
            hits = search(question)
            milliseconds.append((time.perf_counter() - begun) * 1000)
            ranking = list(dict.fromkeys(test.key(hit) for hit in hits))
            rows.append([measure(ranking, gains, k) for measure, k in MEASURES.values()])
        figures = " | ".join(_figure(values) for values in np.array(rows).T)
        print(f"| {name} | {figures} | {np.median(milliseconds):.0f} |", flush=True)


def ladder(workspace: Workspace) -> dict[str, Search]:
    """Every step, as a search that returns hits, best first."""
    kb, store, retriever = workspace.settings.kb, workspace.store, workspace.retriever

    def found(*methods: str) -> Search:
        def search(question: str) -> list[Hit]:
            spelt, _ = correct_spelling(question, store.keywords)
            return retriever.search(question, kb=kb, spelt=spelt, methods=methods)

        return search

    def by_evidence(question: str) -> list[Hit]:
        hits = found("dense", "keyword")(question)
        documents = store.documents
        reading = read_evidence(
            Question.read(question, store.keywords),
            hits[:READ],
            lambda chunk: documents.blocks(chunk.document_id, chunk.page),
            retriever.embeddings,
        )
        best = [its[0].score if its else 0.0 for its in reading.by_hit]
        order = sorted(range(len(best)), key=lambda place: -best[place])
        return [*(hits[place] for place in order), *hits[READ:]]

    return {
        "keyword": found("keyword"),
        "dense": found("dense"),
        "hybrid": found("dense", "keyword"),
        "hybrid, by evidence": by_evidence,
    }


def _figure(values: Sequence[float]) -> str:
    """The mean with its 95 % bootstrap interval."""
    drawn = np.random.default_rng(0).choice(values, (RESAMPLED, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{np.mean(values):.3f} ({low:.2f}–{high:.2f})"


def _page(hit: Hit) -> str:
    return f"{hit.document.name}#{hit.page}"


def northwind(folder: Path, work: Path) -> TestSet:
    questions = [
        (row["question"], {f"{c['doc']}#{c['page_1based']}": 1.0 for c in row["citations"]})
        for row in _lines(folder / "questions.jsonl")
    ]
    return TestSet("Northwind, pages", sorted((folder / "docs").glob("*.pdf")), questions, _page)


def financebench(folder: Path, work: Path) -> TestSet:
    questions = [
        (row["question"], {f"{e['doc']}.pdf#{e['page_1based']}": 1.0 for e in row["evidence"]})
        for row in _lines(folder / "questions.jsonl")
    ]
    return TestSet(
        "FinanceBench, pages of all filings",
        sorted((folder / "docs").glob("*.pdf")), questions, _page,
    )  # fmt: skip


def dev_a(folder: Path, work: Path) -> TestSet:
    rows = squad(folder / "dev-v1.1-A.jsonl.gz")
    files = write_articles(rows, work / "articles")
    names = dict(zip(dict.fromkeys(row["title"] for row in rows), files, strict=True))
    spans: dict[str, dict[str, tuple[int, int]]] = {}
    for row in rows:
        its = spans.setdefault(names[row["title"]].name, {})
        start = max((end for _, end in its.values()), default=-2) + 2
        its.setdefault(row["context_id"], (start, start + len(row["context"])))

    def paragraph(hit: Hit) -> str:
        """The paragraph that most of the chunk is from."""

        def shared(span: tuple[int, int]) -> int:
            return min(span[1], hit.chunk.end) - max(span[0], hit.chunk.start)

        its = spans[hit.document.name]
        return max(its, key=lambda one: shared(its[one]))

    asked = random.Random(0).sample(rows, SQUAD_QUESTIONS)
    questions = [(row["question"], {row["context_id"]: 1.0}) for row in asked]
    return TestSet("SQuAD v1.1 dev-A, paragraphs", files, questions, paragraph)


def cranfield(folder: Path, work: Path) -> TestSet:
    files = []
    (work / "abstracts").mkdir(parents=True, exist_ok=True)
    for row in _lines(folder / "corpus.jsonl"):
        files.append(work / "abstracts" / f"{row['_id']}.txt")
        files[-1].write_text(f"{row['title']}\n\n{row['text']}", encoding="utf-8")
    gains: dict[str, dict[str, float]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            its = gains.setdefault(row["query-id"], {})
            its[f"{row['corpus-id']}.txt"] = max(0.0, float(row["score"]))
    questions = [
        (row["text"], gains[row["_id"]])
        for row in _lines(folder / "queries.jsonl")
        if row["_id"] in gains
    ]
    return TestSet("Cranfield, abstracts", files, questions, lambda hit: hit.document.name)


def _lines(path: Path) -> Iterator[dict]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


SETS = {
    "cranfield": cranfield,
    "squad": dev_a,
    "financebench": financebench,
    "northwind": northwind,
}
FOLDERS = {
    "cranfield": "ir/cranfield",
    "squad": "squad",
    "financebench": "pdfs/financebench",
    "northwind": "pdfs/northwind",
}

if __name__ == "__main__":
    main()
