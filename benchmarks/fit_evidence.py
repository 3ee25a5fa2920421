"""Fits the weights of assistant/retrieval/evidence.py and shows what they are worth.

Questions on the SQuAD 1.1 training articles that the reranker did not learn from, asked of a
knowledge base of all of them and of one of others, and questions changed so that nothing answers
them, say which sentences answer and whether an answer is there at all. With OPENBOOK_RERANKER=none
the weights are those for searches without a reranker. Development questions and the northwind
handbook are asked too, only to report.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.retrieval.evidence import Reading, read_evidence
from assistant.retrieval.selection import READ
from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from benchmarks.answers import plain, squad, write_articles
from pretraining.altered_questions import altered
from pretraining.reranker import held_out

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder to work in")
    parser.add_argument("--questions", type=int, default=220)
    given = parser.parse_args()
    train = squad(given.data / "squad" / "train-v1.1-44articles.jsonl.gz")
    titles = sorted({row["title"] for row in train if row["title"][0].isupper()})
    held = held_out(titles)
    asked = random.Random(0).sample([row for row in train if row["title"] in held], given.questions)
    other = [row for row in train if row["title"] in titles[1::2] and row["title"] not in held]
    development = squad(given.data / "squad" / "dev-v2.0-A.jsonl.gz")
    fresh = random.Random(1).sample(development, 2 * given.questions)
    workspace = open_workspace(Settings.from_environment(home=given.work / "home"))
    add(workspace, "with", write_articles(train, given.work / "with"))
    add(workspace, "without", write_articles(other, given.work / "without"))
    add(workspace, "development", write_articles(development, given.work / "development"))
    add(workspace, "handbook", sorted((given.data / "pdfs" / "northwind" / "docs").glob("*.pdf")))
    found = {
        "answerable": readings(workspace, "with", asked),
        "of other articles": readings(workspace, "without", asked),
        "changed": readings(workspace, "with", changed(asked)),
        "answerable, development": readings(
            workspace, "development", [row for row in fresh if not row["is_impossible"]]
        ),
        "without an answer, development": readings(
            workspace, "development", [row for row in fresh if row["is_impossible"]]
        ),
        "development questions on the handbook": readings(workspace, "handbook", asked),
    }
    workspace.close()
    fit_sentences(found["answerable"], asked)
    fit_answerable(found["answerable"], [*found["of other articles"], *found["changed"]])
    for name, its in found.items():
        report(name, its)


def changed(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The questions changed so that their passage no longer answers them, where that goes."""
    dice = random.Random(2)
    new = [(row, altered(row["question"], row["context"], dice)) for row in rows]
    return [{**row, "question": question} for row, question in new if question]


def add(workspace: Workspace, kb: str, files: Sequence[Path]) -> None:
    jobs = [workspace.library.add(path.name, path, kb=kb) for path in files]
    workspace.jobs.wait([job.id for job in jobs])


def readings(workspace: Workspace, kb: str, rows: Sequence[dict[str, Any]]) -> list[Reading]:
    """What reading the best hits gives for every question."""
    documents = workspace.store.documents
    return [
        read_evidence(
            workspace.retriever.questions(row["question"]),
            workspace.retriever.search(row["question"], kb=kb)[:READ],
            lambda chunk: documents.blocks(chunk.document_id, chunk.page),
            workspace.embeddings,
        )
        for row in rows
    ]


def fit_sentences(found: Sequence[Reading], rows: Sequence[dict[str, Any]]) -> None:
    """Print weights for "this sentence holds a gold answer", and how often the best one does."""
    features, labels, first = [], [], []
    for reading, row in zip(found, rows, strict=True):
        gold = [f" {plain(answer['text'])} " for answer in row["answers"]]
        evidence = [e for its in reading.by_hit for e in its]
        held = [any(g in f" {plain(e.text)} " for g in gold) for e in evidence]
        features += [e.features for e in evidence]
        labels += held
        best = max(range(len(evidence)), key=lambda i: evidence[i].score)
        first.append(held[best])
    model = LogisticRegression(max_iter=3000).fit(np.array(features), labels)
    print("sentence weights", model.coef_[0].round(2), "bias", model.intercept_.round(2))
    print(f"best sentence holds a gold answer, weights in use: {np.mean(first):.1%}")


def fit_answerable(yes: Sequence[Reading], no: Sequence[Reading]) -> None:
    """Print weights for "the hits answer this"."""
    features = np.array([reading.features for reading in [*yes, *no]])
    labels = [1] * len(yes) + [0] * len(no)
    model = LogisticRegression(C=10, max_iter=5000, class_weight="balanced").fit(features, labels)
    print("answerable weights", model.coef_[0].round(2), "bias", model.intercept_.round(2))


def report(name: str, found: Sequence[Reading]) -> None:
    """Print the share that would be refused at several thresholds."""
    shares = [
        f"{t}: {np.mean([reading.confidence < t for reading in found]):.1%}" for t in THRESHOLDS
    ]
    print(f"{name}, refused at threshold", ", ".join(shares))


if __name__ == "__main__":
    main()
