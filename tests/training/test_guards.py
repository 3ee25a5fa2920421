"""When a guard is red."""

from collections.abc import Sequence

import pytest

from assistant.training.guards import Measured, guards
from store.training_records import Guard

TWENTY = [1.0] * 20


def lost(many: int) -> list[float]:
    return [*[0.0] * many, *[1.0] * (20 - many)]


def guard(name: str, before: Sequence[float | None], after: Sequence[float | None]) -> Guard:
    [found] = guards({name: Measured(before, after)})
    assert found.name == name
    return found


@pytest.mark.parametrize("name", ["token_f1", "quotes", "cites", "refusals", "general_gold"])
@pytest.mark.parametrize(("many", "red"), [(0, False), (1, False), (2, True), (20, True)])
def test_figure_may_lose_one_answer_of_twenty(name, many, red):
    assert guard(name, TWENTY, lost(many)).red is red


def test_answers_gained_make_up_for_answers_lost():
    before = [*[0.0] * 3, *[1.0] * 17]
    after = [*[1.0] * 3, *[0.0] * 3, *[1.0] * 14]
    assert not guard("quotes", before, after).red


def test_one_answer_of_few_is_an_accident():
    assert not guard("refusals", [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]).red


def test_many_answers_may_lose_a_share_and_no_more():
    before = [1.0] * 200
    assert not guard("cites", before, [0.0] * 10 + [1.0] * 190).red
    assert guard("cites", before, [0.0] * 11 + [1.0] * 189).red


def test_needless_refusals_are_red_when_they_grow():
    none = [0.0] * 20
    assert guard("needless_refusals", none, lost(18)).red
    assert not guard("needless_refusals", TWENTY, none).red


@pytest.mark.parametrize(
    ("name", "before", "after", "red"),
    [
        ("style", 0.0, 0.9, False),
        ("style", 0.0, 0.85, True),
        ("valid_json", 1.0, 0.98, False),
        ("valid_json", 1.0, 0.95, True),
        ("general_loss", 0.5, 0.79, False),
        ("general_loss", 0.5, 0.81, True),
        ("speed", 100.0, 41.0, False),
        ("speed", 100.0, 39.0, True),
    ],
)
def test_limits(name, before, after, red):
    found = guard(name, [before], [after])
    assert found.red is red
    assert (found.before, found.after) == (before, after)
    assert found.limit and found.text.endswith(".")


def test_sentence_names_both_figures():
    found = guard("quotes", TWENTY, lost(5))
    assert found.text.startswith("Only 75% of cited sentences")
    assert "100% before" in found.text


def test_what_was_not_measured_has_no_guard():
    assert guards({"quotes": Measured([None], [1.0]), "refusals": Measured([1.0], [None])}) == ()
    assert guards({"style": Measured([0.0], [None]), "length": Measured([1.0], [0.0])}) == ()


def test_guards_come_in_the_order_of_the_figures():
    measured = {name: Measured([1.0], [1.0]) for name in ("speed", "quotes", "style", "token_f1")}
    assert [one.name for one in guards(measured)] == ["token_f1", "style", "quotes", "speed"]
