"""Tuning an embedding model: what it learns from, what is kept, and that it can be adopted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import BadInput
from assistant.models.onnx_encoder import fits
from assistant.retrieval.ranking_measures import ndcg, recall
from assistant.settings import Settings
from assistant.training import process
from assistant.training.embedding_pairs import Pair, PairSource, Passages, kept_pairs
from assistant.training.embedding_run import split
from assistant.training.embedding_tuning import MODEL, Searches, Triple, cuts, tune
from assistant.training.hard_negatives import hard_negatives
from assistant.training.recipe import Recipe, Way
from assistant.training.watch import Stopped, Watch
from assistant.workspace import Workspace, open_workspace
from store.answer_records import AnswerSentence, Citation, Message, Verdict
from store.records import JobState
from store.training_records import Example, ExampleState, Origin, RunState, Turn, Wish
from tests.ingestion.small import opened as small_library
from tests.training.tiny_embedding import tiny_embedding

__all__ = ["tiny_embedding"]
NOW = datetime(2026, 11, 21, tzinfo=UTC)
PLACES = ("ferry", "museum", "tower", "bridge", "market", "station", "library", "river")
RECIPE = Recipe(
    way=Way.EMBEDDING, learning_rate=2e-3, epochs=2, batch=8, longest=64, patience=0, threads=1,
    validations_per_epoch=2, made_up=300, shortest=8,
)  # fmt: skip
TRIPLES = [
    Triple(f"where is the {place} {n} ?", f"the {place} opens at {n} .", (f"river {n} .",))
    for place in PLACES
    for n in range(6)
]
KEPT_ASIDE = TRIPLES[::6]
SEARCHES = Searches(
    {triple.answer: triple.question for triple in KEPT_ASIDE},
    {triple.answer: triple.answer for triple in TRIPLES},
    {triple.answer: frozenset([triple.answer]) for triple in KEPT_ASIDE},
)


@dataclass
class Interrupting(Watch):
    """After so many steps wishes for a pause, or dies as a killed process would."""

    after: int
    dies: bool
    steps: int = 0

    def wish(self) -> Wish:
        self.steps += 1
        if self.steps != self.after:
            return Wish.NONE
        if self.dies:
            raise KeyboardInterrupt
        return Wish.PAUSE


def weights(folder: Path) -> bytes:
    return (folder / MODEL / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("batch", "steps", "dies"), [(8, 12, True), (40, 4, False)], ids=["killed", "paused"]
)
def test_interrupted_tuning_goes_on_as_if_it_had_not_been(
    tiny_embedding, tmp_path, batch, steps, dies
):
    recipe = replace(RECIPE, batch=batch, validations_per_epoch=1)

    def run(name: str, watch: Watch):
        source = str(tiny_embedding)
        return tune(recipe, source, TRIPLES, KEPT_ASIDE, SEARCHES, tmp_path / name, watch)

    whole = run("whole", Watch())
    assert 0 < whole.best_step <= whole.steps == steps
    assert f"Step {whole.best_step} of {steps} was kept: nDCG@10" in whole.summary
    with pytest.raises(KeyboardInterrupt if dies else Stopped):
        run("cut off", Interrupting(steps - 1, dies))
    assert run("cut off", Watch()).best_step == whole.best_step
    assert weights(tmp_path / "cut off") == weights(tmp_path / "whole")
    assert weights(tmp_path / "whole") != (tiny_embedding / "model.safetensors").read_bytes()
    assert fits(tmp_path / "whole" / MODEL)


@contextmanager
def opened(settings: Settings) -> Iterator[Workspace]:
    workspace = open_workspace(settings, role="the tests")
    try:
        yield workspace
    finally:
        for run in workspace.training.runs():
            workspace.training.cancel(run.id)  # no process is left behind
            workspace.training.wait(run.id)
        workspace.close()


def written(folder: Path, word: bytes) -> list[str]:
    """The files in a folder that hold a word."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [str(path) for path in files if word in path.read_bytes()]


def test_run_ends_with_a_model_that_is_adopted(settings, tiny_embedding):
    small = {"chunk_words": 30, "chunk_overlap": 0}
    settings = replace(settings, embedding=str(tiny_embedding), **small)
    text = "\n\n".join(
        f"# The {place} number {n}\n\nThe {place} number {n} costs {n * 7 + 3} crowns a day. "
        f"The {place} number {n} opens at {n % 12 + 1} o'clock in the zebrawood hall."
        for place in PLACES
        for n in range(30)
    )
    with opened(settings) as workspace:
        job = workspace.library.add("guide.md", text.encode())
        [ended] = workspace.jobs.wait([job.id], timeout=60)
        assert ended.state is JobState.READY, ended.reason
        run = workspace.adoption.begin("crowns", "library", replace(RECIPE, epochs=1))
        run = workspace.training.wait(run.id)
        assert run.state is RunState.DONE, run.reason
        assert run.report and (run.report.figures["nDCG@10"][1] or 0.0) > 0
        assert not written(process.run_folder(settings.home, run.id), b"zebrawood")
        assert not written(settings.home / "embeddings", b"zebrawood")
        [tuned] = workspace.adoption.tuned()
        assert (tuned.name, tuned.dimension, tuned.shorter) == ("crowns", 32, (16, 8))
        assert tuned.engine == "ONNX Runtime"
        job = workspace.adoption.build("library", tuned.embedding(8))
        [ended] = workspace.jobs.wait([job.id], timeout=60)
        assert ended.state is JobState.READY, ended.reason
        [old, spare] = workspace.adoption.indexes("library")
        assert spare.comparison and spare.comparison.questions > 10
        workspace.jobs.wait([workspace.adoption.switch("library", spare.collection).id])
    with opened(settings) as workspace:
        [hit, *_] = workspace.retriever.search("tower number 7", kb="library")
        assert "tower" in hit.chunk.text.lower()
        assert "dense" in hit.scores
        assert workspace.adoption.indexes("library")[0].dimension == 8


