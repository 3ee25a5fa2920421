"""A model that cannot take whole passages gets their best sentences."""

from datetime import UTC, datetime
from pathlib import Path

from assistant.models.generation import LEAST_ANSWER, prompt_ids
from assistant.models.message_terms import ROLES
from assistant.settings import Settings
from assistant.workspace import open_workspace
from store.answer_records import MessageState
from store.model_records import HuggingFaceModel
from tests.models import tiny

GUIDE = """The Campion was built in Osterley Yard and cost 18.4 million crowns. Umbrellas are many.
Gulls follow the boats in the morning and in the evening, and nobody has ever counted them. Lost
property is kept for 90 days at the Aldermouth ticket office. Tea is served on the upper deck.
"""


def test_model_that_reads_little_gets_the_best_sentences(settings: Settings, tmp_path: Path):
    question = "How long is lost property kept?"
    workspace = open_workspace(settings, role="the tests")
    try:
        job = workspace.library.add("guide.txt", GUIDE.encode())
        workspace.jobs.wait([job.id])
        read = workspace.ask(question).wait(60)
        turns = workspace.traces.get(read.trace_id or "").prompt
        whole = [{**turn, "role": ROLES[turn["role"]]} for turn in turns]
        tokens = len(prompt_ids(tiny.tokenizer(), whole))
        folder = tiny.save_model(tmp_path / "small", context=tokens + LEAST_ANSWER - 1)
        workspace.models.add(HuggingFaceModel("small", "Small", datetime.now(UTC), str(folder)))
        message = workspace.ask(question, model="small").wait(60)
        trace = workspace.traces.get(message.trace_id or "")
    finally:
        workspace.close()
    assert message.state is MessageState.DONE, message.error
    assert any(note.startswith("Cut down to the best sentences") for note in trace.notes)
    assert "Gulls" in whole[1]["content"] and "Gulls" not in trace.prompt[1]["content"]
    assert "90 days" in trace.prompt[1]["content"]
