"""Cached vectors by model and text."""

import numpy as np
import pytest

from store.documents import Documents
from store.embedding_cache import EmbeddingCache
from store.knowledge_bases import KnowledgeBases
from store.records import embedded_sha256
from tests.documents import parts


@pytest.fixture
def cache(database):
    return EmbeddingCache(database)


def test_vectors_are_kept_by_model_and_text(cache):
    one, two = np.arange(4, dtype=np.float32), np.ones(3, np.float32)
    cache.keep("a", {"x": one})
    cache.keep("b", {"x": two})
    assert np.array_equal(cache.get("a", ["x", "y"])["x"], one)
    assert np.array_equal(cache.get("b", ["x"])["x"], two)
    assert cache.get("c", ["x"]) == {}
    cache.keep("a", {})


def test_newer_vector_takes_the_place_of_an_older(cache):
    cache.keep("a", {"x": np.zeros(4, np.float32)})
    cache.keep("a", {"x": np.ones(5, np.float32)})
    assert cache.get("a", ["x"])["x"].tolist() == [1] * 5


def test_many_vectors_go_in_and_out(cache):
    made = {f"{n}": np.full(4, n, np.float32) for n in range(1500)}
    cache.keep("a", made)
    found = cache.get("a", made)
    assert all(np.array_equal(found[key], made[key]) for key in made)


def test_vectors_that_no_chunk_or_knowledge_base_needs_are_dropped(cache, database):
    KnowledgeBases(database).create("library", "used", 4)
    made = parts("Some text.")
    Documents(database).add(*made)
    needed = embedded_sha256(made.chunks[0])
    vector = np.ones(4, np.float32)
    cache.keep("used", {needed: vector, "gone": vector})
    cache.keep("unused", {needed: vector})
    assert cache.drop_unused() == 2
    assert set(cache.get("used", [needed, "gone"])) == {needed}
    assert cache.get("unused", [needed]) == {}
    assert cache.drop_unused() == 0
