"""A model on this machine as a LangChain chat model; many of them share one LocalModel.

Stopping works at any time: while a request waits or the model reads, empty pieces are passed on,
and whoever reads them may close the stream.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage, UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict

from assistant.models.generation import Request, Usage
from assistant.models.local_model import LocalModel
from assistant.models.message_terms import PLACE, ROLES
from assistant.models.weights import AdapterFiles


class LocalChat(BaseChatModel):
    """Answers with a local model, its adapter switched on if one is given, held to
    `answer_schema`, a JSON schema, if one is given.

    Raises ModelUnavailable while streaming, when the model cannot be loaded or the prompt is too
    long for it.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    local: LocalModel
    adapter: AdapterFiles | None = None
    temperature: float = 0.0
    max_tokens: int = 1024
    answer_schema: Mapping[str, Any] | None = None

    @property
    def _llm_type(self) -> str:
        return "openbook-local"

    def get_num_tokens(self, text: str) -> int:
        """Counted by the model's own tokenizer, which loads the model."""
        return self.local.count_tokens(text)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        max_tokens: int | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = Request(
            messages=_as_dicts(messages),
            adapter=self.adapter,
            temperature=self.temperature,
            most_tokens=max_tokens or self.max_tokens,
            schema=self.answer_schema,
        )
        turn, waiting = self.local.answer(request), True
        try:
            for piece in turn:
                if isinstance(piece, Usage):
                    yield _last(piece)
                    continue
                place = {PLACE: turn.ahead} if waiting else {}
                yield _chunk(AIMessageChunk(content=piece or "", response_metadata=place))
                waiting = waiting and piece is None
        finally:
            turn.stop()


def _as_dicts(messages: Sequence[BaseMessage]) -> list[dict[str, str]]:
    return [{"role": ROLES.get(m.type, "user"), "content": str(m.text)} for m in messages]


def _chunk(message: AIMessageChunk) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=message)


def _last(usage: Usage) -> ChatGenerationChunk:
    counted = UsageMetadata(
        input_tokens=usage.prompt,
        output_tokens=usage.answer,
        total_tokens=usage.prompt + usage.answer,
    )
    reason = {"finish_reason": "stop" if usage.finished else "length"}
    return _chunk(AIMessageChunk(content="", usage_metadata=counted, response_metadata=reason))
