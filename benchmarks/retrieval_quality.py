"""What each step of a search adds, on public sets whose answers are known.

Keyword search, dense search, both joined, titles and parts of the question, the reranker, and the
evidence of sentences on top, over the same indexes as a person's search. `DATA` is a folder with
`squad`, `ir`, `pdfs` and `chunking_eval`; a set that is not there is left out. Tables go to
standard output.
"""

import argparse
import csv
import json
import random
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.evaluation.retrieval_ladder import FIGURES, Judged, Keys, climb
from assistant.retrieval.hits import Hit
from assistant.workspace import Workspace
from benchmarks.answers import Open, squad, write_articles
from benchmarks.without_prefix import without_prefix

SQUAD_QUESTIONS = 500
BARE = ("keyword", "dense", "hybrid")  # rungs that a library without context can climb


@dataclass(frozen=True)
class TestSet:
    """Files, questions with what answers them, and the keys of a hit."""

    name: str
    files: Sequence[Path]
    questions: Sequence[Judged]
    keys: Keys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder to work in")
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--limit", type=int, help="ask that many questions of each set")
    parser.add_argument(
        "--bare", action="store_true", help="only searches without title and heading before chunks"
    )
    given = parser.parse_args()
    for name in given.sets:
        if not (given.data / FOLDERS[name]).is_dir():
            print(f"\n{name}: {given.data / FOLDERS[name]} is not there.")
            continue
        test = SETS[name](given.data / FOLDERS[name], given.work)
        limit = given.limit or len(test.questions)
        with Open(given.work / name, test.files) as workspace:
            if not given.bare:
                report(test, workspace, limit)
                continue
            with closing(without_prefix(workspace, given.work / f"{name}-bare")) as bare:
                report(test, bare, limit, only=BARE)


def report(
    test: TestSet, workspace: Workspace, limit: int, *, only: Collection[str] | None = None
) -> None:
    """Print the ladder of one set, or `only` some rungs of it."""
    asked = test.questions
    if limit < len(asked):
        asked = random.Random(1).sample(asked, limit)
    print(f"\n{test.name}, {len(asked)} questions, {len(test.files)} files\n")
    print(f"| search | {' | '.join(FIGURES)} | ms |")
    print("|---" * (len(FIGURES) + 2) + "|")
    kb = workspace.settings.kb
    for rung in climb(workspace.store, workspace.retriever, kb, asked, test.keys, only=only):
        figures = (f"{f.mean:.3f} ({f.low:.2f}–{f.high:.2f})" for f in rung.figures.values())
        print(f"| {rung.name} | {' | '.join(figures)} | {rung.milliseconds:.0f} |", flush=True)


def _page(hit: Hit) -> Sequence[str]:
    return [f"{hit.document.name}#{hit.page}"]


def northwind(folder: Path, work: Path) -> TestSet:
    questions = [
        Judged(row["question"], {f"{c['doc']}#{c['page_1based']}": 1.0 for c in row["citations"]})
        for row in _lines(folder / "questions.jsonl")
    ]
    return TestSet("Northwind, pages", sorted((folder / "docs").glob("*.pdf")), questions, _page)


def financebench(folder: Path, work: Path) -> TestSet:
    questions = [
        Judged(
            row["question"], {f"{e['doc']}.pdf#{e['page_1based']}": 1.0 for e in row["evidence"]}
        )
        for row in _lines(folder / "questions.jsonl")
    ]
    return TestSet(
        "FinanceBench, pages of all filings",
        sorted((folder / "docs").glob("*.pdf")), questions, _page,
    )  # fmt: skip


def dev_a(folder: Path, work: Path) -> TestSet:
    rows = squad(folder / "dev-v1.1-A.jsonl.gz")
    files = write_articles(rows, work / "articles")
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    paragraphs: dict[str, dict[str, str]] = {}
    for row, name in zip(rows, _names(rows, files), strict=True):
        paragraphs.setdefault(name, {})[row["context_id"]] = row["context"]
    spans = {name: list(_spans(texts[name], its)) for name, its in paragraphs.items()}

    def shown(hit: Hit) -> Sequence[str]:
        """The paragraphs of which the chunk has half, or of which half the chunk is, most first."""
        start = texts[hit.document.name].find(hit.chunk.text)
        assert start >= 0, "a chunk has the very text of its file"
        end = start + len(hit.chunk.text)
        shares = [
            (min(last, end) - max(first, start), last - first, key)
            for key, first, last in spans[hit.document.name]
        ]
        halves = [one for one in shares if one[0] * 2 >= min(one[1], end - start)]
        return [key for _, _, key in sorted(halves, reverse=True)]

    asked = random.Random(0).sample(rows, SQUAD_QUESTIONS)
    questions = [Judged(row["question"], {row["context_id"]: 1.0}) for row in asked]
    return TestSet("SQuAD v1.1 dev-A, paragraphs", files, questions, shown)


def _names(rows: Sequence[dict[str, Any]], files: Sequence[Path]) -> Iterator[str]:
    """The name of the file that each row's article was written to."""
    titles = dict.fromkeys(row["title"] for row in rows)
    names = dict(zip(titles, (path.name for path in files), strict=True))
    return (names[row["title"]] for row in rows)


def _spans(text: str, paragraphs: Mapping[str, str]) -> Iterator[tuple[str, int, int]]:
    """Id, start and end of each paragraph, in their order."""
    start = 0
    for key, paragraph in paragraphs.items():
        start = text.index(paragraph, start)
        yield key, start, start + len(paragraph)


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
        Judged(row["text"], gains[row["_id"]])
        for row in _lines(folder / "queries.jsonl")
        if row["_id"] in gains
    ]
    return TestSet("Cranfield, abstracts", files, questions, lambda hit: [hit.document.name])


def chunking_eval(folder: Path, work: Path) -> TestSet:
    """Questions with the passages that answer them; what counts is every word of those."""
    rows = list(_lines(folder / "questions.jsonl"))
    files = [folder / "corpora" / f"{name}.md" for name in sorted({row["corpus"] for row in rows})]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    questions, wanted = [], {name: set[int]() for name in texts}
    for row in rows:
        name = f"{row['corpus']}.md"
        spans = [(one["start"], one["end"]) for one in row["references"]]
        words = {a + m.start() for a, b in spans for m in re.finditer(r"\S+", texts[name][a:b])}
        wanted[name] |= words
        questions.append(Judged(row["question"], {f"{name}#{word}": 1.0 for word in words}))

    def shown(hit: Hit) -> Sequence[str]:
        name, words = hit.document.name, range(hit.chunk.start, hit.chunk.end)
        return [f"{name}#{word}" for word in sorted(wanted[name].intersection(words))]

    return TestSet("chunking_eval, words of the spans that answer", files, questions, shown)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


SETS = {
    "cranfield": cranfield,
    "squad": dev_a,
    "financebench": financebench,
    "northwind": northwind,
    "chunking_eval": chunking_eval,
}
FOLDERS = {
    "cranfield": "ir/cranfield",
    "squad": "squad",
    "financebench": "pdfs/financebench",
    "northwind": "pdfs/northwind",
    "chunking_eval": "chunking_eval",
}

if __name__ == "__main__":
    main()
