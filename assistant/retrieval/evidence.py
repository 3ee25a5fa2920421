"""Scores the sentences of retrieved chunks as evidence for a question.

Knows nothing of passages, budgets or refusals: selection.py decides with these scores.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.models.embedding import SentenceEmbeddings
from assistant.retrieval.hits import Hit, ReadHit
from assistant.retrieval.question import Question
from assistant.retrieval.units import Unit, units
from store.keywords import stems
from store.records import Block, Chunk, embedded_text


@dataclass(frozen=True)
class Weights:
    """A logistic regression: the probability is 1 / (1 + exp(-(weights * features + bias)))."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Sequence[float]) -> float:
        logit = self.bias + sum(w * f for w, f in zip(self.weights, features, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


Table = tuple[str, int, str]
OTHER_ROW = 0.2  # what is left of a row's score that has none of what another row has
NOWHERE = -10.0  # logit of a sentence that lies beyond what a reranker reads of a passage
# Fitted on questions of SQuAD 1.1 training articles: `python -m benchmarks.fit_evidence` fits them
# again, docs/decisions.md has the figures. Orders: see `_features` and `read_evidence`; READ
# are those where a reranker read all hits. The last is of years, 0.49 where all are fitted anew.
SENTENCE = Weights((4.48, 1.43, 2.08, 0.46, 0.33, -1.45, 1.55, 0.5), -7.2)
SENTENCE_READ = Weights((0.28, 2.71, 0.0, 1.15, -0.24, -0.86, 1.05, 0.5), -3.56)
# The same questions, asked of articles with and without the answer, and changed. The bias of READ
# was raised by 1.19 on development questions, so that few answerable ones are refused at 0.45.
ANSWERABLE = Weights((1.55, 5.70, 3.89, 6.41), -3.96)
ANSWERABLE_READ = Weights((0.56, -0.81, 4.39, 3.03, -0.06), -1.64)


@dataclass(frozen=True)
class Evidence:
    """A sentence, list or table row of a chunk: its span in the chunk's text, the probability that
    it answers the question, and what that rests on."""

    start: int
    end: int
    text: str
    score: float
    header: str = ""
    features: tuple[float, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What reading the hits gave: each hit's sentences, best first, and the probability that the
    hits answer the question at all."""

    by_hit: tuple[tuple[Evidence, ...], ...]
    confidence: float
    features: tuple[float, ...] = ()


def read_evidence(
    questions: Sequence[Question],
    hits: Sequence[Hit],
    blocks: Callable[[Chunk], Sequence[Block]],
    embeddings: SentenceEmbeddings,
) -> Reading:
    """Score every sentence of the hits, which were found for all the questions that are asked at
    once; `blocks` gives the blocks of the page a chunk is on."""
    found = [list(units(hit.chunk, blocks(hit.chunk))) for hit in hits]
    if not any(found):
        return Reading(tuple(() for _ in hits), 0.0)
    readings = []
    for number, question in enumerate(questions):
        read = [hit.read[number] for hit in hits if hit.read]
        told = read if len(read) == len(hits) else None
        readings.append(_reading(question, hits, found, told, embeddings))
    return joined(readings)


def joined(readings: Sequence[Reading]) -> Reading:
    """One reading of the same hits for questions that are asked at once.

    A sentence counts by the question that it answers best. The best sentences of two questions
    that the hits answer alike count alike, so that neither keeps the other's out.
    """
    confidence = max(reading.confidence for reading in readings)
    best = max(_best(reading) for reading in readings)
    by_hit: list[tuple[Evidence, ...]] = []
    for hit in zip(*(reading.by_hit for reading in readings), strict=True):
        chosen: dict[tuple[int, int], Evidence] = {}
        for reading, its in zip(readings, hit, strict=True):
            share = best / _best(reading) * reading.confidence / confidence
            for one in its:
                shared = replace(one, score=one.score * share)
                known = chosen.setdefault((one.start, one.end), shared)
                if shared.score > known.score:
                    chosen[one.start, one.end] = shared
        by_hit.append(tuple(sorted(chosen.values(), key=lambda one: -one.score)))
    surest = max(readings, key=lambda reading: reading.confidence)
    return Reading(tuple(by_hit), confidence, surest.features)


def _best(reading: Reading) -> float:
    return max(its[0].score for its in reading.by_hit if its)


def _reading(
    question: Question,
    hits: Sequence[Hit],
    found: Sequence[Sequence[Unit]],
    read: Sequence[ReadHit] | None,
    embeddings: SentenceEmbeddings,
) -> Reading:
    """The units found, scored for one question; `read` is what a reranker tells of every hit."""
    likeness = _begins(read, found) if read else _cosines(question, hits, found, embeddings)
    scored = [
        [
            _evidence(question, hit, rank, unit, alike, SENTENCE_READ if read else SENTENCE)
            for unit, alike in zip(its, row, strict=True)
        ]
        for rank, (hit, its, row) in enumerate(zip(hits, found, likeness, strict=True), start=1)
    ]
    best = max(one.score for its in scored for one in its)
    coverage = max(question.coverage(stems(embedded_text(hit.chunk))) for hit in hits)
    similarity = max(hit.scores.get("dense", 0.0) for hit in hits)
    top = max(one for row in likeness for one in row)
    odds = math.log(best / (1 - best))
    if read:
        answers = max(one.answers for one in read)
        features: tuple[float, ...] = (odds, coverage, similarity, answers, top)
    else:
        features = (odds, top, coverage, similarity)
    weights = ANSWERABLE_READ if read else ANSWERABLE
    return Reading(_chosen_rows(question, hits, scored), weights.probability(features), features)


def _chosen_rows(
    question: Question, hits: Sequence[Hit], scored: Sequence[Sequence[Evidence]]
) -> tuple[tuple[Evidence, ...], ...]:
    """The evidence of every hit, best first, where a table's rows count by what they say.

    The head of a table says the same of all its rows, often the very year that is asked about;
    a row counts less by as much of the question as another row of the table has and it has not.
    The best row of a table has the score that its best one had before: as a whole it answers as
    well as it did.
    """
    tables: dict[Table, list[Evidence]] = defaultdict(list)
    for hit, its in zip(hits, scored, strict=True):
        for one in its:
            if one.header:
                tables[hit.chunk.document_id, hit.chunk.page, one.header].append(one)
    scores: dict[Evidence, float] = {}
    for rows in tables.values():
        shares = _shares(question, rows)
        if any(shares):
            kept = [OTHER_ROW + (1 - OTHER_ROW) * share for share in shares]
            weighed = [row.score * share for row, share in zip(rows, kept, strict=True)]
            same = max(row.score for row in rows) / max(weighed)
            scores |= {row: score * same for row, score in zip(rows, weighed, strict=True)}
    chosen = ([replace(one, score=scores.get(one, one.score)) for one in its] for its in scored)
    return tuple(tuple(sorted(its, key=lambda one: -one.score)) for its in chosen)


def _shares(question: Question, rows: Sequence[Evidence]) -> list[float]:
    """How much of the question each row of a table says, beside the one that says the most, or
    beside those that a figure which is asked about is worked out from, which say all of it.

    If the question has the name of one that says the most word for word, others that say as much
    say nothing: who asks for profit after tax does not ask for profit before tax.
    """
    names = [row.text.split("\t")[0] for row in rows]
    said = [question.coverage(stems(row.text)) for row in rows]
    most = max(said)
    best = {name for name, share in zip(names, said, strict=True) if share == most}
    meant = {name for name in best if question.names(name)} or best
    said = [0.0 if name in best - meant else s for name, s in zip(names, said, strict=True)]
    if any(based := [question.rests_on(name) for name in names]):
        return [1.0 if one else share for one, share in zip(based, said, strict=True)]
    return [share / most if most else 0.0 for share in said]


def _begins(read: Sequence[ReadHit], found: Sequence[Sequence[Unit]]) -> list[list[float]]:
    """For every unit of every hit how well an answer begins in it, by a reranker."""
    return [
        [
            max((one for at, one in hit.begins if unit.start <= at < unit.end), default=NOWHERE)
            for unit in its
        ]
        for hit, its in zip(read, found, strict=True)
    ]


def _cosines(
    question: Question,
    hits: Sequence[Hit],
    found: Sequence[Sequence[Unit]],
    embeddings: SentenceEmbeddings,
) -> list[list[float]]:
    """For every unit of every hit how like the question it is."""
    texts = [[_headed(hit, unit) for unit in its] for hit, its in zip(hits, found, strict=True)]
    different = list(dict.fromkeys(text for row in texts for text in row))  # chunks overlap
    vectors = embeddings.encode([question.text, *different])
    cosines = dict(zip(different, (vectors[1:] @ vectors[0]).tolist(), strict=True))
    return [[cosines[text] for text in row] for row in texts]


def _evidence(
    question: Question, hit: Hit, rank: int, unit: Unit, likeness: float, weights: Weights
) -> Evidence:
    text = hit.chunk.text[unit.start : unit.end]
    features = _features(question, hit, rank, unit, likeness)
    score = weights.probability(features)
    return Evidence(unit.start, unit.end, text, score, unit.header, features)


def _features(
    question: Question, hit: Hit, rank: int, unit: Unit, likeness: float
) -> tuple[float, ...]:
    text = hit.chunk.text[unit.start : unit.end]
    own = stems(f"{unit.header} {text}")  # a row says what its cells are by the head of its table
    around = stems(f"{hit.chunk.context} {unit.heading}")
    kind = question.fits_kind(text)
    return (
        likeness,
        question.coverage(own),
        question.coverage([*own, *around]),
        hit.scores.get("dense", 0.0),
        float(kind == 1.0),
        float(kind == 0.0),
        1 / rank,
        question.fits_year(f"{unit.header} {text}"),
    )


def _headed(hit: Hit, unit: Unit) -> str:
    """The unit as it is compared with the question: its heading in front, as a reader sees it."""
    text = hit.chunk.text[unit.start : unit.end]
    return f"{unit.heading}: {text}" if unit.heading else text
