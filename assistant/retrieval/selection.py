"""Chooses the 3-5 passages a model gets to read, says what became of every other candidate, and
decides whether there is evidence at all: an answer is refused here, before any model runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.retrieval.evidence import Evidence, Reading
from assistant.retrieval.hits import Hit, readable
from assistant.sentences import count_words
from assistant.settings import Settings
from store.answer_records import Candidate, Fate

READ = 10  # fused hits whose sentences are scored; more cost time and add nearly nothing
WORTH_SHOWING = 0.25  # of the best passage's score; weaker passages only distract a model
FEWEST = 3
TOKENS_PER_WORD = 4 / 3


@dataclass(frozen=True)
class Passage:
    """A numbered passage as a model gets it, with its evidence sentences, best first."""

    marker: int
    hit: Hit
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Selection:
    """Passages in order of their evidence, every candidate with its fate, and the probability that
    the passages answer the question."""

    passages: tuple[Passage, ...]
    candidates: tuple[Candidate, ...]
    confidence: float


def select_passages(hits: Sequence[Hit], reading: Reading, settings: Settings) -> Selection:
    """`reading` is of the first readable hits; the others were not looked at."""
    read = list(zip(readable(hits), reading.by_hit, strict=False))
    read.sort(key=lambda pair: -_best(pair[1]))
    best = _best(read[0][1]) if read else 0.0
    passages: list[Passage] = []
    fates: dict[str, tuple[Fate, str]] = {}
    tokens = 0.0
    for hit, found in read:
        cost = count_words(hit.chunk.text) * TOKENS_PER_WORD
        fate, reason = _fate(hit, found, best, passages, tokens + cost, settings)
        fates[hit.chunk.id] = (fate, reason)
        if fate is Fate.KEPT:
            tokens += cost
            passages.append(Passage(len(passages) + 1, hit, found))
    if reading.confidence < settings.refusal_threshold:
        passages = []
        fates = {i: (Fate.BELOW_THRESHOLD, "the evidence as a whole is too weak") for i in fates}
    ranks = {hit.chunk.id: rank for rank, (hit, _) in enumerate(read, start=1)}
    markers = {p.hit.chunk.id: p.marker for p in passages}
    scores = {hit.chunk.id: _best(found) for hit, found in read}
    fates |= {
        h.chunk.id: (Fate.QUARANTINED, h.chunk.quarantined) for h in hits if h.chunk.quarantined
    }
    unread = (Fate.OVER_BUDGET, f"ranked below the {READ} that are read")
    candidates = [
        _candidate(
            hit,
            fates.get(hit.chunk.id, unread),
            markers.get(hit.chunk.id),
            scores.get(hit.chunk.id),
            ranks.get(hit.chunk.id),
        )
        for hit in hits
    ]
    return Selection(tuple(passages), tuple(candidates), reading.confidence)


def _fate(
    hit: Hit,
    found: Sequence[Evidence],
    best: float,
    passages: Sequence[Passage],
    tokens: float,
    settings: Settings,
) -> tuple[Fate, str]:
    for passage in passages:
        if found and found[0].text in {evidence.text for evidence in passage.evidence}:
            return Fate.DUPLICATE, f"says the same as passage {passage.marker}"
    if len(passages) >= settings.passages:
        return Fate.OVER_BUDGET, f"the {settings.passages} best passages are taken"
    if passages and tokens > settings.passage_tokens:
        return Fate.OVER_BUDGET, f"would exceed {settings.passage_tokens} tokens"
    if len(passages) >= FEWEST and _best(found) < WORTH_SHOWING * best:
        return Fate.BELOW_THRESHOLD, "its best sentence hardly bears on the question"
    return Fate.KEPT, ""


def _best(found: Sequence[Evidence]) -> float:
    return found[0].score if found else 0.0


def _candidate(
    hit: Hit,
    fate: tuple[Fate, str],
    marker: int | None,
    score: float | None,
    rank: int | None,
) -> Candidate:
    candidate = Candidate(
        chunk_id=hit.chunk.id,
        document_id=hit.document.id,
        document=hit.document.name,
        page=hit.page,
        label=hit.chunk.label,
        heading=hit.chunk.heading,
        text=hit.chunk.text,
        scores=hit.scores,
        ranks=hit.ranks,
        fate=fate[0],
        reason=fate[1],
        marker=marker,
    )
    if score is None or rank is None:
        return candidate
    return replace(
        candidate,
        scores={**hit.scores, "evidence": score},
        ranks={**hit.ranks, "evidence": rank},
    )
