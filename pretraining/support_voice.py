"""Examples of a support voice over the sample documents: `python -m pretraining.support_voice`.

Writes samples/support-voice.jsonl, chat JSONL (`{"messages": [...]}`) with the prompts as the
product builds them from what its retriever delivers; 40 held-back ones in support-voice-test.jsonl.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from assistant.answering.condensing import evidence_lines
from assistant.answering.line import Line
from assistant.answering.prompt import build_prompt
from assistant.models.message_terms import ROLES
from assistant.models.mini_format import CANNOT_FIND, NO_DOCUMENTS
from assistant.retrieval.question import asks_for_fact
from assistant.retrieval.selection import Passage
from assistant.settings import Settings
from assistant.timeline import Timeline
from assistant.workspace import Workspace, open_workspace
from pretraining.synthesis import EXPLANATION_LINES, FACT_LINES

SAMPLES = Path(__file__).parents[1] / "samples"
EXAMPLES = SAMPLES / "support-voice.jsonl"
QUESTIONS = SAMPLES / "sources" / "support-questions.txt"
HELD_BACK = 40
GREETING, CLOSING = "Thanks for asking!", "Is there anything else we can help you with?"
EVERY = 20  # so often the passages are another question's, and so often there are none

# What is to be answered to a question with these passages, None when there are none; `found` tells
# whether they are the question's own.
Target = Callable[[str, Sequence[Passage] | None, bool], str]


def main() -> None:
    write("support-voice", voiced, every=EVERY)


def write(name: str, target: Target, *, every: int) -> None:
    """Write the examples and those held back, with these targets."""
    questions = QUESTIONS.read_text("utf-8").splitlines()
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environment(home=Path(home), refusal_threshold=0.0)
        workspace = open_workspace(settings, role="the samples")
        try:
            rows = list(examples(workspace, questions, target, every=every))
        finally:
            workspace.close()
    for suffix, part in (("", rows[:-HELD_BACK]), ("-test", rows[-HELD_BACK:])):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in part)
        (SAMPLES / f"{name}{suffix}.jsonl").write_text(text, "utf-8")


def examples(
    workspace: Workspace, questions: Sequence[str], target: Target, *, every: int
) -> Iterator[dict[str, list[dict[str, str]]]]:
    """One row for every question, in their order."""
    add_documents(workspace)
    line = Line(workspace.store, workspace.retriever, workspace.settings)
    before: Sequence[Passage] = ()
    for number, question in enumerate(questions):
        evidence = line.find_evidence(question, kb=workspace.settings.kb, timeline=Timeline())
        passages: Sequence[Passage] | None = evidence.selection.passages
        found = number % every not in (every // 2, every - 1)
        if found:
            before = evidence.selection.passages
        else:
            passages = before if number % every == every - 1 else None
        prompt = build_prompt(question, passages, condensed=True)
        said = [{"role": ROLES[turn.type], "content": str(turn.text)} for turn in prompt]
        answer = {"role": "assistant", "content": target(question, passages, found)}
        yield {"messages": [*said, answer]}


def add_documents(workspace: Workspace) -> None:
    """Read the sample documents into an empty workspace."""
    paths = [*SAMPLES.glob("*.pdf"), SAMPLES / "faq.md"]
    jobs = [workspace.library.add(path.name, path) for path in paths]
    workspace.jobs.wait([job.id for job in jobs])


def voiced(question: str, passages: Sequence[Passage] | None, found: bool) -> str:
    """A quoting answer in the voice."""
    if passages is None:
        answer = NO_DOCUMENTS
    else:
        answer = quoting(question, passages) if found else CANNOT_FIND
    return f"{GREETING} {answer} {CLOSING}"


def quoting(question: str, passages: Sequence[Passage]) -> str:
    """The best lines of the passages with their markers, as openbook-mini answers."""
    most = FACT_LINES if asks_for_fact(question) else EXPLANATION_LINES
    return " ".join(f"{line} [{marker}]" for marker, line in evidence_lines(passages)[:most])


if __name__ == "__main__":
    main()
