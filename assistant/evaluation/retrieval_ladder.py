"""The retrieval ladder: what each step of a search adds, on questions whose answers are known."""

import statistics
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.retrieval.evidence import read_evidence
from assistant.retrieval.hits import Hit
from assistant.retrieval.ranking_measures import ndcg, recall, reciprocal_rank
from assistant.retrieval.retriever import (
    DENSE,
    FEEDBACK,
    KEYWORD,
    METHODS,
    RERANKER,
    TITLE,
    Retriever,
)
from assistant.retrieval.selection import READ, worth
from assistant.retrieval.spelling import correct_spelling
from store.store import Store

MEASURES: Mapping[str, tuple[Callable[[Sequence[str], Mapping[str, float], int], float], int]] = {
    "nDCG@10": (ndcg, 10),
    "Recall@5": (recall, 5),
    "Recall@10": (recall, 10),
    "MRR@10": (reciprocal_rank, 10),
}
SPAN, HITS = "Span recall@5", 5  # the share of all that answers which so many chunks hold
FIGURES = (*MEASURES, SPAN)
RESAMPLED = 2000  # times, for the intervals

Search = Callable[[str], list[Hit]]
Keys = Callable[[Hit], Sequence[str]]  # what a hit shows: its page, paragraphs or document


@dataclass(frozen=True)
class Judged:
    """A question, and the gain (0 or more) of whatever answers it, by key."""

    question: str
    gains: Mapping[str, float]


@dataclass(frozen=True)
class Figure:
    """A mean over questions, with its 95 % bootstrap interval (percentiles)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Rung:
    """What one way of searching reaches, and the median of its milliseconds a question."""

    name: str
    figures: Mapping[str, Figure]
    milliseconds: float


def climb(
    store: Store,
    retriever: Retriever,
    kb: str,
    questions: Sequence[Judged],
    keys: Keys,
    *,
    only: Collection[str] | None = None,
) -> Iterator[Rung]:
    """Measure every rung, from single methods to all that a search does, or `only` some. Raises
    EmbeddingMismatch."""
    for name, search in _rungs(store, retriever, kb).items():
        if only is not None and name not in only:
            continue
        rows, milliseconds = [], []
        for judged in questions:
            begun = time.perf_counter()
            hits = search(judged.question)
            milliseconds.append((time.perf_counter() - begun) * 1000)
            ranking = list(dict.fromkeys(key for hit in hits for key in keys(hit)))
            row = [measure(ranking, judged.gains, k) for measure, k in MEASURES.values()]
            rows.append([*row, _share(hits[:HITS], judged.gains, keys)])
        figures = map(_figure, zip(*rows, strict=True))
        yield Rung(name, dict(zip(FIGURES, figures, strict=True)), statistics.median(milliseconds))


def _share(hits: Sequence[Hit], gains: Mapping[str, float], keys: Keys) -> float:
    """Of all keys with a gain, those that the hits show."""
    wanted = {key for key, gain in gains.items() if gain > 0}
    return len(wanted & {key for hit in hits for key in keys(hit)}) / len(wanted)


def _rungs(store: Store, retriever: Retriever, kb: str) -> dict[str, Search]:
    def joined(*methods: str, parts: tuple[()] | None = ()) -> Search:
        def search(question: str) -> list[Hit]:
            spelt, _ = correct_spelling(question, store.keywords)
            return retriever.search(question, kb=kb, spelt=spelt, parts=parts, methods=methods)

        return search

    def by_evidence(search: Search) -> Search:
        def ordered(question: str) -> list[Hit]:
            hits = search(question)
            reading = read_evidence(
                retriever.questions(question),
                hits[:READ],
                lambda chunk: store.documents.blocks(chunk.document_id, chunk.page),
                retriever.embeddings,
            )
            read = sorted(zip(hits, reading.by_hit, strict=False), key=lambda pair: -worth(*pair))
            return [*(hit for hit, _ in read), *hits[READ:]]

        return ordered

    hybrid, whole = joined(DENSE, KEYWORD), joined(*METHODS, parts=None)
    rungs = {
        "keyword": joined(KEYWORD),
        "dense": joined(DENSE),
        "hybrid": hybrid,
        "hybrid, reranked": joined(DENSE, KEYWORD, RERANKER),
        "hybrid, by evidence": by_evidence(hybrid),
        "with titles": joined(DENSE, KEYWORD, TITLE),
        "with parts": joined(DENSE, KEYWORD, TITLE, parts=None),
        "with feedback": joined(DENSE, KEYWORD, TITLE, FEEDBACK, parts=None),
        "reranked": whole,
        "by evidence": by_evidence(whole),
    }
    if not retriever.reranker:
        del rungs["hybrid, reranked"], rungs["reranked"]
    return rungs


def _figure(values: Sequence[float]) -> Figure:
    drawn = np.random.default_rng(0).choice(values, (RESAMPLED, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5]).tolist()
    return Figure(statistics.fmean(values), low, high)
