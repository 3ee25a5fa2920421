"""What tuning the built-in embedding model on SQuAD does: nDCG@10 and recall before and after, on
articles it never saw and on Cranfield, which is of another kind; then the switch of an index.

`DATA` is a folder with `squad` and `ir/cranfield`; figures go to standard output.
"""

import argparse
import csv
import json
import random
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from assistant.models.embedding import Matrix, SentenceEmbeddings, built_in_folder
from assistant.models.embedding_models import MODEL, TunedModel, write_card
from assistant.retrieval.ranking_measures import ndcg, recall
from assistant.settings import MINILM, Settings
from assistant.training.embedding_tuning import Searches, Triple, cuts, tune
from assistant.training.hard_negatives import hard_negatives
from assistant.training.recipe import Recipe, Way
from assistant.training.watch import Watch
from assistant.workspace import Workspace, open_workspace
from benchmarks.answers import squad, write_articles
from store.records import Job, JobState
from store.spare_indexes import JudgedQuestion
from store.training_records import Progress

RUN = "squad"
VALIDATED, AMONG = 100, 5  # questions, and passages beside the answer they are searched among
ASKED = 1000  # questions of dev-A


@dataclass(frozen=True)
class TestSet:
    """Questions and passages by id, and the gain of each passage for each question."""

    questions: Mapping[str, str]
    passages: Mapping[str, str]
    gains: Mapping[str, Mapping[str, float]]


