"""Passages that a search finds for a question although they do not answer it: what an embedding
model learns most from."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
# Of what scores nearly as well as the answer, much answers too: only passages below 95 % of its
# score count (NV-Retriever, Moreira et al. 2024, arXiv 2407.15831).
MARGIN = 0.95
_AT_ONCE = 256  # questions


def hard_negatives(
    questions: Matrix,
    corpus: Matrix,
    answers: Sequence[Collection[int]],
    spared: Sequence[Collection[int]],
    many: int,
) -> list[list[int]]:
    """For each question the rows of the corpus that are most like it and do not answer it, at most
    `many`, the most alike first.

    Rows of both matrices have length 1. `answers` are the rows that answer each question, `spared`
    others that may.
    """
    found: list[list[int]] = []
    for start in range(0, len(questions), _AT_ONCE):
        scores = questions[start : start + _AT_ONCE] @ corpus.T
        for row, right, others in zip(scores, answers[start:], spared[start:], strict=False):
            limit = MARGIN * min(row[list(right)])
            row[[*right, *others]] = -np.inf
            row[row > limit] = -np.inf
            order = np.argsort(-row)[:many]
            found.append([int(n) for n in order if np.isfinite(row[n])])
    return found
