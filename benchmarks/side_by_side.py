"""Models side by side on the same evidence: exact quotes, gold answers, refusals, speed.

`DATA` is a folder with `squad` and `instructions`. Every question of SQuAD and ClapNQ is put to all
models at once, and to those that write by themselves also without retrieval; figures go to
standard output.
"""

import argparse
import json
import random
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.comparison.measures import first_token, tokens_per_second
from assistant.workspace import Workspace
from benchmarks.answers import Open, plain, squad, squeezed, write_articles
from store.answer_records import MessageState
from store.comparison_records import Column, Contestant

CONTESTANTS = 4  # columns of a comparison


@dataclass(frozen=True)
class Item:
    """A question, and texts of which an answer should contain at least one."""

    question: str
    gold: Sequence[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder to work in")
    parser.add_argument("--limit", type=int, default=500, help="questions of each set")
    parser.add_argument("--model", action="append", help="a model; all that are ready if none")
    sets = {"squad": squad_items, "clapnq": clapnq_items}
    parser.add_argument("--set", action="append", choices=sets, help="both if none")
    given = parser.parse_args()
    for read in (sets[name] for name in given.set or sets):
        name, rows, items = read(given.data)
        asked = random.Random(0).sample(items, min(given.limit, len(items)))
        articles = write_articles(rows, given.work / f"{name}-articles")
        with Open(given.work / name, articles) as workspace:
            models = given.model or [m for m in workspace.models if m != "scripted"]
            print(f"\n{name}, {len(asked)} questions\n\n{HEADER}")
            for contestant, columns in answered(workspace, asked, models).items():
                print(row(contestant, columns, asked), flush=True)


def squad_items(data: Path) -> tuple[str, list[dict[str, Any]], list[Item]]:
    """Rows to make articles of, and the questions."""
    rows = squad(data / "squad" / "dev-v1.1-A.jsonl.gz")
    items = [Item(row["question"], [a["text"] for a in row["answers"]]) for row in rows]
    return "squad-v1.1", rows, items


def clapnq_items(data: Path) -> tuple[str, list[dict[str, Any]], list[Item]]:
    """Rows to make articles of, and the questions that have an answer."""
    text = (data / "instructions" / "clapnq_dev_A.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    items = [
        Item(row["question"], [s for chosen in row["selected_sentences"] for s in chosen])
        for row in rows
        if row["answerable"]
    ]
    named = [{**row, "context": row["passage"], "context_id": row["id"]} for row in rows]
    return "clapnq", named, items


def answered(
    workspace: Workspace, asked: Sequence[Item], models: Sequence[str]
) -> dict[Contestant, list[Column]]:
    """Every question's column of every contestant."""
    contestants = [Contestant(model, True) for model in models]
    contestants += [Contestant(model, False) for model in models if model != "reader"]
    rounds = -(-len(contestants) // CONTESTANTS)
    columns: dict[Contestant, list[Column]] = {}
    for item in asked:
        for part in (contestants[start::rounds] for start in range(rounds)):
            running = workspace.comparer.compare(item.question, part, kb=workspace.settings.kb)
            running.wait()
            for column in workspace.store.comparisons.get(running.id).columns:
                if column.state is not MessageState.DONE:
                    raise SystemExit(f"{column.contestant}: {column.error or column.state}")
                columns.setdefault(column.contestant, []).append(column)
    return columns


HEADER = (
    "| contestant | contains gold | quotes verbatim | refused | claims something | sentences "
    "| first token, ms | tokens/s |\n|---|---|---|---|---|---|---|---|"
)


def row(contestant: Contestant, columns: Sequence[Column], asked: Sequence[Item]) -> str:
    gold = [
        any(plain(text) in plain(column.text) for text in item.gold)
        for item, column in zip(asked, columns, strict=True)
    ]
    quoted = [exact for column in columns for exact in verbatim(column)]
    first = [first_token(column) for column in columns]
    begun = [
        ms - column.milliseconds.get("retrieval", 0.0)
        for column, ms in zip(columns, first, strict=True)
        if ms is not None
    ]
    speeds = [speed for column in columns if (speed := tokens_per_second(column)) is not None]
    cells = (
        f"{contestant.model}{'' if contestant.retrieval else ', no retrieval'}",
        share(gold),
        share(quoted),
        share(column.refused for column in columns),
        share(bool(column.sentences) for column in columns),
        f"{sum(len(column.sentences) for column in columns) / len(columns):.2f}",
        f"{statistics.median(begun):.0f}" if begun else "",
        f"{statistics.median(speeds):.0f}" if speeds else "",
    )
    return f"| {' | '.join(cells)} |"


def verbatim(column: Column) -> list[bool]:
    """Whether each cited sentence stands word for word in a passage it cites."""
    passages = {citation.marker: squeezed(citation.passage) for citation in column.citations}
    return [
        any(squeezed(sentence.text) in passages[marker] for marker in sentence.citations)
        for sentence in column.sentences
        if sentence.citations
    ]


def share(values: Iterable[bool]) -> str:
    kept = list(values)
    return f"{sum(kept) / len(kept):.1%} of {len(kept)}" if kept else "–"


if __name__ == "__main__":
    main()
