"""The command `evaluate`: how well a search finds what answers questions of a file."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant.errors import BadInput
from assistant.evaluation.retrieval_ladder import Judged, climb
from assistant.settings import Settings
from assistant.training.embedding_pairs import Passages
from assistant.training.index_comparison import judge
from assistant.training.question_set import read_question_set
from assistant.workspace import open_workspace
from store.serialization import to_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--questions",
        required=True,
        metavar="FILE",
        help="JSON lines or CSV with question, document and page or answer",
    )


def evaluate(given: argparse.Namespace, settings: Settings) -> tuple[int, dict[str, Any]]:
    """The retrieval ladder over the library; exit code and result."""
    path = Path(given.questions)
    try:
        asked = read_question_set(path.name, path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error
    with closing(open_workspace(settings, role="the command line")) as workspace:
        kb = given.kb or settings.kb
        store = workspace.store
        found = judge(asked, Passages(store.documents, kb), store)
        if not found:
            raise BadInput(f"{path.name}: the library has no passage that answers its questions.")
        judged = [Judged(one.question, dict.fromkeys(one.chunks, 1.0)) for one in found]
        rungs = climb(store, workspace.retriever, kb, judged, lambda hit: [hit.chunk.id])
        report = {
            "questions": len(judged),
            "left_out": len(asked) - len(judged),
            "retrieval": [to_json(rung) for rung in rungs],
        }
    return 0, {"report": report}
