"""Finds chunks for a query: dense and keyword search, joined by their scores."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from heapq import nlargest

from assistant.library import Library
from assistant.models.embedding import Matrix, SentenceEmbeddings
from assistant.models.embedding_models import EmbeddingModels
from assistant.models.reranking import Reranker
from assistant.retrieval.accounting_terms import CONSOLIDATED, statement_lines
from assistant.retrieval.fusion import FUSED, Scored, best_of, combine, evened, moved
from assistant.retrieval.hits import Hit, readable
from assistant.retrieval.named_documents import named
from assistant.retrieval.question import Question
from assistant.retrieval.question_parts import question_parts
from assistant.retrieval.reranking import rerank
from assistant.retrieval.spelling import correct_spelling
from assistant.settings import Settings
from assistant.timeline import Timeline
from store.store import Store

METHODS = DENSE, KEYWORD, TITLE, FEEDBACK, RERANKER = (
    "dense", "keyword", "title", "feedback", "reranker",
)  # fmt: skip
# What a title is worth that the question names, beside scores from 0 to 1.
NAMED = 0.1
WITH_NEIGHBOURS = 3  # best hits whose neighbours are looked at, where that is set
FEEDBACK_HITS = 2  # best hits that the query is moved towards


class Retriever:
    """Hybrid search over one store."""

    def __init__(
        self,
        store: Store,
        library: Library,
        embeddings: EmbeddingModels,
        settings: Settings,
        reranker: Reranker | None = None,
    ) -> None:
        self._store = store
        self._library = library
        self._models = embeddings
        # evidence is weighed by the model that is set, whichever finds it: the weights were fitted
        # to that one's similarities
        self.embeddings: SentenceEmbeddings = embeddings.usual
        self._settings = settings
        self.reranker = reranker
        self._beside = ThreadPoolExecutor(4, thread_name_prefix="keyword search")

    def search(
        self,
        query: str,
        *,
        kb: str,
        k: int | None = None,
        spelt: str | None = None,
        parts: Sequence[str] | None = None,
        documents: Collection[str] | None = None,
        quarantined: bool = False,
        methods: Collection[str] = METHODS,
        timeline: Timeline | None = None,
    ) -> list[Hit]:
        """The best `k` chunks (all candidates when None), best first.

        `spelt` is the query for keyword search when its spelling was corrected; `parts` are
        searched for as well, and a chunk counts by what it fits best (those of `parts()` when
        None); `documents` limits the search to some documents; quarantined chunks are left out
        unless asked for; `methods` are those whose scores are joined. Raises EmbeddingMismatch.
        """
        timeline = timeline or Timeline()
        base = self._library.base_for_reading(kb)
        if base is None:
            return []
        depth = max(self._settings.candidates, k or 0)
        parts = self.parts(query) if parts is None else parts
        model = self._models.of(base)
        asked = (spelt or query, *parts)
        # beside the others, which take longer
        by_words = self._beside.submit(self._by_words, kb, asked, depth, documents, timeline)
        with timeline.span("embed query") as span:
            span["model"] = model.name
            vectors = model.encode([query, *parts])
        with timeline.span("dense search") as span:
            dense = [
                self._store.vectors.search(base.collection, vector, depth, documents=documents)
                for vector in vectors
            ]
            span["candidates"] = len({one for pairs in dense for one, _ in pairs})
        keyword = by_words.result()
        with timeline.span("fusion") as span:
            found = {DENSE: dense, KEYWORD: keyword}
            found = {name: hits for name, hits in found.items() if name in methods}
            titles = asked[0] if TITLE in methods else ""
            feedback = self._settings.feedback if {DENSE, FEEDBACK} <= set(methods) else 0.0
            hits = self._fuse(found, titles, model.name, vectors, feedback)
            span["candidates"] = len(hits)
            if feedback:
                span["feedback"] = feedback
        if reach := self._settings.neighbours:
            with timeline.span("neighbours") as span:
                many, hits = len(hits), self._with_neighbours(hits, reach, model.name, vectors)
                span["added"] = len(hits) - many
        if self.reranker and RERANKER in methods:
            hits = self._rerank(query, hits, self.reranker, timeline)
        return (hits if quarantined else readable(hits))[:k]

    def _by_words(
        self,
        kb: str,
        asked: Sequence[str],
        depth: int,
        documents: Collection[str] | None,
        timeline: Timeline,
    ) -> list[list[Scored]]:
        """What keyword search finds for each of the queries, best first."""
        with timeline.span("keyword search") as span:
            found = [
                self._store.keywords.search(kb, words, depth, documents=documents)
                for words in asked
            ]
            span["candidates"] = len({one for pairs in found for one, _ in pairs})
        return found

    def questions(self, query: str) -> list[Question]:
        """The questions that are asked at once, one or more, for which hits are read."""
        words = self._store.keywords
        return [Question.read(correct_spelling(one, words)[0], words) for one in self._asked(query)]

    def _asked(self, query: str) -> tuple[str, ...]:
        return (question_parts(query) if self._settings.split_questions else ()) or (query,)

    def parts(self, query: str) -> tuple[str, ...]:
        """What is searched for besides the query: the questions that it asks at once, and the lines
        of statements that it is about."""
        asked = self._asked(query)
        found = asked if len(asked) > 1 else ()
        if self._settings.statement_lines and self._store.keywords.frequency(CONSOLIDATED):
            found += statement_lines(query)
        return found

    def _rerank(
        self, query: str, hits: Sequence[Hit], reranker: Reranker, timeline: Timeline
    ) -> list[Hit]:
        with timeline.span("rerank") as span:
            depth, limit = self._settings.rerank_candidates, self._settings.rerank_milliseconds
            ranked, read = rerank(
                self._asked(query), hits, reranker, depth=depth, milliseconds=limit
            )
            span["model"], span["passages"] = reranker.name, read
            if read < min(depth, len(hits)):
                span["stopped"] = f"after {limit} ms, as is set"
        return ranked

    def _fuse(
        self,
        found: Mapping[str, Sequence[Sequence[Scored]]],
        asked: str,
        model: str,
        vectors: Matrix,
        feedback: float,
    ) -> list[Hit]:
        """Hits by all their scores together, `found` by every method for every query, which are
        moved towards their best hits by `feedback`; those of documents that `asked` names come
        earlier."""
        scores: dict[str, dict[str, float]] = {}
        ranks: dict[str, dict[str, int]] = {}
        for method, by_query in found.items():
            _note(method, best_of(by_query), scores, ranks)
        chunks, known = self._store.documents.chunks_with_vectors(scores, model)
        documents = self._store.documents.by_id({c.document_id for c in chunks.values()})
        dense = [dict(pairs) for pairs in found.get(DENSE, [()] * len(vectors))]
        _complete(dense, vectors, known)
        for chunk_id, score in best_of([list(its.items()) for its in dense]):
            scores[chunk_id][DENSE] = score
        titles = named(asked, {document.id: document.title for document in documents.values()})
        for chunk_id, chunk in chunks.items():
            if title := titles.get(chunk.document_id):
                scores[chunk_id][TITLE] = title
        by_words = evened([dict(pairs) for pairs in found.get(KEYWORD, [()] * len(vectors))])
        if feedback:
            named_by = {i: NAMED * its[TITLE] for i, its in scores.items() if TITLE in its}
            dense = _fed_back(dense, by_words, named_by, vectors, known, feedback)
        joined = best_of(
            list(combine(its if DENSE in found else {}, its_words).items())
            for its, its_words in zip(dense, by_words, strict=True)
        )
        fused = [(i, score + NAMED * scores[i].get(TITLE, 0)) for i, score in joined]
        fused.sort(key=lambda pair: -pair[1])
        _note(FUSED, fused, scores, ranks)
        return [
            Hit(chunks[i], documents[chunks[i].document_id], scores[i], ranks[i])
            for i, _ in fused
            if i in chunks and chunks[i].document_id in documents
        ]

    def _with_neighbours(
        self, hits: Sequence[Hit], reach: int, model: str, vectors: Matrix
    ) -> list[Hit]:
        """The hits, each of the best followed by the chunks beside it that were not found."""
        found = {hit.chunk.id for hit in hits}
        more: list[Hit] = []
        for hit in hits[:WITH_NEIGHBOURS]:
            around = self._store.documents.around(hit.chunk, reach)
            beside = {chunk.id: chunk for chunk in around if chunk.id not in found}
            dense: list[dict[str, float]] = [{} for _ in vectors]
            _, known = self._store.documents.chunks_with_vectors(beside, model)
            _complete(dense, vectors, known)
            scores = dict(best_of(list(its.items()) for its in dense))
            given = combine(scores, {})
            more += [hit] + [
                Hit(chunk, hit.document, {DENSE: scores[i], FUSED: given[i]}, {})
                for i, chunk in beside.items()
                if i in scores
            ]
            found |= beside.keys()
        return [*more, *hits[WITH_NEIGHBOURS:]]


def _fed_back(
    dense: Sequence[Mapping[str, float]],
    by_words: Sequence[Mapping[str, float]],
    by_title: Mapping[str, float],
    vectors: Matrix,
    known: Mapping[str, Matrix],
    weight: float,
) -> list[dict[str, float]]:
    """The similarities to every query moved towards its best hits."""
    again = list[dict[str, float]]()
    for its, words, vector in zip(dense, by_words, vectors, strict=True):
        scores = {i: score + by_title.get(i, 0) for i, score in combine(its, words).items()}
        best = nlargest(FEEDBACK_HITS, scores.keys() & known.keys(), key=scores.__getitem__)
        query = moved(vector, [known[i] for i in best], weight)
        again.append({**its, **{i: float(known[i] @ query) for i in its if i in known}})
    return again


def _complete(
    dense: Sequence[dict[str, float]], vectors: Matrix, known: Mapping[str, Matrix]
) -> None:
    """Add to the similarities to every query those of chunks that were found otherwise."""
    for its, vector in zip(dense, vectors, strict=True):
        its.update({i: float(one @ vector) for i, one in known.items() if i not in its})


def _note(
    stage: str,
    pairs: Sequence[Scored],
    scores: dict[str, dict[str, float]],
    ranks: dict[str, dict[str, int]],
) -> None:
    """Write down what a stage gave each chunk."""
    for rank, (chunk_id, score) in enumerate(pairs, start=1):
        scores.setdefault(chunk_id, {})[stage] = score
        ranks.setdefault(chunk_id, {})[stage] = rank
