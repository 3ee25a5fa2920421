"""Fits the weights of assistant/retrieval/evidence.py and shows what they are worth.

Half of the SQuAD 1.1 training articles are one knowledge base, the other half another. Questions
about the first half, asked of both, say which sentences answer and whether an answer is there at
all. Development questions and the northwind handbook are asked too, only to report.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.retrieval.evidence import ANSWERABLE_BIAS, ANSWERABLE_WEIGHTS, Reading, read_evidence
from assistant.retrieval.question import Question
from assistant.retrieval.selection import READ
from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from benchmarks.answers import plain, squad, write_articles

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder to work in")
    parser.add_argument("--questions", type=int, default=220)
    given = parser.parse_args()
    train = squad(given.data / "squad" / "train-v1.1-44articles.jsonl.gz")
    titles = sorted({row["title"] for row in train})
    known = {title for title in titles[: len(titles) // 2]}
    half = [row for row in train if row["title"] in known]
    other = [row for row in train if row["title"] not in known]
    asked = random.Random(0).sample(half, given.questions)
    development = squad(given.data / "squad" / "dev-v2.0-A.jsonl.gz")
    fresh = [row for row in development if not row["is_impossible"]]
    fresh = random.Random(1).sample(fresh, given.questions)
    workspace = open_workspace(Settings.from_environment(home=given.work / "home"))
    add(workspace, "with", write_articles(half, given.work / "with"))
    add(workspace, "without", write_articles(other, given.work / "without"))
    add(workspace, "development", write_articles(development, given.work / "development"))
    add(workspace, "handbook", sorted((given.data / "pdfs" / "northwind" / "docs").glob("*.pdf")))
    answerable = readings(workspace, "with", asked)
    elsewhere = readings(workspace, "without", asked)
    fit_sentences(answerable, asked)
    fit_answerable(answerable, elsewhere)
    report("answerable, training", answerable)
    report("of other articles, training", elsewhere)
    report("answerable, development", readings(workspace, "development", fresh))
    report("development questions on the handbook", readings(workspace, "handbook", fresh))
    workspace.close()


def add(workspace: Workspace, kb: str, files: Sequence[Path]) -> None:
    jobs = [workspace.library.add(path.name, path, kb=kb) for path in files]
    workspace.jobs.wait([job.id for job in jobs])


def readings(workspace: Workspace, kb: str, rows: Sequence[dict[str, Any]]) -> list[Reading]:
    """What reading the best hits gives for every question."""
    documents = workspace.store.documents
    return [
        read_evidence(
            Question.read(row["question"], workspace.store.keywords),
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
    print("in use", ANSWERABLE_WEIGHTS, ANSWERABLE_BIAS)


def report(name: str, found: Sequence[Reading]) -> None:
    """Print the share that would be refused at several thresholds."""
    shares = [
        f"{t}: {np.mean([reading.confidence < t for reading in found]):.1%}" for t in THRESHOLDS
    ]
    print(f"{name}, refused at threshold", ", ".join(shares))


if __name__ == "__main__":
    main()
