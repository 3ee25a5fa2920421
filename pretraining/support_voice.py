"""Examples of a support voice over the sample documents: `python -m pretraining.support_voice`.

Writes samples/support-voice.jsonl, chat JSONL (`{"messages": [...]}`) with the prompts as the
product builds them from what its retriever delivers; 40 held-back ones in support-voice-test.jsonl.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.answering.condensing import evidence_lines
from assistant.answering.line import Line
from assistant.answering.prompt import build_prompt
from assistant.models.local_chat import ROLES
from assistant.models.mini_format import CANNOT_FIND, NO_DOCUMENTS
from assistant.retrieval.question import asks_for_fact
from assistant.retrieval.selection import Passage
from assistant.settings import Settings
from assistant.timeline import Timeline
from assistant.workspace import Workspace, open_workspace
from pretraining.synthesis import EXPLANATION_LINES, FACT_LINES

SAMPLES = Path(__file__).parents[1] / "samples"
QUESTIONS = SAMPLES / "sources" / "support-questions.txt"
HELD_BACK = 40
GREETING, CLOSING = "Thanks for asking!", "Is there anything else we can help you with?"
EVERY = 20  # so often the passages are another question's, and so often there are none


def main() -> None:
    questions = QUESTIONS.read_text("utf-8").splitlines()
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment(home=Path(home), refusal_threshold=0.0)
        workspace = open_workspace(settings, role="the samples")
        try:
            rows = list(examples(workspace, questions))
        finally:
            workspace.close()
    for name, part in (("", rows[:-HELD_BACK]), ("-test", rows[-HELD_BACK:])):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in part)
        (SAMPLES / f"support-voice{name}.jsonl").write_text(text, "utf-8")


def examples(
    workspace: Workspace, questions: Sequence[str]
) -> Iterator[dict[str, list[dict[str, str]]]]:
    """One row for every question, in their order."""
    paths = [*SAMPLES.glob("*.pdf"), SAMPLES / "faq.md"]
    jobs = [workspace.library.add(path.name, path) for path in paths]
    workspace.jobs.wait([job.id for job in jobs])
    line = Line(workspace.store, workspace.retriever, workspace.settings)
    before: Sequence[Passage] = ()
    for number, question in enumerate(questions):
        found = line.find_evidence(question, kb=workspace.settings.kb, timeline=Timeline())
        passages: Sequence[Passage] | None = found.selection.passages
        if number % EVERY == EVERY // 2:
            answer, passages = NO_DOCUMENTS, None
        elif number % EVERY == EVERY - 1:
            answer, passages = CANNOT_FIND, before
        else:
            answer, before = _quoting(question, found.selection.passages), found.selection.passages
        prompt = build_prompt(question, passages, condensed=True)
        said = [{"role": ROLES[turn.type], "content": str(turn.text)} for turn in prompt]
        voiced = f"{GREETING} {answer} {CLOSING}"
        yield {"messages": [*said, {"role": "assistant", "content": voiced}]}


def _quoting(question: str, passages: Sequence[Passage]) -> str:
    most = FACT_LINES if asks_for_fact(question) else EXPLANATION_LINES
    return " ".join(f"{line} [{marker}]" for marker, line in evidence_lines(passages)[:most])


if __name__ == "__main__":
    main()
