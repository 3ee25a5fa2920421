"""Reciprocal rank fusion."""

import pytest

from assistant.retrieval.rank_fusion import reciprocal_rank_fusion


def test_scores_are_the_sum_of_reciprocal_ranks():
    fused = reciprocal_rank_fusion({"dense": ["a", "b"], "keyword": ["b", "c"]}, k=60)
    assert fused == {
        "b": pytest.approx(1 / 62 + 1 / 61),
        "a": pytest.approx(1 / 61),
        "c": pytest.approx(1 / 62),
    }


def test_best_comes_first_and_ties_keep_the_first_rankings_order():
    fused = reciprocal_rank_fusion({"dense": ["a", "b", "x"], "keyword": ["b", "c", "y"]})
    assert list(fused) == ["b", "a", "c", "x", "y"]


def test_nothing_found_fuses_to_nothing():
    assert reciprocal_rank_fusion({"dense": [], "keyword": []}) == {}
