"""Win rates with intervals and Bradley-Terry ratings, against what is known of them."""

import math
from datetime import UTC, datetime

import pytest

from assistant.comparison.ratings import ratings, standings, wilson_interval
from store.comparison_records import Contestant, Outcome, Vote

A, B, C, D = (Contestant(name, True) for name in "abcd")


def vote(*contestants: Contestant, best: int | None = None) -> Vote:
    outcome = Outcome.EQUAL if best is None else Outcome.BEST
    return Vote("v", "c", datetime(2026, 1, 1, tzinfo=UTC), contestants, outcome, best)


def likelihood(votes: list[Vote], points: dict[Contestant, float]) -> float:
    """What the ratings should make as large as possible: log-likelihood with the imagined ties."""
    strength = {one: 10 ** ((rating - 1000) / 400) for one, rating in points.items()}
    total = 0.0
    for cast in votes:
        together = sum(strength[one] for one in cast.contestants)
        for index, one in enumerate(cast.contestants):
            share = 1 / len(cast.contestants) if cast.best is None else float(index == cast.best)
            total += share * math.log(strength[one] / together)
    return total + sum(0.5 * math.log(s) - math.log(s + 1) for s in strength.values())


@pytest.mark.parametrize(
    ("wins", "votes", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe (1998), Statistics in Medicine 17, 857-872, table I
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
        (0, 20, 0.0, 0.1611),
    ],
)
def test_wilson_interval_agrees_with_published_ones(wins: int, votes: int, low: float, high: float):
    assert wilson_interval(wins, votes) == pytest.approx((low, high), abs=1e-4)


def test_without_votes_a_win_rate_may_be_anything():
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_many_votes_between_two_give_the_odds():
    votes = [vote(A, B, best=0)] * 750 + [vote(B, A, best=0)] * 250
    found = ratings(votes)
    assert found[A] - found[B] == pytest.approx(400 * math.log10(3), abs=1)
    assert found[A] + found[B] == pytest.approx(2000)


def test_ratings_are_the_most_likely_ones():
    votes = [
        *[vote(A, B, C, best=0)] * 4,
        *[vote(A, B, best=1)] * 2,
        vote(B, C, best=0),
        vote(C, D, best=0),
        vote(A, B, C, D),
        vote(C, D, best=1),
    ]
    found = ratings(votes)
    best = likelihood(votes, found)
    for contestant in found:
        for step in (-1, 1):
            moved = {**found, contestant: found[contestant] + step}
            assert likelihood(votes, moved) < best


def test_who_always_wins_has_a_finite_rating_that_grows_with_the_votes():
    once, often = ratings([vote(A, B, best=0)]), ratings([vote(A, B, best=0)] * 20)
    assert 1000 < once[A] < often[A] < 2000


def test_many_lopsided_votes_are_rated_as_well():
    votes = [vote(A, B, best=0)] * 3000 + [vote(B, C, best=0)] * 3000 + [vote(C, D, best=0)]
    found = ratings(votes)
    assert found[A] > found[B] > found[C] > found[D]
    assert likelihood(votes, found) > likelihood(votes, {**found, D: found[D] - 5})


def test_equal_and_none_leave_the_ratings_in_the_middle():
    assert ratings([vote(A, B)] * 9) == pytest.approx({A: 1000, B: 1000})


def test_standings_count_wins_and_put_the_best_first():
    found = standings([vote(B, A, best=1), vote(A, B, best=0), vote(A, B, best=1), vote(A, B)])
    assert [(one.contestant, one.votes, one.wins) for one in found] == [(A, 4, 2), (B, 4, 1)]
    assert found[0].win_rate == 0.5
    assert found[0].low < 0.5 < found[0].high
    assert {one.group for one in found} == {1}


def test_contestants_that_never_met_are_in_groups_of_their_own():
    votes = [vote(A, B, best=0), vote(C, D, best=0), vote(C, D, best=0)]
    apart = {one.contestant: one.group for one in standings(votes)}
    assert apart[A] == apart[B] != apart[C] == apart[D]
    joined = {one.contestant: one.group for one in standings([*votes, vote(B, C)])}
    assert set(joined.values()) == {1}


def test_votes_of_one_group_do_not_move_the_ratings_of_another():
    alone = {one.contestant: one.rating for one in standings([vote(A, B, best=0)])}
    votes = [vote(A, B, best=0), *[vote(C, D, best=1)] * 30]
    both = {one.contestant: one.rating for one in standings(votes)}
    assert both[A] == pytest.approx(alone[A])


def test_no_votes_no_standings():
    assert standings([]) == []
    assert ratings([]) == {}
