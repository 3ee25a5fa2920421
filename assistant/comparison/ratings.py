"""What all votes together say about the contestants: win rates and ratings."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.comparison_records import Contestant, Outcome, Vote

MIDDLE, SPREAD = 1000.0, 400.0  # as in chess: ten times the strength is 400 points more
CONFIDENT = 1.959964  # standard normal quantile of 95 %
PRECISE = 1e-9
ROUNDS = 100

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """How a contestant did. `wins` are votes in which it alone was the best; `low` and `high` are
    the 95 % interval of the win rate. Ratings can be compared within a `group` only: contestants
    of different groups have never met, not even through others."""

    contestant: Contestant
    votes: int
    wins: int
    low: float
    high: float
    rating: float
    group: int

    @property
    def win_rate(self) -> float:
        return self.wins / self.votes


def standings(votes: Sequence[Vote]) -> list[Standing]:
    """Every contestant that was voted on, group by group, the best first."""
    found = []
    for number, group in enumerate(_groups(votes), start=1):
        theirs = [vote for vote in votes if group & set(vote.contestants)]
        rating = ratings(theirs)
        for contestant in group:
            met = [vote for vote in theirs if contestant in vote.contestants]
            wins = sum(_winner(vote) == contestant for vote in met)
            low, high = wilson_interval(wins, len(met))
            standing = Standing(
                contestant, len(met), wins, low, high, rating[contestant], group=number
            )
            found.append(standing)
    return sorted(found, key=lambda one: (one.group, -one.rating, str(one.contestant)))


def wilson_interval(wins: int, votes: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share, also for few votes and shares of 0 and 1.

    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (158), 209-212.
    """
    if not votes:
        return 0.0, 1.0
    square = CONFIDENT**2
    share = wins / votes
    middle = share + square / (2 * votes)
    half = CONFIDENT * math.sqrt(share * (1 - share) / votes + square / (4 * votes**2))
    scale = 1 + square / votes
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def ratings(votes: Sequence[Vote]) -> dict[Contestant, float]:
    """Strengths that make the votes most likely, on the scale of chess, 1000 in the middle.

    The model is that of Bradley, R. A. and Terry, M. E. (1952), "Rank analysis of incomplete block
    designs", Biometrika 39, 324-345: a contestant is chosen with a probability in proportion to
    its strength, among two or, after Luce, R. D. (1959), "Individual choice behavior", more.
    "All equal" and "none" count as shares of a choice, the same for each.

    Somebody who won every vote would be infinitely strong, see Hunter, D. R. (2004), "MM algorithms
    for generalized Bradley-Terry models", Annals of Statistics 32 (1), 384-406. So each contestant
    also ties once with an imagined one of 1000: few votes move a rating little, and it is always
    finite. That makes the likelihood strictly concave; Newton's method finds its one maximum.
    """
    names = list(dict.fromkeys(one for vote in votes for one in vote.contestants))
    takes_part = np.array([[name in vote.contestants for name in names] for vote in votes], float)
    won = np.array([[_share(vote, name) for name in names] for vote in votes])
    strength = np.zeros(len(names))  # natural logarithms
    for _ in range(ROUNDS if votes else 0):
        step = _newton_step(takes_part, won, strength)
        largest = np.abs(step).max()
        strength = strength + step / max(1.0, largest)  # a longer step might overshoot
        if largest < PRECISE:
            break
    points = MIDDLE + SPREAD * strength / math.log(10)
    return dict(zip(names, points.tolist(), strict=True))


def _newton_step(takes_part: Matrix, won: Matrix, strength: Matrix) -> Matrix:
    """The step towards the maximum; rows of the matrices are votes, columns are contestants."""
    weights = takes_part * np.exp(strength)
    chances = weights / weights.sum(axis=1, keepdims=True)
    imagined = 1 / (1 + np.exp(-strength))  # the chance against the imagined contestant
    slope = (won - chances).sum(axis=0) + 0.5 - imagined
    bend = np.diag(chances.sum(axis=0) + imagined * (1 - imagined)) - chances.T @ chances
    return np.asarray(np.linalg.solve(bend, slope))


def _winner(vote: Vote) -> Contestant | None:
    best = vote.best if vote.outcome is Outcome.BEST else None
    return None if best is None else vote.contestants[best]


def _share(vote: Vote, contestant: Contestant) -> float:
    if contestant not in vote.contestants:
        return 0.0
    winner = _winner(vote)
    return 1 / len(vote.contestants) if winner is None else float(winner == contestant)


def _groups(votes: Sequence[Vote]) -> list[set[Contestant]]:
    """Contestants that met, directly or through others; the largest group first."""
    groups: list[set[Contestant]] = []
    for vote in votes:
        met = set(vote.contestants)
        touched = [group for group in groups if group & met]
        groups = [group for group in groups if not group & met]
        groups.append(met.union(*touched))
    return sorted(groups, key=lambda group: (-len(group), str(sorted(group, key=str))))
