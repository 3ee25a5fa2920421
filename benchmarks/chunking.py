"""Which chunk size and overlap find the asked-for text best: character recall and precision.

Runs over the chunking_eval set (questions with the spans that answer them). Recall and precision
are over characters, as in Smith and Troynikov 2024, "Evaluating Chunking Strategies for
Retrieval"; once for the five best chunks, once for as many as fit into 600 words, since five big
chunks hold more text than five small ones.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.ingestion.chunking import chunk_pages
from assistant.ingestion.reading import read_file
from assistant.models.embedding import SentenceEmbeddings
from assistant.retrieval.fusion import combine
from assistant.sentences import count_words
from assistant.settings import MINILM, Settings
from store.keywords import Keywords
from store.records import Chunk, embedded_text

SIZES = ((60, 0), (90, 0), (120, 0), (120, 30), (160, 0), (160, 40), (220, 0), (300, 0))
BUDGET_WORDS = 600
Spans = Sequence[tuple[int, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder chunking_eval")
    parser.add_argument("--work", type=Path, required=True, help="an empty folder to work in")
    given = parser.parse_args()
    lines = (given.data / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    embeddings = SentenceEmbeddings(MINILM)
    print("| words | overlap | recall@5 | precision@5 | recall, 600 words | precision, 600 words |")
    print("|---|---|---|---|---|---|")
    for words, overlap in SIZES:
        rows = []
        for corpus in sorted({q["corpus"] for q in questions}):
            path = given.data / "corpora" / f"{corpus}.md"
            folder = given.work / f"{corpus}-{words}-{overlap}"
            asked = [q for q in questions if q["corpus"] == corpus]
            rows += measure(path, asked, embeddings, folder, words, overlap)
        means = " | ".join(f"{value:.3f}" for value in np.mean(rows, axis=0))
        print(f"| {words} | {overlap} | {means} |", flush=True)


def measure(
    path: Path,
    questions: Sequence[dict],
    embeddings: SentenceEmbeddings,
    folder: Path,
    words: int,
    overlap: int,
) -> list[list[float]]:
    """Recall and precision at five chunks and at the word budget, for every question."""
    _, pages = read_file(path, name=path.name, settings=Settings())
    chunks = list(chunk_pages("d", "", pages, words=words, overlap=overlap))
    vectors = embeddings.encode([embedded_text(chunk) for chunk in chunks])
    keywords = Keywords(folder)
    keywords.apply(1, added=[("kb", "", chunk) for chunk in chunks])
    by_id = {chunk.id: chunk for chunk in chunks}
    ids = [chunk.id for chunk in chunks]
    rows = []
    for question, vector in zip(
        questions, embeddings.encode([q["question"] for q in questions]), strict=True
    ):
        near = vectors @ vector
        dense = {ids[i]: float(near[i]) for i in np.argsort(-near)[:50]}
        keyword = dict(keywords.search("kb", question["question"], 50))
        ranked = [by_id[i] for i in combine(dense, keyword)]
        wanted = [(r["start"], r["end"]) for r in question["references"]]
        rows.append([*score(wanted, ranked[:5]), *score(wanted, within(ranked, BUDGET_WORDS))])
    return rows


def within(ranked: Sequence[Chunk], words: int) -> list[Chunk]:
    """As many of the first chunks as fit into the words."""
    taken: list[Chunk] = []
    for chunk in ranked:
        words -= count_words(chunk.text)
        if words < 0 and taken:
            break
        taken.append(chunk)
    return taken


def score(wanted: Spans, found: Sequence[Chunk]) -> tuple[float, float]:
    """The share of wanted characters that were found, and of found ones that were wanted."""
    want = {i for start, end in wanted for i in range(start, end)}
    have = {i for chunk in found for i in range(chunk.start, chunk.end)}
    both = len(want & have)
    return both / len(want), both / max(1, len(have))


if __name__ == "__main__":
    main()
