"""Tuned embedding models in knowledge bases: built beside, compared, switched to, switched back."""

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import BadInput
from assistant.training.index_comparison import in_words
from store.errors import EmbeddingMismatch, NotFound
from store.records import JobKind, JobState
from store.spare_indexes import IndexComparison, JudgedQuestion
from tests.crash_runs import faults
from tests.training.adopting import KB, RUN, TUNED, opened

ROOT = Path(__file__).parents[2]
FERRY = "# Ferries\n\nThe ferry to Skarrow leaves the harbour at nine."
MUSEUM = "# Museum\n\nThe museum shows old boats and opens at ten."
LONG = "\n\n".join(f"Paragraph {n} speaks of harbour {n}. " * 20 for n in range(200))
QUESTIONS = (
    JudgedQuestion("When does the ferry leave the harbour?", "ferry.md", 1, "leaves at nine"),
    JudgedQuestion("What does the museum show?", "museum.md", 1, "old boats"),
    JudgedQuestion("Where is the moon?", "moon.md", 1, "above"),
)


def test_index_is_built_beside_compared_switched_to_and_switched_back(settings):
    with opened(settings) as small:
        small.add("ferry.md", FERRY)
        small.add("museum.md", MUSEUM)
        [old] = small.indexes()
        job = small.adoption.build(KB, TUNED.embedding(), QUESTIONS, "questions.jsonl")
        assert small.done(job) is JobState.READY
        spare = small.spare()
        assert (spare.title, spare.dimension, spare.missing) == ("harbour", 32, 0)
        compared = spare.comparison
        assert compared is not None
        assert (compared.before, compared.after) == ("words-64", f"tuned/{RUN}")
        assert (compared.source, compared.questions) == ("questions.jsonl", 2)
        assert compared.figures["nDCG@10"] == (1.0, 1.0)
        assert small.indexes()[0].active
        assert small.done(small.adoption.switch(KB, spare.collection)) is JobState.READY
        assert [index.embedding for index in small.indexes()] == [f"tuned/{RUN}", "words-64"]
        assert small.names("ferry harbour")[0] == "ferry.md"
    with opened(settings) as small:  # a start with another model set
        assert small.library.mismatch() == ""
        assert small.names("ferry harbour")[0] == "ferry.md"
        assert small.tuned.encoded == ["ferry harbour"]
        assert small.spare().comparison == compared
        assert small.done(small.adoption.switch(KB, old.collection)) is JobState.READY
        assert small.indexes()[0].collection == old.collection
        small.adoption.discard(KB, small.spare().collection)
        assert len(small.indexes()) == 1
        assert list(faults(small.store)) == []


def test_searching_goes_on_while_an_index_is_built_and_uploads_go_first(settings):
    with opened(settings, most=64) as small:
        small.add("long.md", LONG)
        job = small.adoption.build(KB, TUNED.embedding())
        assert small.tuned.begun.wait(30)
        assert small.names("harbour 7")[0] == "long.md"
        later = small.library.add("ferry.md", FERRY.encode())
        small.tuned.go.set()
        assert small.done(later) is JobState.READY
        assert small.done(job) is JobState.READY
        first, second = (small.jobs.get(one.id).finished_at for one in (later, job))
        assert first and second and first < second
        assert small.spare().missing == 0
        assert list(faults(small.store)) == []


def test_switch_brings_in_what_changed_since_the_index_was_built(settings):
    with opened(settings) as small:
        small.add("museum.md", MUSEUM)
        small.done(small.adoption.build(KB, TUNED.embedding()))
        small.add("ferry.md", FERRY)
        [museum] = [one for one in small.library.documents() if one.name == "museum.md"]
        small.library.remove(museum.id)
        assert small.spare().missing == 1
        small.done(small.adoption.switch(KB, small.spare().collection))
        assert small.names("ferry") == ["ferry.md"]
        assert list(faults(small.store)) == []


