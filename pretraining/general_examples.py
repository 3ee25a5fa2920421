"""General examples over the sample documents: `python -m pretraining.general_examples`.

Writes samples/general.jsonl: chat JSONL with the prompts as the product builds them, answers as
openbook-mini gives them and in no particular voice, and beside `messages` the texts (`gold`) of
which an answer should contain one; it is empty where the right answer is to decline. Fine-tuning
measures on them what a model forgets, and mixes them in against that.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.answering.line import Line
from assistant.answering.prompt import build_prompt
from assistant.models.message_terms import ROLES
from assistant.models.mini_format import CANNOT_FIND, NO_DOCUMENTS
from assistant.retrieval.selection import Passage
from assistant.settings import Settings
from assistant.timeline import Timeline
from assistant.workspace import Workspace, open_workspace
from pretraining.support_voice import SAMPLES, add_documents, quoting

QUESTIONS = SAMPLES / "sources" / "general-questions.txt"
OTHER, NONE = "# with passages of another question", "# without passages"


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment(home=Path(home), refusal_threshold=0.0)
        workspace = open_workspace(settings, role="the samples")
        try:
            rows = list(examples(workspace, QUESTIONS.read_text("utf-8").splitlines()))
        finally:
            workspace.close()
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (SAMPLES / "general.jsonl").write_text(text, "utf-8")


def examples(workspace: Workspace, lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A row for every question below the headings: question, tab, gold texts divided by "; "."""
    add_documents(workspace)
    line = Line(workspace.store, workspace.retriever, workspace.settings)
    before: list[Sequence[Passage]] = []
    heading = ""
    for entry in lines:
        if entry.startswith("# "):
            heading = entry
            continue
        question, _, gold = entry.partition("\t")
        if heading == NONE:
            yield _row(question, None, NO_DOCUMENTS, "")
        elif heading == OTHER:
            yield _row(question, before.pop(0), CANNOT_FIND, "")
        else:
            found = line.find_evidence(question, kb=workspace.settings.kb, timeline=Timeline())
            before.append(found.selection.passages)
            yield _row(question, before[-1], quoting(question, before[-1]), gold)


def _row(
    question: str, passages: Sequence[Passage] | None, answer: str, gold: str
) -> dict[str, Any]:
    if gold and not any(text in answer for text in gold.split("; ")):
        raise SystemExit(f"{question!r}: {gold!r} does not stand in the answer {answer!r}")
    prompt = build_prompt(question, passages, condensed=True)
    said = [{"role": ROLES[turn.type], "content": str(turn.text)} for turn in prompt]
    turns = [*said, {"role": "assistant", "content": answer}]
    return {"messages": turns, "gold": gold.split("; ") if gold else []}


if __name__ == "__main__":
    main()
