"""One run that tunes an embedding model, from what is kept to a model that a knowledge base can
adopt: pairs, split, hard negatives, training, report."""

import json
import random
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np

from assistant.errors import BadInput
from assistant.models.embedding import Matrix, SentenceEmbeddings
from assistant.models.embedding_models import MODEL, EmbeddingModels, TunedModel, write_card
from assistant.models.onnx_encoder import fits
from assistant.near_duplicates import groups
from assistant.settings import Settings
from assistant.training.embedding_pairs import (
    Pair,
    PairSource,
    Passages,
    kept_pairs,
    made_up_pairs,
    pairs_of,
)
from assistant.training.embedding_report import make_report
from assistant.training.embedding_tuning import Searches, Triple, cuts, tune
from assistant.training.hard_negatives import hard_negatives
from assistant.training.index_comparison import HELD_BACK_FILE
from assistant.training.process import drop_checkpoints, run_folder
from assistant.training.recipe import Recipe
from assistant.training.row_watch import RowWatch
from store.database import Database
from store.documents import Documents
from store.embedding_cache import EmbeddingCache
from store.errors import NotFound
from store.knowledge_bases import KnowledgeBases
from store.records import embedded_sha256, embedded_text
from store.serialization import from_json
from store.training_records import RunState, TrainingRun

PARTS = "pairs.json"  # keys only: what people wrote stays where it can be deleted
ERASED = (
    "{} of its questions were deleted while it trained, and what it learned from them is still in "
    "it; begin a run anew to be without them."
)
REAL_ENOUGH = 40  # pairs that were not made up, from which only such are kept aside
SEARCHED = 20  # passages beside the answer that a question is searched for among
# a validation embeds all it searches among, at some 25 passages a second on two cores
MOST_VALIDATED, SEARCHED_IN_VALIDATION = 100, 5


_NAMES = ("train", "validation", "test")


@dataclass(frozen=True)
class Parts:
    """Pairs to learn from, to see which step is best, and to report on, which nothing else sees."""

    train: Sequence[Pair]
    validation: Sequence[Pair]
    test: Sequence[Pair]

    @property
    def all(self) -> list[Pair]:
        return [*self.train, *self.validation, *self.test]


def tune_embedding(
    database: Database, home: Path, run: TrainingRun, watch: RowWatch
) -> Callable[[TrainingRun], TrainingRun]:
    """Do the run; returns how its row ends. Raises Stopped, AssistantError or StoreError."""
    recipe = from_json(Recipe, run.recipe)
    folder = run_folder(home, run.id)
    settings = Settings.from_environment(home=home)
    usual = SentenceEmbeddings(settings.embedding)
    models = EmbeddingModels(usual, settings)
    kb = KnowledgeBases(database).get(run.kb)
    if kb is None:
        raise NotFound(f"The knowledge base {run.kb!r} is gone.")
    passages = Passages(Documents(database), kb.name)
    parts = _parts(database, kb.name, passages, recipe, folder)
    current = models.named(kb.embedding)
    rows = Rows(passages, parts.all, current, EmbeddingCache(database), recipe)
    tuned = tune(
        recipe,
        run.source,
        rows.triples(parts.train, recipe),
        rows.triples(parts.validation, recipe),
        rows.searches(parts.validation[:MOST_VALIDATED], SEARCHED_IN_VALIDATION),
        folder,
        watch,
    )
    watch.check()
    left = pairs_of(database, kb.name, Passages(Documents(database), kb.name), rows.keys)
    if gone := len(rows.keys) - len(left):
        watch.warn(tuned.steps, "erased", ERASED.format(gone))
    watch.stage("testing")
    kept = models.folder(run.id)
    _move(tuned.folder, kept)
    made = SentenceEmbeddings(f"tuned/{run.id}", tuned=kept / MODEL)
    report = make_report(rows.searches(parts.test, SEARCHED), current, made)
    watch.check()
    watch.stage("saving")
    (kept / HELD_BACK_FILE).write_text(json.dumps([pair.key for pair in parts.test]))
    card = TunedModel(
        run=run.id,
        name=run.name,
        base=run.base,
        made_at=datetime.now(UTC),
        dimension=made.dimension,
        shorter=cuts(made.dimension, recipe.shortest),
        engine="ONNX Runtime" if fits(kept / MODEL) else "torch",
    )
    write_card(kept, card)
    return lambda run: replace(
        run,
        state=RunState.DONE,
        report=report,
        result=card.embedding(),
        best_step=tuned.best_step,
        step=tuned.steps,
        summary=tuned.summary,
        sha256=rows.sha256,
    )