def test_index_of_a_killed_process_is_finished_by_the_next(settings):
    with opened(settings) as small:
        small.add("long.md", LONG)
    command = [sys.executable, "-m", "tests.training.adopting", str(settings.home)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout and child.stdout.readline() == "half\n"
        child.kill()
    with opened(settings) as small:
        [job] = [job for job in small.jobs.list() if job.kind is JobKind.INDEX]
        assert small.done(job) is JobState.READY
        assert 0 < len(small.tuned.encoded) < small.library.documents()[0].chunks
        assert small.spare().missing == 0
        assert small.indexes()[0].embedding == "words-64"
        assert list(faults(small.store)) == []


def test_cancelled_index_stays_as_far_as_it_is_and_can_be_discarded(settings):
    with opened(settings, most=64) as small:
        small.add("long.md", LONG)
        job = small.adoption.build(KB, TUNED.embedding())
        assert small.tuned.begun.wait(30)
        assert small.adoption.build(KB, TUNED.embedding()).id == job.id
        small.adoption.discard(KB, small.spare().collection)
        small.tuned.go.set()
        assert small.done(job) is JobState.CANCELLED
        small.jobs.dismiss(job.id)
        assert len(small.indexes()) == 1
        assert list(faults(small.store)) == []


def test_shorter_vectors_have_an_index_of_their_own(settings):
    with opened(settings) as small:
        small.add("ferry.md", FERRY)
        small.done(small.adoption.build(KB, TUNED.embedding(16)))
        assert (small.spare().title, small.spare().dimension) == ("harbour, 16 numbers", 16)
        small.done(small.adoption.switch(KB, small.spare().collection))
        assert small.names("ferry") == ["ferry.md"]


def test_model_in_use_is_not_deleted(settings):
    with opened(settings) as small:
        small.add("ferry.md", FERRY)
        small.done(small.adoption.build(KB, TUNED.embedding()))
        with pytest.raises(BadInput, match="has an index by harbour; switch back and discard"):
            small.adoption.remove(RUN)
        small.adoption.discard(KB, small.spare().collection)
        small.adoption.remove(RUN)
        assert small.adoption.tuned() == []


def test_knowledge_base_whose_model_is_gone_is_refused_and_rebuilt_with_the_one_set(settings):
    with opened(settings) as small:
        small.add("ferry.md", FERRY)
        small.done(small.adoption.build(KB, TUNED.embedding()))
        small.done(small.adoption.switch(KB, small.spare().collection))
        small.adoption.discard(KB, small.spare().collection)
        small.models.remove(RUN)
        with pytest.raises(EmbeddingMismatch, match="no longer there; rebuild it"):
            small.names("ferry")
        assert small.done(small.library.rebuild()) is JobState.READY
        assert small.names("ferry") == ["ferry.md"]
        assert list(faults(small.store)) == []


def test_rebuild_of_an_adopted_index_keeps_its_model(settings):
    with opened(settings) as small:
        small.add("ferry.md", FERRY)
        small.done(small.adoption.build(KB, TUNED.embedding()))
        small.done(small.adoption.switch(KB, small.spare().collection))
        assert small.done(small.library.rebuild()) is JobState.READY
        assert small.indexes()[0].embedding == TUNED.embedding()


@pytest.mark.parametrize(
    ("better", "worse", "words"),
    [(0, 0, "no clear"), (7, 3, "no clear"), (40, 12, "finds better"), (12, 40, "finds less")],
)
def test_comparison_in_words_leaves_chance_out(better, worse, words):
    compared = IndexComparison("a", "b", "questions", 200, better, worse, {}, TUNED.made_at)
    assert words in in_words(compared)


def test_index_that_is_not_there_is_said_so(settings):
    with opened(settings) as small:
        small.add("ferry.md", FERRY)
        with pytest.raises(BadInput, match="words-64 is searched with already"):
            small.adoption.build(KB, "words-64")
        with pytest.raises(NotFound, match="no longer kept"):
            small.adoption.switch(KB, "none")
