"""Fusion of dense and keyword scores."""

import numpy as np
import pytest

from assistant.retrieval.fusion import best_of, combine, evened, moved


def test_scores_are_weighed_as_they_are():
    fused = combine({"a": 0.8, "b": 0.4}, {"b": 0.4, "c": 0.2}, weight=0.75)
    assert fused == {
        "a": pytest.approx(0.6),
        "b": pytest.approx(0.3 + 0.1),
        "c": pytest.approx(0.3 + 0.05),
    }
    assert list(fused) == ["a", "b", "c"]


def test_words_of_a_part_count_as_much_as_those_of_the_question():
    found = evened([{"a": 0.6, "b": 0.3}, {"c": 0.2, "a": 0.1}, {}])
    assert found == [{"a": 0.6, "b": 0.3}, {"c": pytest.approx(0.6), "a": pytest.approx(0.3)}, {}]
    assert evened([]) == []


def test_one_method_alone_keeps_its_order():
    assert list(combine({}, {"a": 3.0, "b": 9.0})) == ["b", "a"]
    assert list(combine({"a": 0.1, "b": 0.5}, {})) == ["b", "a"]


def test_ties_keep_the_order_of_dense_search():
    assert list(combine({"a": 0.5, "b": 0.5}, {})) == ["a", "b"]


def test_nothing_found_fuses_to_nothing():
    assert combine({}, {}) == {}


def test_best_score_of_several_rankings_counts():
    assert best_of([[("a", 0.5), ("b", 0.4)], [("b", 0.6), ("c", 0.1)]]) == [
        ("b", 0.6),
        ("a", 0.5),
        ("c", 0.1),
    ]


def test_query_is_moved_towards_the_best_and_keeps_its_length():
    query, best = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
    assert moved(query, [best], 1.0) == pytest.approx([0.5**0.5, 0.5**0.5])
    assert moved(query, [best], 0.0) == pytest.approx(query)
    assert moved(query, [], 1.0) == pytest.approx(query)
