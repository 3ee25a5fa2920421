"""Questions of SQuAD's training articles, each with the evidence the product's retriever delivers.

`python -m pretraining.pairs DATA --work DIR --out pairs.jsonl`. One JSON object a line: `question`,
`fact` (whether a short answer is asked for), `lines` (best first, each with its `text` and the
`document`, `heading` and `number` of its passage) and `answers` (every annotator's). Some ten
minutes on two cores.
"""

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answering.condensing import evidence_lines
from assistant.models.embedding import Matrix, SentenceEmbeddings
from assistant.retrieval.evidence import read_evidence
from assistant.retrieval.hits import readable
from assistant.retrieval.question import asks_for_fact
from assistant.retrieval.selection import READ, Passage, select_passages
from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from benchmarks.answers import write_articles


class Remembered(SentenceEmbeddings):
    """The product's embeddings; a sentence that many questions find is embedded once."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._known: dict[str, Matrix] = {}

    def encode(self, texts: Sequence[str]) -> Matrix:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, super().encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    with gzip.open(given.data / "squad" / "train-v1.1-44articles.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    files = write_articles(rows, given.work / "articles")
    settings = Settings.from_environment(home=given.work / "home", refusal_threshold=0.0)
    workspace = open_workspace(settings, role="pretraining")
    try:
        jobs = [workspace.library.add(path.name, path) for path in files]
        workspace.jobs.wait([job.id for job in jobs])
        with given.out.open("w", encoding="utf-8") as out:
            for row in delivered(workspace, rows):
                print(json.dumps(row, ensure_ascii=False), file=out)
    finally:
        workspace.close()


def delivered(workspace: Workspace, rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every question with the evidence it gets."""
    settings, store = workspace.settings, workspace.store
    embeddings = Remembered(settings.embedding)
    for number, row in enumerate(rows):
        question = row["question"].strip()
        hits = workspace.retriever.search(question, kb=settings.kb)
        reading = read_evidence(
            workspace.retriever.questions(question),
            readable(hits)[:READ],
            lambda chunk: store.documents.blocks(chunk.document_id, chunk.page),
            embeddings,
        )
        yield {
            "question": question,
            "fact": asks_for_fact(question),
            "lines": _lines(select_passages(hits, reading, settings).passages),
            "answers": [answer["text"] for answer in row["answers"]],
        }
        if number % 500 == 0:
            print(f"{number} of {len(rows)}", flush=True)


def _lines(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    by_marker = {passage.marker: passage.hit for passage in passages}
    return [
        {
            "number": marker,
            "document": by_marker[marker].document.title,
            "heading": by_marker[marker].chunk.heading,
            "text": text,
        }
        for marker, text in evidence_lines(passages)
    ]


if __name__ == "__main__":
    main()
