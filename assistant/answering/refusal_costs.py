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
    Cost(0.2, 0.0, 0.973),
    Cost(0.3, 0.01, 0.927),
    Cost(0.4, 0.027, 0.87),
    Cost(0.5, 0.037, 0.8),
    Cost(0.6, 0.053, 0.737),
    Cost(0.7, 0.08, 0.68),
    Cost(0.8, 0.14, 0.573),
    Cost(0.9, 0.3, 0.36),
)
