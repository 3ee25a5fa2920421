"""What a stricter or laxer refusal threshold costs, as measured on development questions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """At `threshold`: the shares of answerable questions that are refused, and of questions that
    only look answerable that are answered all the same."""

    threshold: float
    refused: float
    answered: float


# SQuAD 2.0, the 24 articles of dev-A as one library, 300 questions of each kind:
# `python -m benchmarks.answerability DATA --work FOLDER`, 2026-11-22.
COSTS = (
    Cost(0.3, 0.0, 0.95),
    Cost(0.4, 0.013, 0.94),
    Cost(0.5, 0.033, 0.87),
    Cost(0.6, 0.067, 0.81),
    Cost(0.7, 0.127, 0.72),
    Cost(0.8, 0.187, 0.59),
    Cost(0.9, 0.327, 0.35),
)
