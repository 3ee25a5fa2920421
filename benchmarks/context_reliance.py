"""Whether models follow the passages they are given or their memory.

`DATA` is a folder with `rgb/en_fact_A.jsonl`: questions with passages that hold the true answer and
the same ones with a false answer. Every model that Openbook offers without an address is asked
each question with the true passages, with the false ones, and without any.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.comparison.context_reliance import Item, Reliance, Said, measure
from assistant.settings import Settings
from assistant.workspace import open_workspace

MOST = 5  # passages, as many as retrieval gives


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, default=None, help="questions asked")
    parser.add_argument("--model", action="append", help="a model; all that are ready if none")
    given = parser.parse_args()
    items = list(read(given.data / "rgb" / "en_fact_A.jsonl"))[: given.limit]
    print(
        "| model | true passages: true | false passages: false | true | both | neither "
        "| no passages: true |"
    )
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment(home=Path(home) / "home")
        workspace = open_workspace(settings, role="a benchmark", work=False)
        try:
            for model in given.model or workspace.models:
                comparisons = workspace.store.comparisons
                print(row(measure(workspace.comparer, comparisons, items, model)), flush=True)
        finally:
            workspace.close()
    print(f"{len(items)} questions")


def read(path: Path) -> Iterator[Item]:
    """The questions of RGB's counterfactual part."""
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        yield Item(
            question=entry["query"],
            true=forms(entry["answer"]),
            false=forms(entry["fakeanswer"]),
            passages=tuple(entry["positive"][:MOST]),
            swapped=tuple(entry["positive_wrong"][:MOST]),
        )


def forms(answer: Any) -> tuple[str, ...]:
    """Every form of an answer: a text, or lists of texts."""
    if isinstance(answer, str):
        return (answer,)
    return tuple(form for part in answer for form in forms(part))


def row(found: Reliance) -> str:
    def share(counts: Counter[Said], what: Said) -> str:
        return f"{counts[what] / found.items:.0%}"

    return (
        f"| {found.model} | {share(found.with_true, Said.TRUE)} "
        f"| {found.follows:.0%} | {found.remembers:.0%} "
        f"| {share(found.with_false, Said.BOTH)} | {share(found.with_false, Said.NEITHER)} "
        f"| {share(found.without, Said.TRUE)} |"
    )


if __name__ == "__main__":
    main()
