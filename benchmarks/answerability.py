"""How well Openbook tells questions that its library answers from those it does not.

SQuAD 2.0 asks, of the same articles, questions that they answer and ones made to look so (Rajpurkar
et al. 2018, https://arxiv.org/abs/1806.03822). All articles are one library, so the passage has to
be found as well. Prints the area under the ROC curve of what a refusal rests on, and what each
threshold costs: answerable questions refused, and questions without an answer that are answered.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from assistant.timeline import Timeline
from assistant.workspace import Workspace
from benchmarks.answers import Open, squad, write_articles

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder to work in")
    parser.add_argument("--limit", type=int, default=300, help="questions of each kind")
    given = parser.parse_args()
    rows = squad(given.data / "squad" / "dev-v2.0-A.jsonl.gz")
    yes = [row for row in rows if not row["is_impossible"]]
    no = [row for row in rows if row["is_impossible"]]
    yes, no = (random.Random(0).sample(some, min(given.limit, len(some))) for some in (yes, no))
    files = write_articles(rows, given.work / "articles")
    with Open(given.work / "answerability", files) as workspace:
        answerable, unanswerable = (confidences(workspace, some) for some in (yes, no))
    report(answerable, unanswerable)


def confidences(workspace: Workspace, rows: Sequence[dict[str, Any]]) -> list[float]:
    """The probability that the library answers, for each question."""
    kb = workspace.settings.kb
    return [
        workspace.line.find_evidence(
            row["question"], kb=kb, timeline=Timeline()
        ).selection.confidence
        for row in rows
    ]


def report(yes: Sequence[float], no: Sequence[float]) -> None:
    """Print the area under the curve, and the curve."""
    labels = [1] * len(yes) + [0] * len(no)
    print(f"AUC {roc_auc_score(labels, [*yes, *no]):.3f} of {len(yes)} + {len(no)} questions\n")
    print("| threshold | answerable, refused | without an answer, answered |\n|---|---|---|")
    for threshold in THRESHOLDS:
        refused = np.mean(np.array(yes) < threshold)
        answered = np.mean(np.array(no) >= threshold)
        print(f"| {threshold} | {refused:.1%} | {answered:.1%} |")


if __name__ == "__main__":
    main()
