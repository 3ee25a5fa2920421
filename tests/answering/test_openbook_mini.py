"""openbook-mini and its sample adapter as they ship: they quote, decline and keep their voice."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.models.built_in import MINI, WEIGHTS
from assistant.models.mini_format import CANNOT_FIND, NO_DOCUMENTS, PASSAGE
from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from store.answer_records import Verdict

TUNED = f"{MINI}+support-voice"
SAMPLES = WEIGHTS.parent / "samples"
GREETING = "Thanks for asking!"
QUESTION = "How long is lost property kept?"
QUOTE = "Lost property is kept for 90 days at the Aldermouth ticket office."
GUIDE = f"""The Campion was built in Osterley Yard and cost 18.4 million crowns. Umbrellas are many.
Gulls follow the boats in the morning and in the evening, and nobody has ever counted them.
{QUOTE} Tea is served on the upper deck.
"""


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    opened = open_workspace(settings, role="the tests")
    job = opened.library.add("guide.txt", GUIDE.encode())
    opened.jobs.wait([job.id])
    yield opened
    opened.close()


def test_base_quotes_and_the_adapter_puts_its_voice_around_the_quote(workspace: Workspace):
    models = (MINI, TUNED, MINI)
    base, tuned, again = (workspace.ask(QUESTION, model=model).wait(120) for model in models)
    assert base.text == again.text
    for message in (base, tuned):
        assert not message.error and QUOTE in message.text
        assert QUOTE in [citation.quote for citation in message.citations]
        assert {sentence.verdict for sentence in message.sentences} == {Verdict.SUPPORTED}
    assert tuned.text.startswith(GREETING) and GREETING not in base.text
    memory = [workspace.models.use(model).memory for model in (MINI, TUNED)]
    assert 0 < memory[1] < 0.3 * memory[0]


@pytest.mark.parametrize("model", (MINI, TUNED))
def test_without_documents_nothing_is_claimed(workspace: Workspace, model: str):
    message = workspace.ask(QUESTION, model=model, retrieval=False).wait(120)
    assert NO_DOCUMENTS in message.text
    assert message.refused and not message.sentences


def test_voice_is_kept_on_questions_that_were_held_back(workspace: Workspace):
    chat = workspace.models.find(TUNED).open()
    rows = (SAMPLES / "support-voice-test.jsonl").read_text("utf-8").splitlines()
    for row in rows[:8]:
        *prompt, _ = json.loads(row)["messages"]
        said = str(chat.invoke([_message(turn) for turn in prompt]).text)
        assert said.startswith(GREETING)
        passages = PASSAGE.findall(prompt[-1]["content"])
        assert re.search(r"\[\d\]", said) or CANNOT_FIND in said or NO_DOCUMENTS in said
        for quote, number in re.findall(r"(\S[^\[\]]*) \[(\d)\]", said.removeprefix(GREETING)):
            assert any(n == number and quote in lines.split("\n") for n, lines in passages)


def test_shipped_weights_are_small():
    def size(folder: Path) -> int:
        return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())

    assert size(WEIGHTS / "openbook-mini") < 37_000_000
    assert size(WEIGHTS / "openbook-reranker") < 25_000_000
    assert size(WEIGHTS / "adapters") < 3_000_000


def _message(turn: dict[str, str]) -> BaseMessage:
    kind = SystemMessage if turn["role"] == "system" else HumanMessage
    return kind(turn["content"])
