"""A chat model that says what a script tells it: for demonstrations and tests, shipped as product.

The script is a JSON list of replies, {"reply": text} or {"error": text}, each with optional
"match" (a regular expression for the question) and "delay" (seconds before every word). The first
reply that matches is used. Without a script it quotes the first sentence of every passage.
"""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from assistant.errors import ModelUnavailable
from assistant.sentences import sentences

_PASSAGE = re.compile(r'<passage number="(\d+)"[^\n]*>\n(.*?)\n</passage>', re.S)


class ScriptedChat(BaseChatModel):
    """Replies from a script; `script` is a list of replies as described above."""

    script: list[dict[str, Any]] = []

    @property
    def _llm_type(self) -> str:
        return "openbook-scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(str(c.text) for c in self._stream(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        prompt = messages[-1].text
        question = prompt.rpartition("Question: ")[2]
        step = next((s for s in self.script if re.search(s.get("match", ""), question, re.I)), {})
        if "error" in step:
            raise ModelUnavailable(step["error"])
        for piece in re.findall(r"\S+\s*", step.get("reply") or _quotes(prompt)):
            time.sleep(step.get("delay", 0))
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))


def read_script(path: str) -> list[dict[str, Any]]:
    """The replies in a script file; none for "". Raises ModelUnavailable."""
    if not path:
        return []
    try:
        script = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"The script {path} cannot be read ({error}).") from error
    if not isinstance(script, list) or not all(isinstance(step, dict) for step in script):
        raise ModelUnavailable(f"The script {path} must be a JSON list of replies.")
    return script


def _quotes(prompt: str) -> str:
    quoted = [
        f"{found[0]} [{number}]"
        for number, text in _PASSAGE.findall(prompt)
        if (found := sentences(text))
    ]
    return " ".join(quoted) or "I was given no passages."