class Printing(Watch):
    """Prints what is measured."""

    def progress(self, measured: Progress) -> None:
        if measured.validation_loss is not None:
            print(
                f"step {measured.step}: validation loss {measured.validation_loss:.3f}", flush=True
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder to work in")
    parser.add_argument("--pairs", type=int, default=3000, help="SQuAD questions to learn from")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--shortest", type=int, default=96, help="numbers vectors are cut to")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    settings = Settings.from_environment(home=given.work / "home")
    before = SentenceEmbeddings(MINILM)
    kept = settings.home / "embeddings" / RUN
    recipe = replace(
        Recipe.defaults(Way.EMBEDDING, built_in_folder()),
        epochs=given.epochs, shortest=given.shortest, threads=given.threads,
        validations_per_epoch=4,
    )  # fmt: skip
    if not (kept / MODEL).exists():
        train(recipe, given.data, given.pairs, given.work / "run", before)
        kept.mkdir(parents=True, exist_ok=True)
        shutil.copytree(given.work / "run" / MODEL, kept / MODEL)
    dimension = before.dimension
    shorter = cuts(dimension, recipe.shortest)
    now = datetime.now(UTC)
    write_card(kept, TunedModel(RUN, "SQuAD", MINILM, now, dimension, shorter, "ONNX Runtime"))
    report(given.data, before, kept, (dimension, *shorter))
    with Adopting(given.data, given.work, settings) as adopting:
        adopting.there_and_back()


def train(recipe: Recipe, data: Path, many: int, folder: Path, model: SentenceEmbeddings) -> None:
    """Tune on questions of the training articles, with hard negatives of the built-in model."""
    rows = squad(data / "squad" / "train-v1.1-44articles.jsonl.gz")
    titles = sorted({row["title"] for row in rows})
    aside = set(titles[:: len(titles) // 5][:5])
    draw = random.Random(recipe.seed)
    learned = draw.sample([row for row in rows if row["title"] not in aside], many)
    checked = draw.sample([row for row in rows if row["title"] in aside], VALIDATED)
    contexts = {row["context_id"]: row["context"] for row in rows}
    ids = list(contexts)
    place = {context_id: number for number, context_id in enumerate(ids)}
    vectors = model.encode([contexts[i] for i in ids])

    def triples(of: Sequence[dict[str, str]]) -> tuple[list[Triple], list[list[int]]]:
        questions = model.encode([row["question"] for row in of])
        answers = [[place[row["context_id"]]] for row in of]
        hard = hard_negatives(questions, vectors, answers, [[] for _ in of], 20)
        made = [
            Triple(
                row["question"],
                row["context"],
                tuple(contexts[ids[n]] for n in _filled(its, recipe.negatives, len(ids), draw)),
            )
            for row, its in zip(of, hard, strict=True)
        ]
        return made, hard

    training, _ = triples(learned)
    validation, hard = triples(checked)
    among = {ids[n] for its in hard for n in its[:AMONG]} | {row["context_id"] for row in checked}
    searches = Searches(
        {row["id"]: row["question"] for row in checked},
        {i: contexts[i] for i in ids if i in among},
        {row["id"]: frozenset([row["context_id"]]) for row in checked},
    )
    begun, cpu = time.monotonic(), time.process_time()
    tuned = tune(recipe, str(built_in_folder()), training, validation, searches, folder, Printing())
    print(
        f"{many} questions, batches of {recipe.batch}, {recipe.precision}: {tuned.summary} "
        f"{time.monotonic() - begun:.0f} s, {time.process_time() - cpu:.0f} s of processor"
    )


def report(data: Path, before: SentenceEmbeddings, kept: Path, dimensions: Sequence[int]) -> None:
    """Print a line for each model and test set."""
    tests = {"SQuAD dev-A": dev_a(data), "Cranfield": cranfield(data)}
    exact = _in_torch(kept / MODEL)
    models: dict[str, Callable[[Sequence[str]], Matrix]] = {"before": before.encode}
    for dimension in dimensions:
        tuned = SentenceEmbeddings(RUN, tuned=kept / MODEL, dimension=dimension)
        models[f"tuned, {dimension} numbers"] = tuned.encode
    models["tuned, torch in fp32"] = exact
    for dimension in dimensions[1:]:
        models[f"before, cut to {dimension} numbers"] = partial(_cut, before, dimension)
    print("| model | test set | nDCG@10 | recall@5 | recall@10 | mean likeness of answers |")
    print("|---|---|---|---|---|---|")
    for name, encode in models.items():
        for title, test in tests.items():
            figures = " | ".join(f"{value:.3f}" for value in measured(test, encode))
            print(f"| {name} | {title} | {figures} |", flush=True)


def measured(test: TestSet, encode: Callable[[Sequence[str]], Matrix]) -> list[float]:
    """nDCG@10, recall@5, recall@10, and the mean cosine of questions with their answers."""
    ids = list(test.passages)
    passages = encode([test.passages[i] for i in ids])
    questions = encode(list(test.questions.values()))
    scores = questions @ passages.T
    rows, likeness = [], []
    for key, row in zip(test.questions, scores, strict=True):
        ranking = [ids[n] for n in np.argsort(-row)[:10]]
        gains = test.gains[key]
        rows.append(
            (ndcg(ranking, gains, 10), recall(ranking, gains, 5), recall(ranking, gains, 10))
        )
        likeness += [float(row[n]) for n, i in enumerate(ids) if gains.get(i, 0.0) > 0]
    return [*np.mean(rows, axis=0).tolist(), float(np.mean(likeness))]


def dev_a(data: Path) -> TestSet:
    rows = squad(data / "squad" / "dev-v1.1-A.jsonl.gz")
    asked = random.Random(0).sample(rows, ASKED)
    return TestSet(
        {row["id"]: row["question"] for row in asked},
        {row["context_id"]: row["context"] for row in rows},
        {row["id"]: {row["context_id"]: 1.0} for row in asked},
    )


def cranfield(data: Path) -> TestSet:
    folder = data / "ir" / "cranfield"
    gains: dict[str, dict[str, float]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            gains.setdefault(row["query-id"], {})[row["corpus-id"]] = max(0.0, float(row["score"]))
    passages = {
        row["_id"]: f"{row['title']}\n{row['text']}" for row in _lines(folder / "corpus.jsonl")
    }
    queries = {row["_id"]: row["text"] for row in _lines(folder / "queries.jsonl")}
    return TestSet({i: text for i, text in queries.items() if i in gains}, passages, gains)


class Adopting:
    """A library of the dev-A articles whose index is switched."""

    def __init__(self, data: Path, work: Path, settings: Settings) -> None:
        rows = squad(data / "squad" / "dev-v1.1-A.jsonl.gz")
        self._files = write_articles(rows, work / "articles")
        names = dict(zip(dict.fromkeys(row["title"] for row in rows), self._files, strict=True))
        self._questions = tuple(
            JudgedQuestion(
                row["question"], names[row["title"]].name, None, row["answers"][0]["text"]
            )
            for row in random.Random(1).sample(rows, 500)
        )
        self._settings = settings

    def __enter__(self) -> "Adopting":
        self._workspace: Workspace = open_workspace(self._settings, role="a benchmark")
        jobs = [self._workspace.library.add(path.name, path) for path in self._files]
        self._workspace.jobs.wait([job.id for job in jobs])
        return self

    def __exit__(self, *_: object) -> None:
        self._workspace.close()

    def there_and_back(self) -> None:
        """Build the index, compare, switch, search, switch back; prints how long each took."""
        adoption, kb = self._workspace.adoption, self._settings.kb
        old = adoption.indexes(kb)[0]
        self._timed("index built and compared", lambda: adoption.build(
            kb, f"tuned/{RUN}", self._questions, "dev-A",
        ))  # fmt: skip
        new = adoption.indexes(kb)[-1]
        assert new.comparison
        print(f"{new.comparison.questions} questions on chunks; better {new.comparison.better}, "
              f"worse {new.comparison.worse}")  # fmt: skip
        for name, (was, now) in new.comparison.figures.items():
            print(f"{name}: {was:.3f} → {now:.3f}")
        question = self._questions[0].question
        for step, index in (("switched", new), ("switched back", old)):
            self._timed(step, partial(adoption.switch, kb, index.collection))
            found = self._workspace.retriever.search(question, kb=kb, k=1)
            title, name = adoption.indexes(kb)[0].title, found[0].document.name
            print(f"{step}: searches with {title}, finds {name}")

    def _timed(self, step: str, queue: Callable[[], Job]) -> None:
        begun = time.monotonic()
        [job] = self._workspace.jobs.wait([queue().id])
        assert job.state is JobState.READY, job.reason
        print(f"{step} in {time.monotonic() - begun:.1f} s", flush=True)


def _filled(rows: Sequence[int], many: int, total: int, draw: random.Random) -> list[int]:
    return [*rows[:many], *(draw.randrange(total) for _ in range(many - len(rows)))]


def _cut(model: SentenceEmbeddings, dimension: int, texts: Sequence[str]) -> Matrix:
    short = model.encode(texts)[:, :dimension]
    cut: Matrix = short / np.linalg.norm(short, axis=1, keepdims=True)
    return cut


def _in_torch(folder: Path) -> Callable[[Sequence[str]], Matrix]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    return lambda texts: np.asarray(
        model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
    )


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
