"""How much longer a search takes while files are taken in, in the same run as without.

    python -m benchmarks.queries_beside_ingestion --work DIR REPORT.pdf ...

A library of made-up chunks (benchmarks/synthetic_library.py) is searched with the questions of the
samples as for an answer, the reranker among it, again and again until the files are in.
"""

import argparse
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from assistant.workspace import Workspace, open_workspace
from benchmarks.queries import _library, _questions, _settings
from benchmarks.synthetic_library import KB, fill_openbook

SIZE = 10_000
ENOUGH = 100  # searches without anything beside them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="the library is kept here")
    parser.add_argument("files", type=Path, nargs="+")
    given = parser.parse_args()
    kept = _settings(given.work / f"openbook-{SIZE}")
    fill_openbook(kept.home, _library(kept, SIZE))
    home = given.work / "beside"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(kept.home, home)
    with closing(open_workspace(_settings(home), role="a benchmark")) as workspace:
        _searched(workspace, lambda asked: asked < ENOUGH)
        alone = _searched(workspace, lambda asked: asked < ENOUGH)
        started = time.perf_counter()
        for file in given.files:
            workspace.library.add(file.name, file, kb=KB)
        beside = _searched(workspace, lambda asked: bool(workspace.jobs.list(unfinished_only=True)))
        took = time.perf_counter() - started
    for name, its in (("alone", alone), ("beside files taken in", beside)):
        p50, p95 = np.percentile(its, [50, 95])
        print(f"{name}: {len(its)} searches, {p50:.0f} / {p95:.0f} ms (p50 / p95)")
    print(f"{np.median(beside) / np.median(alone):.1f} times; the files took {took:.1f} s")


def _searched(workspace: Workspace, goes_on: Callable[[int], bool]) -> list[float]:
    """The milliseconds of searches, one after the other, for as long as that."""
    questions, milliseconds = _questions(), list[float]()
    while goes_on(len(milliseconds)):
        question = questions[len(milliseconds) % len(questions)]
        started = time.perf_counter()
        workspace.retriever.search(question, kb=KB)
        milliseconds.append((time.perf_counter() - started) * 1000)
    return milliseconds


if __name__ == "__main__":
    main()
