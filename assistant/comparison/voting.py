"""What a person thinks of the answers of a comparison: a vote, and a better answer."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

from assistant.errors import BadInput
from store.comparison_records import Comparison, Outcome, Vote
from store.comparisons import Comparisons

LONGEST_CORRECTION = 8000  # characters


def vote(
    comparisons: Comparisons, comparison_id: str, outcome: Outcome, best: int | None = None
) -> Vote:
    """Keep a vote and show the names from now on; `best` is the index of the best column.

    Raises BadInput while an answer is being written, NotFound when the comparison is deleted.
    """
    comparison = comparisons.get(comparison_id)
    if comparison.finished_at is None:
        raise BadInput("An answer is still being written; vote when all of them are there.")
    kept = Vote(
        id=uuid.uuid4().hex[:16],
        comparison_id=comparison_id,
        created_at=datetime.now(UTC),
        contestants=tuple(column.contestant for column in comparison.columns),
        outcome=outcome,
        best=best,
        blind=comparison.hidden,
    )
    comparisons.set_vote(kept)
    reveal(comparisons, comparison_id)
    return kept


def reveal(comparisons: Comparisons, comparison_id: str) -> Comparison:
    """Show who wrote what; a vote after that is not blind. Raises NotFound."""
    return comparisons.change(comparison_id, lambda kept: replace(kept, revealed=True))


def correct(comparisons: Comparisons, comparison_id: str, text: str) -> Comparison:
    """Keep the answer a person would have wanted; "" takes it back. Raises BadInput or NotFound."""
    text = text.replace("\x00", "").strip()
    if len(text) > LONGEST_CORRECTION:
        raise BadInput(
            f"The better answer has {len(text):,} characters; the most is {LONGEST_CORRECTION:,}."
        )
    return comparisons.change(comparison_id, lambda kept: replace(kept, correction=text))
