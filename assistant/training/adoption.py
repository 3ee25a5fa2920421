"""Tuned embedding models and the knowledge bases they are for: begin one, build the index of one
beside the index in use, compare both, switch to it in one step, and back.

Searching goes on in the old index until the switch; both kinds of work are jobs of the queue, which
go on after a stop at any moment.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.errors import BadInput
from assistant.ingestion.jobs import Ingestion
from assistant.models.catalog import check_adapter_name
from assistant.models.embedding_models import EmbeddingModels, TunedModel
from assistant.training.embedding_pairs import PairSource, Passages, counts
from assistant.training.embedding_run import gather
from assistant.training.enough import Verdict, in_words, verdict
from assistant.training.launcher import Training
from assistant.training.recipe import Recipe, check
from store.errors import NotFound
from store.knowledge_bases import KnowledgeBase
from store.records import Job, JobKind
from store.serialization import to_json
from store.spare_indexes import IndexComparison, JudgedQuestion, SpareIndex
from store.store import Store
from store.training_records import TrainingRun


@dataclass(frozen=True)
class Index:
    """An index of a knowledge base: the one searched in (`active`) or a spare one. `missing` counts
    the passages that it lacks, `job` is the work on it that is not done, `comparison` how it does
    against the one that was active then."""

    embedding: str
    title: str
    dimension: int
    active: bool
    collection: str
    missing: int
    job: Job | None = None
    comparison: IndexComparison | None = None


@dataclass(frozen=True)
class Base:
    """The model that a knowledge base searches with: its name, what people call it, its folder."""

    embedding: str
    title: str
    source: str


class Adoption:
    """Tuned embedding models of one data directory."""

    def __init__(
        self, store: Store, models: EmbeddingModels, jobs: Ingestion, training: Training
    ) -> None:
        self._store = store
        self._models = models
        self._jobs = jobs
        self._training = training

    def base(self, kb: str) -> Base:
        """What would be tuned for a knowledge base. Raises NotFound or ModelUnavailable."""
        name = self._base(kb).embedding
        return Base(name, self._models.title(name), self._models.source(name))

    def pairs(self, kb: str, recipe: Recipe) -> Mapping[PairSource, int]:
        """How many questions with their passages there are to learn from, by where they are
        from."""
        passages = Passages(self._store.documents, kb)
        return counts(gather(self._store.database, kb, passages, recipe))

    def begin(self, name: str, kb: str, recipe: Recipe) -> TrainingRun:
        """Queue the tuning of the model that a knowledge base searches with. Raises BadInput when
        there is too little to learn from, NotFound or ModelUnavailable."""
        name = name.strip()
        check_adapter_name(name)
        check(recipe)
        base = self.base(kb)
        many = sum(self.pairs(kb, recipe).values())
        if verdict(many, recipe.way) is Verdict.TOO_FEW:
            raise BadInput(in_words(many, recipe.way))
        return self._training.queue(
            TrainingRun(
                id=uuid.uuid4().hex[:12],
                name=name,
                base=base.embedding,
                source=base.source,
                recipe=to_json(recipe),
                created_at=datetime.now(UTC),
                kb=kb,
            )
        )

    def tuned(self) -> Sequence[TunedModel]:
        """All tuned embedding models, newest first."""
        return self._models.all_tuned()

    def indexes(self, kb: str) -> Sequence[Index]:
        """The index searched in, then the spare ones, oldest first. None without documents."""
        base = self._store.knowledge_bases.get(kb)
        if base is None:
            return ()
        jobs = {
            job.target: job
            for job in self._jobs.list(kb)
            if job.kind in (JobKind.INDEX, JobKind.SWITCH) and job.state.unfinished
        }
        spare = {index.collection: index for index in self._store.spare_indexes.all(kb)}
        return [self._index(one, base, spare, jobs) for one in self._store.indexes(base)]

    def build(
        self,
        kb: str,
        embedding: str,
        questions: Sequence[JudgedQuestion] = (),
        source: str = "",
    ) -> Job:
        """Queue building the index of a model beside the one in use, or what it lacks, and
        comparing both: on these questions from `source`, or on those held back from training.

        Raises BadInput, NotFound or ModelUnavailable.
        """
        base = self._base(kb)
        if embedding == base.embedding:
            raise BadInput(f"{self._models.title(embedding)} is searched with already.")
        dimension = self._models.named(embedding).dimension
        spare = self._store.spare_indexes.add(kb, embedding, dimension)
        if questions:
            known = {"questions": tuple(questions), "questions_from": source}
            self._store.spare_indexes.change(spare.collection, **known)
        return self._queued(spare, JobKind.INDEX) or self._jobs.index(
            kb, spare.collection, self._models.title(embedding)
        )

    def switch(self, kb: str, collection: str) -> Job:
        """Queue searching in a spare index from then on; the one in use becomes a spare one, to go
        back to. Raises NotFound."""
        spare = self._spare(kb, collection)
        return self._queued(spare, JobKind.SWITCH) or self._jobs.switch(
            kb, collection, self._models.title(spare.embedding)
        )

    def discard(self, kb: str, collection: str) -> None:
        """Delete a spare index; its model stays. Raises NotFound."""
        spare = self._spare(kb, collection)
        for kind in (JobKind.INDEX, JobKind.SWITCH):
            if job := self._queued(spare, kind):
                self._jobs.cancel(job.id)
        self._store.drop_spare_index(collection)
        self._jobs.tidy()

    def remove(self, run: str) -> None:
        """Delete a tuned model. Raises BadInput while an index is made by it."""
        for base in self._store.knowledge_bases.all():
            for index in self._store.indexes(base):
                tuned = self._models.tuned(index.embedding)
                if tuned and tuned.run == run:
                    raise BadInput(
                        f"The knowledge base {base.name!r} has an index by {tuned.name}; switch "
                        "back and discard that index first."
                    )
        self._models.remove(run)

    def _index(
        self,
        index: KnowledgeBase,
        base: KnowledgeBase,
        spare: Mapping[str, SpareIndex],
        jobs: Mapping[str, Job],
    ) -> Index:
        total = self._store.documents.chunk_count(base.name)
        known = spare.get(index.collection)
        return Index(
            embedding=index.embedding,
            title=self._models.title(index.embedding),
            dimension=index.dimension,
            active=index.collection == base.collection,
            collection=index.collection,
            missing=max(0, total - self._store.vectors.count(index.collection)),
            job=jobs.get(index.collection),
            comparison=known.comparison if known else None,
        )

    def _base(self, kb: str) -> KnowledgeBase:
        base = self._store.knowledge_bases.get(kb)
        if base is None:
            raise NotFound(f"There is no knowledge base {kb!r} yet.")
        return base

    def _spare(self, kb: str, collection: str) -> SpareIndex:
        spare = self._store.spare_indexes.find(collection)
        if spare is None or spare.kb != kb:
            raise NotFound("This index is no longer kept.")
        return spare

    def _queued(self, spare: SpareIndex, kind: JobKind) -> Job | None:
        """The unfinished job of this kind on an index."""
        jobs = self._jobs.list(spare.kb, unfinished_only=True)
        return next((j for j in jobs if j.kind is kind and j.target == spare.collection), None)
