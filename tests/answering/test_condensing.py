"""Passages cut down to their best lines, best first."""

from assistant.answering.condensing import MOST_LINES, evidence_lines
from assistant.answering.prompt import build_prompt
from assistant.retrieval.selection import Passage
from tests.passages import evidence, hit


def passage(marker: int, *scored: tuple[str, float]) -> Passage:
    found = hit(" ".join(text for text, _ in scored), position=marker)
    return Passage(marker, found, tuple(evidence(text, score)[0] for text, score in scored))


def test_the_best_lines_of_all_passages_stand_in_their_order():
    passages = [
        passage(1, ("The ferry sails at nine.", 0.9), ("It sails from the quay.", 0.3)),
        passage(2, ("The last ferry sails at six.", 0.5)),
    ]
    assert evidence_lines(passages) == [
        (1, "The ferry sails at nine."),
        (2, "The last ferry sails at six."),
        (1, "It sails from the quay."),
    ]
    text = build_prompt("When?", passages, condensed=True)[-1].text
    numbers = [part[0] for part in text.split('<passage number="')[1:]]
    assert numbers == ["1", "2", "1"]


def test_lines_of_one_passage_side_by_side_share_a_fence():
    passages = [passage(1, ("The ferry sails at nine.", 0.9), ("It sails from the quay.", 0.3))]
    text = build_prompt("When?", passages, condensed=True)[-1].text
    assert "The ferry sails at nine.\nIt sails from the quay.\n</passage>" in text


def test_weak_lines_and_lines_said_before_are_left_out():
    many = [(f"Ferry {number} sails at {number}.", 0.9) for number in range(2, 12)]
    assert len(evidence_lines([passage(1, *many)])) == MOST_LINES
    lines = [("It sails.", 0.9), ("It sails.", 0.8), ("Gulls follow.", 0.1)]
    assert evidence_lines([passage(1, *lines)]) == [(1, "It sails.")]
