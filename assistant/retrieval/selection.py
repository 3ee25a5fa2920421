"""Chooses the 3-5 passages a model gets to read, says what became of every other candidate, and
decides whether there is evidence at all: an answer is refused here, before any model runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.near_duplicates import ALIKE, likeness, word_runs
from assistant.retrieval.evidence import Evidence, Reading
from assistant.retrieval.fusion import FUSED
from assistant.retrieval.hits import Hit, readable
from assistant.retrieval.reranking import RERANKED
from assistant.sentences import count_words
from assistant.settings import Settings
from store.answer_records import Candidate, Fate

READ = 10  # fused hits whose sentences are scored; more cost time and add nearly nothing
SEARCHED = 2.0  # what a search's score counts beside the probability of the best sentence
WORTH_SHOWING = 0.25  # of the best sentence's score; weaker passages only distract a model
FEWEST = 3
EVIDENCE, WORTH = "evidence", "worth"
TOKENS_PER_WORD = 4 / 3

Runs = frozenset[int]
_Read = tuple[Hit, tuple[Evidence, ...]]


@dataclass(frozen=True)
class Passage:
    """A numbered passage as a model gets it, with its evidence sentences, best first."""

    marker: int
    hit: Hit
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Selection:
    """Passages, those most worth reading first, every candidate with its fate, and the probability
    that the passages answer the question."""

    passages: tuple[Passage, ...]
    candidates: tuple[Candidate, ...]
    confidence: float


def select_passages(hits: Sequence[Hit], reading: Reading, settings: Settings) -> Selection:
    """`reading` is of the first readable hits; the others were not looked at."""
    read = list(zip(readable(hits), reading.by_hit, strict=False))
    runs = {hit.chunk.id: word_runs(hit.chunk.text) for hit, _ in read}
    read = _ordered(read, runs, settings.diversity)
    best = max((_best(found) for _, found in read), default=0.0)
    passages: list[Passage] = []
    fates: dict[str, tuple[Fate, str]] = {}
    tokens = 0.0
    for hit, found in read:
        cost = count_words(hit.chunk.text) * TOKENS_PER_WORD
        fate, reason = _fate(hit, found, best, passages, tokens + cost, settings)
        if fate is Fate.KEPT and not settings.near_duplicates:
            fate, reason = _unless_nearly_the_same(hit, passages, runs)
        fates[hit.chunk.id] = (fate, reason)
        if fate is Fate.KEPT:
            tokens += cost
            passages.append(Passage(len(passages) + 1, hit, found))
    if reading.confidence < settings.refusal_threshold:
        passages = []
        fates = {i: (Fate.BELOW_THRESHOLD, "the evidence as a whole is too weak") for i in fates}
    markers = {p.hit.chunk.id: p.marker for p in passages}
    fates |= {
        h.chunk.id: (Fate.QUARANTINED, h.chunk.quarantined) for h in hits if h.chunk.quarantined
    }
    unread = (Fate.OVER_BUDGET, f"ranked below the {READ} that are read")
    stages = dict(zip((hit.chunk.id for hit, _ in read), _stages(read), strict=True))
    candidates = [
        _candidate(
            hit,
            fates.get(hit.chunk.id, unread),
            markers.get(hit.chunk.id),
            stages.get(hit.chunk.id, {}),
        )
        for hit in hits
    ]
    return Selection(tuple(passages), tuple(candidates), reading.confidence)


def _ordered(read: Sequence[_Read], runs: Mapping[str, Runs], diversity: float) -> list[_Read]:
    """Most worth reading first, weighed against how like what comes before they are (maximal
    marginal relevance, Carbonell and Goldstein 1998, https://doi.org/10.1145/290941.291025)."""
    left = sorted(read, key=lambda pair: worth(*pair), reverse=True)
    best = worth(*left[0]) if left else 0.0
    alike = dict.fromkeys(runs, 0.0)  # to what was taken
    ordered: list[_Read] = []
    while diversity and best and left:

        def weighed(pair: _Read) -> float:
            return (1 - diversity) * worth(*pair) / best - diversity * alike[pair[0].chunk.id]

        ordered.append(taken := max(left, key=weighed))
        left.remove(taken)
        for hit, _ in left:
            one = likeness(runs[hit.chunk.id], runs[taken[0].chunk.id])
            alike[hit.chunk.id] = max(alike[hit.chunk.id], one)
    return [*ordered, *left]


def worth(hit: Hit, found: Sequence[Evidence]) -> float:
    """How much a passage is worth reading, by its best sentence and by the search: the sentence
    alone tells badly where an answer stands in a table or in several sentences."""
    return _best(found) + SEARCHED * hit.scores.get(RERANKED, hit.scores[FUSED])


def _unless_nearly_the_same(
    hit: Hit, passages: Sequence[Passage], runs: Mapping[str, Runs]
) -> tuple[Fate, str]:
    for passage in passages:
        if likeness(runs[hit.chunk.id], runs[passage.hit.chunk.id]) >= ALIKE:
            return Fate.DUPLICATE, f"nearly the same as passage {passage.marker}"
    return Fate.KEPT, ""


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


def _stages(read: Sequence[_Read]) -> Iterator[dict[str, tuple[float, int]]]:
    """What the last stages give each of the hits, in the order they are taken in: scores and
    ranks."""
    by_evidence = sorted((_best(found) for _, found in read), reverse=True)
    for rank, pair in enumerate(read, start=1):
        best = _best(pair[1])
        yield {EVIDENCE: (best, by_evidence.index(best) + 1), WORTH: (worth(*pair), rank)}


def _candidate(
    hit: Hit, fate: tuple[Fate, str], marker: int | None, stages: Mapping[str, tuple[float, int]]
) -> Candidate:
    return Candidate(
        chunk_id=hit.chunk.id,
        document_id=hit.document.id,
        document=hit.document.name,
        page=hit.page,
        label=hit.chunk.label,
        heading=hit.chunk.heading,
        text=hit.chunk.text,
        scores={**hit.scores, **{name: score for name, (score, _) in stages.items()}},
        ranks={**hit.ranks, **{name: rank for name, (_, rank) in stages.items()}},
        fate=fate[0],
        reason=fate[1],
        marker=marker,
    )
