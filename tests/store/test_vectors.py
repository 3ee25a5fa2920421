"""Vectors in Chroma: what is found, what goes, and what its files may hold."""

import shutil

import numpy as np
import pytest

from store.collection_names import collection_name
from store.vectors import Vectors

NAME = collection_name("library", "words", 32)


def documents_of(ids):
    """The ids of these tests begin with that of their document."""
    return {i: i.partition("-")[0] for i in ids}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "vectors"


@pytest.fixture
def vectors(folder):
    opened = Vectors(folder, documents_of)
    yield opened
    opened.close()


def unit(count: int, seed: int = 0) -> np.ndarray:
    """Random directions."""
    made = np.random.default_rng(seed).normal(size=(count, 32)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_nearest_vectors_come_first_with_their_cosine(vectors):
    made = unit(200)
    vectors.add(NAME, [f"c{n}" for n in range(200)], made, "d")
    best = np.argsort(-(made @ made[7]))[:5]
    hits = vectors.search(NAME, made[7], 5)
    assert [i for i, _ in hits] == [f"c{n}" for n in best]
    assert [score for _, score in hits] == pytest.approx(list(made[best] @ made[7]), abs=1e-5)


def test_search_can_be_limited_to_documents(vectors):
    made = unit(20)
    for n in range(4):
        ids = [f"d{n}-{i}" for i in range(5)]
        vectors.add(NAME, ids, made[5 * n : 5 * n + 5], f"d{n}")
    hits = vectors.search(NAME, made[0], 20, documents=["d1", "d3"])
    assert {i[:2] for i, _ in hits} == {"d1", "d3"}
    assert len(hits) == 10
    assert vectors.search(NAME, made[0], 20, documents=[]) == []


@pytest.mark.parametrize("every", [2, 10, 200], ids=["half", "a tenth", "one document"])
def test_nearest_of_the_allowed_documents_are_found_however_few_these_are(vectors, every):
    made = unit(2000)
    for n in range(200):
        ids = [f"d{n}-{i}" for i in range(10 * n, 10 * n + 10)]
        vectors.add(NAME, ids, made[10 * n : 10 * n + 10], f"d{n}")
    allowed = [i for i in range(2000) if i // 10 % every == 0]
    best = sorted(allowed, key=lambda i: -(made[i] @ made[15]))[:7]
    hits = vectors.search(NAME, made[15], 7, documents={f"d{n}" for n in range(0, 200, every)})
    assert [i for i, _ in hits] == [f"d{i // 10}-{i}" for i in best]
    assert [score for _, score in hits] == pytest.approx(list(made[best] @ made[15]), abs=1e-5)


def test_allowed_documents_are_found_behind_all_others(vectors):
    near, far = unit(1)[0] + unit(400) / 100, -unit(1)[0] + unit(4, seed=1) / 100
    vectors.add(NAME, [f"near-{n}" for n in range(400)], near, "near")
    vectors.add(NAME, [f"far-{n}" for n in range(4)], far, "far")
    hits = vectors.search(NAME, unit(1)[0], 3, documents=["far"])
    assert [i[:3] for i, _ in hits] == ["far"] * 3


def test_nothing_is_found_where_everything_was_removed(vectors):
    vectors.add(NAME, ["a"], unit(1), "d")
    vectors.remove(NAME, ["a"])
    assert vectors.search(NAME, unit(1)[0], 3) == []
    assert vectors.search(NAME, unit(1)[0], 3, documents=["d"]) == []


def test_vector_of_a_known_id_is_overwritten(vectors):
    made = unit(2)
    vectors.add(NAME, ["a"], made[:1], "d")
    vectors.add(NAME, ["a"], made[1:], "d")
    assert vectors.count(NAME) == 1
    assert vectors.search(NAME, made[1], 1)[0][1] == pytest.approx(1, abs=1e-5)


def test_reading_an_unknown_collection_finds_nothing_and_makes_none(vectors):
    assert vectors.search(NAME, unit(1)[0], 3) == []
    assert vectors.ids(NAME) == set()
    assert vectors.count(NAME) == 0
    vectors.keep_only(NAME, "d", [])
    vectors.remove(NAME, ["a"])
    vectors.remove_collection(NAME)
    assert vectors.collections() == set()


def test_only_wanted_vectors_of_a_document_stay(vectors):
    vectors.add(NAME, ["d-1", "d-2", "d-3"], unit(3), "d")
    vectors.add(NAME, ["e-1"], unit(1), "e")
    vectors.keep_only(NAME, "d", ["d-2"])
    assert vectors.ids(NAME) == {"d-2", "e-1"}


def test_more_vectors_than_one_batch_go_in_and_out(vectors):
    vectors._batch = 7
    ids = [f"c{n}" for n in range(30)]
    vectors.add(NAME, ids, unit(30), "d")
    assert vectors.ids(NAME) == set(ids)
    vectors.remove(NAME, ids[:29])
    assert vectors.ids(NAME) == {"c29"}


def test_vectors_are_there_after_reopening(vectors, folder):
    made = unit(1500)
    vectors.add(NAME, [f"c{n}" for n in range(1500)], made, "d")
    vectors.close()
    again = Vectors(folder, documents_of)
    assert again.count(NAME) == 1500
    assert again.search(NAME, made[1234], 1)[0][0] == "c1234"


def test_vectors_of_another_length_are_refused(vectors):
    vectors.add(NAME, ["a"], unit(1), "d")
    with pytest.raises(Exception, match="dimension of 32, got 5"):
        vectors.add(NAME, ["b"], np.ones((1, 5), np.float32), "d")


def test_lost_index_is_noticed(vectors, folder):
    vectors.add(NAME, [f"c{n}" for n in range(1500)], unit(1500), "d")
    assert vectors.answers(NAME, 32)
    vectors.close()
    for index in folder.glob("*/"):
        shutil.rmtree(index)
    again = Vectors(folder, documents_of)
    assert again.count(NAME) == 1500
    assert not again.answers(NAME, 32)
    again.close()


@pytest.mark.parametrize("content", [b"garbage" * 500, b""])
def test_damaged_files_give_way_to_empty_ones(vectors, folder, content):
    vectors.add(NAME, ["a"], unit(1), "d")
    vectors.close()
    (folder / "chroma.sqlite3").write_bytes(content)
    again = Vectors(folder, documents_of)
    assert again.collections() == set()
    again.add(NAME, ["b"], unit(1), "d")
    assert again.ids(NAME) == {"b"}
    again.close()


def test_index_of_a_collection_dropped_halfway_goes_at_the_next_start(vectors, folder):
    vectors.add(NAME, ["a"], unit(1), "d")
    vectors.close()
    stray = folder / "00000000-0000-4000-8000-000000000000"
    stray.mkdir()
    (stray / "data_level0.bin").write_bytes(b"vectors")
    again = Vectors(folder, documents_of)
    assert not stray.exists()
    assert again.ids(NAME) == {"a"}
    again.close()


def test_files_hold_nothing_of_the_memory_around(vectors, folder):
    for round_ in range(3):
        vectors.add(NAME, [f"{round_}-{n}" for n in range(20)], unit(20, round_), f"d{round_}")
        blank = [path.read_bytes() for path in folder.glob("*/data_level0.bin")]
        assert blank and not any(any(content) for content in blank)
        vectors.close()
        vectors = Vectors(folder, documents_of)
        assert vectors.search(NAME, unit(20, round_)[3], 1)[0][0] == f"{round_}-3"
    vectors.close()


def test_collection_names_differ_by_base_model_and_dimension():
    names = {
        collection_name(kb, model, dimension)
        for kb in ("library", "Library", "图书", "a" * 300, "a" * 301, "")
        for model in ("m", "n")
        for dimension in (3, 4)
    }
    assert len(names) == 6 * 2 * 2
    assert all(3 <= len(n) <= 63 and n.isascii() for n in names)
