"""The results of many comparisons: averages for each contestant, and all answers as CSV."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from assistant.comparison.measures import (
    first_token,
    supported_share,
    tokens_per_second,
    total,
    waited,
)
from store.answer_records import MessageState
from store.comparison_records import Column, Comparison, Contestant, Outcome, Vote
from store.page_names import place

FIELDS = (
    "number",
    "question",
    "column",
    "model",
    "retrieval",
    "state",
    "answer",
    "refused",
    "sentences",
    "supported",
    "citations",
    "sources",
    "waited_ms",
    "first_token_ms",
    "total_ms",
    "tokens_per_second",
    "prompt_tokens",
    "answer_tokens",
    "tokens_counted",
    "cost",
    "vote",
    "trace",
    "error",
)
_FORMULA = tuple("=+-@\t\r")


@dataclass(frozen=True)
class Average:
    """A contestant over many questions: `answers` without those that failed; averages are over
    them, None where nothing could be measured. Times are in milliseconds and leave out refusals
    before anything was written; `cost` is the sum."""

    contestant: Contestant
    title: str
    answers: int
    failed: int
    refused: int
    supported: float | None
    citations: float | None
    first_token: float | None
    total: float | None
    tokens_per_second: float | None
    cost: float | None


def averages(comparisons: Sequence[Comparison]) -> list[Average]:
    """One for every contestant, by name: the order of a blind comparison would tell who is who."""
    columns: dict[Contestant, list[Column]] = {}
    for comparison in comparisons:
        for column in comparison.columns:
            columns.setdefault(column.contestant, []).append(column)
    return [_average(columns[one]) for one in sorted(columns, key=lambda c: (c.model, c.retrieval))]


def _average(columns: Sequence[Column]) -> Average:
    good = [column for column in columns if column.state is not MessageState.FAILED]
    written = [column for column in good if "first_token" in column.milliseconds]
    costs = [column.cost for column in good if column.cost is not None]
    return Average(
        contestant=columns[0].contestant,
        title=columns[0].title,
        answers=len(good),
        failed=len(columns) - len(good),
        refused=sum(column.refused for column in good),
        supported=_mean(supported_share(column) for column in good),
        citations=_mean(float(len(column.citations)) for column in good),
        first_token=_mean(first_token(column) for column in good),
        total=_mean(total(column) for column in written),
        tokens_per_second=_mean(tokens_per_second(column) for column in good),
        cost=sum(costs) if costs else None,
    )


def _mean(values: Iterator[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None


def as_csv(comparisons: Sequence[Comparison], votes: Mapping[str, Vote]) -> str:
    """One line for every answer; `votes` by comparison. Who wrote the answers of a blind
    comparison stays out until it is revealed. Text that a spreadsheet would take for a formula
    begins with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, FIELDS)
    writer.writeheader()
    for comparison in comparisons:
        vote = votes.get(comparison.id)
        for index, column in enumerate(comparison.columns):
            row = _row(comparison, column) | {"column": index + 1, "vote": _vote(vote, index)}
            writer.writerow({name: _harmless(value) for name, value in row.items()})
    return out.getvalue()


def _row(comparison: Comparison, column: Column) -> dict[str, object]:
    supported = supported_share(column)
    return {
        "number": comparison.position + 1,
        "question": comparison.question,
        "model": "" if comparison.hidden else column.contestant.model,
        "retrieval": "" if comparison.hidden else _yes(column.contestant.retrieval),
        "state": column.state.value,
        "answer": column.text,
        "refused": _yes(column.refused),
        "sentences": len(column.sentences),
        "supported": "" if supported is None else round(supported, 3),
        "citations": len(column.citations),
        "sources": "; ".join(place(c.document, c.page, c.label) for c in column.citations),
        "waited_ms": _rounded(waited(column)),
        "first_token_ms": _rounded(first_token(column)),
        "total_ms": _rounded(total(column)),
        "tokens_per_second": _rounded(tokens_per_second(column)),
        "prompt_tokens": column.tokens.get("prompt", ""),
        "answer_tokens": column.tokens.get("answer", ""),
        "tokens_counted": _yes(column.counted),
        "cost": "" if column.cost is None else column.cost,
        "trace": column.trace_id or "",
        "error": column.error,
    }


def _vote(vote: Vote | None, index: int) -> str:
    if vote is None:
        return ""
    if vote.outcome is Outcome.BEST:
        return "best" if vote.best == index else ""
    return vote.outcome.value


def _rounded(value: float | None) -> object:
    return "" if value is None else round(value, 1)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