class Rows:
    """Texts for training and searching, with the hard negatives that the present index gives."""

    def __init__(
        self,
        passages: Passages,
        pairs: Sequence[Pair],
        model: SentenceEmbeddings,
        cache: EmbeddingCache,
        recipe: Recipe,
    ) -> None:
        self.keys = [pair.key for pair in pairs]
        self._ids = list(passages.chunks)
        self._texts = {i: embedded_text(chunk) for i, chunk in passages.chunks.items()}
        place = {chunk_id: number for number, chunk_id in enumerate(self._ids)}
        near = [
            {place[other.id] for i in pair.chunks for other in passages.next_to(passages.chunks[i])}
            for pair in pairs
        ]
        found = hard_negatives(
            model.encode([pair.question for pair in pairs]),
            self._vectors(passages, model, cache),
            [[place[i] for i in pair.chunks] for pair in pairs],
            near,
            max(SEARCHED, recipe.negatives),
        )
        self._hard = {
            pair.key: [self._ids[row] for row in rows]
            for pair, rows in zip(pairs, found, strict=True)
        }
        self._draw = random.Random(recipe.seed)
        lines = sorted(f"{pair.key} {pair.question} {pair.chunks}" for pair in pairs)
        self.sha256 = sha256("\n".join(lines).encode()).hexdigest()

    def triples(self, pairs: Sequence[Pair], recipe: Recipe) -> list[Triple]:
        """One for every question and passage that answers it."""
        return [
            Triple(
                pair.question,
                self._texts[chunk_id],
                tuple(self._texts[i] for i in self._others(pair, recipe.negatives)),
            )
            for pair in pairs
            for chunk_id in pair.chunks
        ]

    def searches(self, pairs: Sequence[Pair], among: int) -> Searches:
        """The questions, to be searched for among what answers them and, for each of them, so many
        passages that are most like that."""
        shown = {i for pair in pairs for i in (*pair.chunks, *self._hard[pair.key][:among])}
        return Searches(
            questions={pair.key: pair.question for pair in pairs},
            passages={i: self._texts[i] for i in self._ids if i in shown},
            answers={pair.key: frozenset(pair.chunks) for pair in pairs},
        )

    def _others(self, pair: Pair, many: int) -> list[str]:
        """Hard negatives, and where there are too few, passages drawn at random."""
        found = self._hard[pair.key][:many]
        while len(found) < many:
            drawn = self._draw.choice(self._ids)
            if drawn not in pair.chunks or len(self._ids) <= len(pair.chunks):
                found.append(drawn)
        return found

    def _vectors(
        self, passages: Passages, model: SentenceEmbeddings, cache: EmbeddingCache
    ) -> Matrix:
        """The vectors of the present index, from the cache where it has them."""
        keys = {i: embedded_sha256(chunk) for i, chunk in passages.chunks.items()}
        known = cache.get(model.name, keys.values())
        missing = [i for i in self._ids if len(known.get(keys[i], ())) != model.dimension]
        made = model.encode([self._texts[i] for i in missing])
        known |= {keys[i]: vector for i, vector in zip(missing, made, strict=True)}
        return np.stack([known[keys[i]] for i in self._ids])


def gather(database: Database, kb: str, passages: Passages, recipe: Recipe) -> list[Pair]:
    """All pairs there are for a run: those that are kept, then those made up."""
    kept = kept_pairs(database, kb, passages)
    asked = {chunk_id for pair in kept for chunk_id in pair.chunks}
    return kept + made_up_pairs(passages, most=recipe.made_up, seed=recipe.seed, but_for=asked)


def split(pairs: Sequence[Pair], recipe: Recipe) -> Parts:
    """Divide pairs by the recipe's shares and seed; questions that are nearly the same, and those
    with the same answer, stay on one side. What is kept aside was asked by people where there is
    enough of that. Raises BadInput when there are too few."""
    together = _groups(pairs)
    if len(together) < 3:
        raise BadInput(
            f"There are {len(together)} different questions with passages that answer them; at "
            "least 3 are needed to learn from some and check with others."
        )
    real = sum(pair.source is not PairSource.MADE_UP for pair in pairs)
    total = real if real >= REAL_ENOUGH else len(pairs)
    random.Random(recipe.seed).shuffle(together)
    if total == real:  # stable: made-up ones come last
        together.sort(key=lambda group: any(p.source is PairSource.MADE_UP for p in group))
    parts: list[list[Pair]] = [[], []]
    for part, share in zip(parts, (recipe.test, recipe.validation), strict=True):
        wanted = max(1, round(total * share))
        while len(part) < wanted and len(together) > 1:
            part += together.pop(0)
    return Parts([pair for group in together for pair in group], parts[1], parts[0])


def _groups(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Pairs that share a passage or nearly a question, together."""
    leader = list(range(len(pairs)))

    def lead(place: int) -> int:
        while leader[place] != place:
            place = leader[place]
        return place

    def join(places: Iterable[int]) -> None:
        first, *others = sorted({lead(place) for place in places})
        for other in others:
            leader[other] = first

    by_chunk: dict[str, list[int]] = {}
    for place, pair in enumerate(pairs):
        for chunk_id in pair.chunks:
            by_chunk.setdefault(chunk_id, []).append(place)
    for places in (*by_chunk.values(), *groups([pair.question for pair in pairs])):
        join(places)
    found: dict[int, list[Pair]] = {}
    for place, pair in enumerate(pairs):
        found.setdefault(lead(place), []).append(pair)
    return list(found.values())


def _parts(database: Database, kb: str, passages: Passages, recipe: Recipe, folder: Path) -> Parts:
    """The split, the same again when the run goes on, but for what was deleted since."""
    file = folder / PARTS
    if not file.is_file():
        made = split(gather(database, kb, passages, recipe), recipe)
        keys = {part: [pair.key for pair in getattr(made, part)] for part in _NAMES}
        partly = file.with_suffix(".making")
        partly.write_text(json.dumps(keys))
        partly.replace(file)
        return made
    known = json.loads(file.read_text())
    found = {name: pairs_of(database, kb, passages, keys) for name, keys in known.items()}
    if not all(found.values()):
        raise BadInput("What this run learned from was deleted; begin a new one.")
    if sum(map(len, found.values())) < sum(map(len, known.values())):
        drop_checkpoints(folder)  # they learned from what was deleted since
    return Parts(**found)


def _move(made: Path, kept: Path) -> None:
    shutil.rmtree(kept, ignore_errors=True)  # of a process that was killed right after this
    kept.mkdir(parents=True)
    made.replace(kept / MODEL)
