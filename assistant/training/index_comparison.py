"""How well two indexes of a knowledge base find what answers questions: nDCG and recall, by meaning
alone and as people search, with keywords.

The questions are those held back from the training of a tuned model, or those of a file.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.models.embedding_models import EmbeddingModels
from assistant.retrieval.fusion import combine
from assistant.retrieval.ranking_measures import ndcg, recall
from assistant.training.embedding_pairs import Passages, pairs_of, plain
from store.knowledge_bases import KnowledgeBase
from store.records import Chunk
from store.spare_indexes import IndexComparison, JudgedQuestion
from store.store import Store

HELD_BACK = "questions held back from training"
HELD_BACK_FILE = "held_back.json"
DEPTH = 50  # chunks from each of dense and keyword search, as answering takes
MEASURES = {
    "nDCG@10": (ndcg, 10),
    "Recall@5": (recall, 5),
    "Recall@10": (recall, 10),
}
WITH_KEYWORDS = "{}, with keywords"
MAIN = "nDCG@10"
CHANCE = 0.05  # how likely a difference may be by chance and still count


@dataclass(frozen=True)
class Judged:
    """A question and the chunks that answer it."""

    question: str
    chunks: frozenset[str]


def compare_indexes(
    store: Store,
    models: EmbeddingModels,
    before: KnowledgeBase,
    after: KnowledgeBase,
    told: Callable[[int, int], None],
) -> IndexComparison | None:
    """Search both for every question; None when there is none whose answer is in the knowledge
    base. `told` hears how many of how many are done. Raises ModelUnavailable."""
    source, questions = _questions(store, models, before, after)
    if not questions:
        return None
    vectors = [
        models.named(index.embedding).encode([judged.question for judged in questions])
        for index in (before, after)
    ]
    scores: list[list[dict[str, float]]] = []
    for place, judged in enumerate(questions):
        told(place, len(questions))
        keyword = dict(store.keywords.search(before.name, judged.question, DEPTH))
        row = []
        for index, its in zip((before, after), vectors, strict=True):
            dense = dict(store.vectors.search(index.collection, its[place], DEPTH))
            row.append(_scores(judged, dense, keyword))
        scores.append(row)
    main = [(old[MAIN], new[MAIN]) for old, new in scores]
    return IndexComparison(
        before=before.embedding,
        after=after.embedding,
        source=source,
        questions=len(questions),
        better=sum(new > old for old, new in main),
        worse=sum(new < old for old, new in main),
        figures={
            name: (_mean([old[name] for old, _ in scores]), _mean([new[name] for _, new in scores]))
            for name in scores[0][0]
        },
        at=datetime.now(UTC),
    )


def in_words(found: IndexComparison) -> str:
    """What the comparison says of the second index: whether more questions did better than chance
    would have it (sign test)."""
    many, most = found.better + found.worse, max(found.better, found.worse)
    chance = sum(math.comb(many, n) for n in range(most, many + 1)) / 2 ** (many - 1) if many else 1
    if chance > CHANCE:
        return "There is no clear difference."
    return "It finds better." if found.better > found.worse else "It finds less: better not switch."


def _scores(
    judged: Judged, dense: Mapping[str, float], keyword: Mapping[str, float]
) -> dict[str, float]:
    gains = dict.fromkeys(judged.chunks, 1.0)
    return {
        named.format(name): measure(list(ranking), gains, k)
        for named, ranking in (("{}", dense), (WITH_KEYWORDS, combine(dense, keyword)))
        for name, (measure, k) in MEASURES.items()
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _questions(
    store: Store, models: EmbeddingModels, before: KnowledgeBase, after: KnowledgeBase
) -> tuple[str, list[Judged]]:
    """The questions to compare on and where they are from."""
    passages = Passages(store.documents, after.name)
    spare = store.spare_indexes.find(after.collection)
    if spare and spare.questions:
        return spare.questions_from, judge(spare.questions, passages, store)
    for index in (after, before):
        tuned = models.tuned(index.embedding)
        file = models.folder(tuned.run) / HELD_BACK_FILE if tuned else None
        if file and file.is_file():
            keys = json.loads(file.read_text(encoding="utf-8"))
            pairs = pairs_of(store.database, after.name, passages, keys)
            return HELD_BACK, [Judged(pair.question, frozenset(pair.chunks)) for pair in pairs]
    return HELD_BACK, []


def judge(questions: Sequence[JudgedQuestion], passages: Passages, store: Store) -> list[Judged]:
    """Which chunks answer questions of a file: those on the page, or in the document, that hold the
    words of the answer, and where none does, those on the page. Others are left out."""
    names = {document.id: document.name for document in store.documents.all()}
    by_name: dict[str, list[tuple[Chunk, str]]] = {}
    for chunk in passages.chunks.values():
        said = (chunk, plain(chunk.text))
        by_name.setdefault(names.get(chunk.document_id, ""), []).append(said)
    found = []
    for asked in questions:
        there = [
            (chunk, text)
            for chunk, text in by_name.get(asked.document, ())
            if asked.page in (None, chunk.page)
        ]
        answer = plain(asked.answer)
        holding = [chunk for chunk, text in there if answer and answer in text]
        on_page = [chunk for chunk, _ in there if asked.page is not None]
        if chunks := holding or on_page:
            found.append(Judged(asked.question, frozenset(chunk.id for chunk in chunks)))
    return found
