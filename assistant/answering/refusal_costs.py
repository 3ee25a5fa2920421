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
# `python -m benchmarks.answerability DATA --work FOLDER`, 2026-12-01.
COSTS = (
    Cost(0.2, 0.007, 0.967),
    Cost(0.3, 0.013, 0.913),
    Cost(0.4, 0.033, 0.863),
    Cost(0.5, 0.047, 0.8),
    Cost(0.6, 0.07, 0.733),
    Cost(0.7, 0.09, 0.663),
    Cost(0.8, 0.15, 0.54),
    Cost(0.9, 0.3, 0.37),
)