def asked(store, question: str, cited: Citation, verdict: Verdict, helpful: bool | None) -> None:
    """Keep a question with its answer, and the thumb it got."""
    conversation, said = store.conversations.create("library"), f"Answer to {question}"
    answer = Message(said, conversation.id, "assistant", said, NOW, citations=(cited,))
    sentences = (AnswerSentence("It is so. [1]", (1,), verdict),)
    store.conversations.add_message(Message(question, conversation.id, "user", question, NOW))
    store.conversations.add_message(replace(answer, sentences=sentences))
    if helpful is not None:
        store.conversations.set_feedback(said, helpful, "")


def test_pairs_come_from_trusted_answers_and_reviewed_examples(settings):
    with small_library(settings) as small:
        job = small.library.add("guide.md", b"# Ferry\n\nThe ferry leaves at nine.")
        small.jobs.wait([job.id])
        [document] = small.library.documents()
        [chunk] = small.library.chunks(document.id)
        cited = Citation(
            1, document.id, "guide.md", None, None, "", "read again since", chunk.text, "nine",
            chunk.page, chunk.start, chunk.end,
        )  # fmt: skip
        store = small.store
        asked(store, "When does it leave?", cited, Verdict.SUPPORTED, None)
        asked(store, "Is it late?", cited, Verdict.UNSUPPORTED, True)
        asked(store, "Is it blue?", cited, Verdict.UNSUPPORTED, None)
        asked(store, "Is it wrong?", cited, Verdict.SUPPORTED, False)
        examples = store.examples.make_set("reviewed")
        fence = f'<passage number="2" document="Guide" heading="">\n{chunk.text}\n</passage>'
        for name, state in (("At nine?", ExampleState.READY), ("No?", ExampleState.WAITING)):
            turns = (
                Turn("user", f"{fence}\n\nQuestion: {name}"),
                Turn("assistant", "The ferry leaves at nine. [2]"),
            )
            made = Example(name, examples.id, Origin.DOCUMENT, state, turns, NOW)
            store.examples.add([replace(made, documents=(document.id,))])
        passages = Passages(store.documents, "library")
        pairs = {
            pair.question: (pair.source, pair.chunks)
            for pair in kept_pairs(store.database, "library", passages)
        }
        assert pairs == {
            "Is it late?": (PairSource.LIKED, (chunk.id,)),
            "When does it leave?": (PairSource.SUPPORTED, (chunk.id,)),
            "At nine?": (PairSource.EXAMPLE, (chunk.id,)),
        }
        small.library.remove(document.id)
        assert kept_pairs(store.database, "library", Passages(store.documents, "library")) == []


def pair(number: int, question: str, chunk: str, source=PairSource.SUPPORTED) -> Pair:
    return Pair(f"message/{number}", question, (chunk,), source)


def test_pairs_with_the_same_answer_stay_on_one_side_and_people_are_asked_first():
    people = [pair(n, f"{n * 7919} is asked about by whom?", f"c{n // 2}") for n in range(60)]
    rules = [pair(n, f"{n * 104729} made up", f"r{n}", PairSource.MADE_UP) for n in range(100, 200)]
    parts = split([*rules, *people], replace(RECIPE, test=0.2, validation=0.1))
    sides = (parts.train, parts.validation, parts.test)
    chunks = [{chunk for one in side for chunk in one.chunks} for side in sides]
    assert not (chunks[0] & chunks[1] or chunks[0] & chunks[2] or chunks[1] & chunks[2])
    assert (len(parts.test), len(parts.validation)) == (12, 6)
    assert {one.source for one in (*parts.test, *parts.validation)} == {PairSource.SUPPORTED}
    assert sum(map(len, sides)) == 160


def test_too_few_pairs_are_refused():
    with pytest.raises(BadInput, match="2 different questions"):
        split([pair(1, "one", "a"), pair(2, "two", "a"), pair(3, "three", "b")], RECIPE)


def test_hard_negatives_leave_out_answers_and_what_may_be_one():
    corpus = np.eye(5, dtype=np.float32)
    question = np.array([[0.6, 0.59, 0.4, 0.3, 0.2]], dtype=np.float32)
    assert hard_negatives(question, corpus, [[0]], [[2]], 2) == [[3, 4]]
    assert hard_negatives(question, corpus, [[0]], [[]], 1) == [[2]]


@pytest.mark.parametrize(
    ("dimension", "shortest", "expected"),
    [(384, 0, ()), (384, 384, ()), (384, 64, (192, 96, 64)), (768, 96, (384, 192, 96))],
)
def test_vectors_are_cut_to_halves_down_to_the_shortest(dimension, shortest, expected):
    assert cuts(dimension, shortest) == expected


def test_measures_of_rankings():
    gains = {"a": 3.0, "b": 1.0}
    assert ndcg(["a", "b", "x"], gains, 10) == 1.0
    assert ndcg(["x", "a"], {"a": 1.0}, 10) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg(["x", "a"], {"a": 1.0}, 1) == ndcg(["a"], {}, 10) == 0.0
    assert (recall(["a", "x"], gains, 2), recall(["a", "b"], gains, 1)) == (0.5, 0.5)
