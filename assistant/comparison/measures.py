"""What can be counted and measured of one answer of a comparison."""

from collections.abc import Mapping
from dataclasses import replace

from assistant.answering import recording
from assistant.answering.run import Run
from assistant.models.entries import Prices
from store.answer_records import Message, Verdict
from store.comparison_records import Column

MEASURABLE = 50.0  # milliseconds of writing below which a speed would mean nothing


def measured(column: Column, run: Run, message: Message) -> Column:
    """The column with the answer that the run gave, its times and its tokens."""
    tokens = recording.tokens(run, message.text) if run.prompt else {}
    return replace(
        column,
        state=message.state,
        text=message.text,
        refused=message.refused,
        sentences=message.sentences,
        citations=message.citations,
        trace_id=message.trace_id,
        error=message.error,
        fit=message.fit,
        milliseconds=message.milliseconds,
        tokens=tokens,
        counted=run.usage is not None,
        cost=_cost(tokens, run.model.prices),
    )


def _cost(tokens: Mapping[str, int], prices: Prices | None) -> float | None:
    if prices is None:
        return None
    prompt, answer = tokens.get("prompt", 0), tokens.get("answer", 0)
    return (prompt * prices.prompt + answer * prices.answer) / 1_000_000


def first_token(column: Column) -> float | None:
    """Milliseconds from the question to the first token, without waiting for the model: columns of
    one model are written one after the other. None when nothing was written."""
    times = column.milliseconds
    return times["first_token"] - waited(column) if "first_token" in times else None


def total(column: Column) -> float | None:
    """Milliseconds from the question to the checked answer, without waiting for the model."""
    times = column.milliseconds
    return times["total"] - waited(column) if "total" in times else None


def waited(column: Column) -> float:
    """Milliseconds until the model was loaded and had its turn."""
    return column.milliseconds.get("waited", 0.0)


def tokens_per_second(column: Column) -> float | None:
    """How fast the answer was written after its first token; None when that was too quick to
    measure, or nothing was written."""
    writing = column.milliseconds.get("writing", 0.0)
    tokens = column.tokens.get("answer", 0)
    return (tokens - 1) / (writing / 1000) if writing >= MEASURABLE and tokens > 1 else None


def supported_share(column: Column) -> float | None:
    """Share of the answer's checked sentences that their passages support; None without any."""
    verdicts = [sentence.verdict for sentence in column.sentences]
    return verdicts.count(Verdict.SUPPORTED) / len(verdicts) if verdicts else None
