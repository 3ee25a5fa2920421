"""Which passages are kept, what becomes of the others, and when there is no evidence."""

from dataclasses import replace

import pytest

from assistant.retrieval.evidence import Evidence, Reading
from assistant.retrieval.selection import select_passages
from assistant.settings import Settings
from store.answer_records import Fate
from tests.passages import hit


def reading(*scores: float, confidence: float = 0.9, text: str = "") -> Reading:
    return Reading(
        tuple((Evidence(0, 5, text or f"sentence {n}", s),) for n, s in enumerate(scores)),
        confidence,
    )


HITS = [hit(f"This is text number {n} of some words.", position=n) for n in range(8)]


def test_passages_are_numbered_by_their_best_sentence():
    chosen = select_passages(HITS, reading(0.2, 0.9, 0.5), Settings())
    assert [(p.marker, p.hit.chunk.position) for p in chosen.passages] == [(1, 1), (2, 2), (3, 0)]


def test_what_a_search_puts_first_comes_before_a_slightly_better_sentence():
    found = [replace(HITS[0], scores={"fused": 0.5}), replace(HITS[1], scores={"fused": 0.3})]
    for best, order in ((0.6, [0, 1]), (0.95, [1, 0])):
        chosen = select_passages(found, reading(0.5, best), Settings())
        assert [p.hit.chunk.position for p in chosen.passages] == order
    read = {**found[1].scores, "reranked": 0.6}
    chosen = select_passages(
        [found[0], replace(found[1], scores=read)], reading(0.5, 0.5), Settings()
    )
    assert [p.hit.chunk.position for p in chosen.passages] == [1, 0]
    places = [(c.ranks["evidence"], c.ranks["worth"]) for c in chosen.candidates]
    assert places == [(1, 2), (1, 1)]
    assert [c.scores["worth"] for c in chosen.candidates] == pytest.approx([1.5, 1.7])


def test_every_candidate_has_a_fate_and_kept_ones_their_marker():
    chosen = select_passages(HITS, reading(*[0.9] * 7), Settings(passages=5))
    fates = [(c.fate, c.marker) for c in chosen.candidates]
    assert fates[:5] == [(Fate.KEPT, n) for n in (1, 2, 3, 4, 5)]
    assert fates[5:] == [(Fate.OVER_BUDGET, None)] * 3


def test_weak_evidence_keeps_nothing():
    chosen = select_passages(HITS, reading(0.9, confidence=0.3), Settings(refusal_threshold=0.5))
    assert chosen.passages == ()
    assert chosen.candidates[0].fate is Fate.BELOW_THRESHOLD


def test_passage_with_the_same_best_sentence_is_a_duplicate():
    chosen = select_passages(HITS, reading(0.9, 0.8, text="the same sentence"), Settings())
    assert [c.fate for c in chosen.candidates[:2]] == [Fate.KEPT, Fate.DUPLICATE]


def test_token_budget_leaves_the_rest_out():
    chosen = select_passages(HITS, reading(0.9, 0.8), Settings(passage_tokens=12))
    assert [c.fate for c in chosen.candidates[:2]] == [Fate.KEPT, Fate.OVER_BUDGET]


def test_quarantined_hit_is_told_with_its_reason_and_never_kept():
    reason = "It speaks to the assistant."
    held = replace(HITS[0], chunk=replace(HITS[0].chunk, quarantined=reason))
    chosen = select_passages([held, *HITS[1:]], reading(0.9, 0.8), Settings())
    assert (chosen.candidates[0].fate, chosen.candidates[0].reason) == (Fate.QUARANTINED, reason)
    assert [p.hit.chunk.id for p in chosen.passages] == [hit.chunk.id for hit in HITS[1:3]]


def test_nothing_found_is_nothing_kept():
    chosen = select_passages([], Reading((), 0.0), Settings())
    assert (chosen.passages, chosen.candidates, chosen.confidence) == ((), (), 0.0)


SAFE = "The safe of the harbour office holds forty crowns, and its key hangs by the green door. "


def test_passage_that_is_nearly_the_same_is_a_duplicate_unless_that_is_wanted():
    hits = [hit(SAFE * 2 + end, position=n) for n, end in enumerate(("Ask Eva.", "Ask Olav."))]
    chosen = select_passages(hits, reading(0.9, 0.8), Settings())
    assert [(c.fate, c.reason) for c in chosen.candidates] == [
        (Fate.KEPT, ""),
        (Fate.DUPLICATE, "nearly the same as passage 1"),
    ]
    chosen = select_passages(hits, reading(0.9, 0.8), Settings(near_duplicates=True))
    assert [c.fate for c in chosen.candidates] == [Fate.KEPT] * 2


def test_diversity_puts_what_differs_before_what_is_alike():
    texts = (SAFE + "Ask Eva at noon or later.", SAFE + "Olav opens it.", "Puffins nest here.")
    hits = [hit(text, position=n) for n, text in enumerate(texts)]
    plain = select_passages(hits, reading(0.9, 0.8, 0.7), Settings())
    diverse = select_passages(hits, reading(0.9, 0.8, 0.7), Settings(diversity=0.5))
    assert [p.hit.chunk.position for p in plain.passages] == [0, 1, 2]
    assert [p.hit.chunk.position for p in diverse.passages] == [0, 2, 1]
