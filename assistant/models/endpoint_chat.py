"""Models behind an OpenAI-compatible server as LangChain chat models.

Stopping works at any time, also before the first word: while the server is silent, empty pieces
are passed on, and whoever reads them may close the stream, which ends the request.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import (
    AIMessageChunk,
    BaseMessage,
    UsageMetadata,
    convert_to_openai_messages,
)
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from assistant.models import endpoint_failures as failures
from assistant.models.endpoint import Endpoint
from assistant.models.endpoint_requests import completion
from assistant.models.json_schema import closed
from assistant.models.passage_schema import for_prompt

HEARTBEAT = 0.25  # seconds between empty pieces
LONGEST_ANSWER = 2048  # tokens; some servers would let a small model go on for ever


class EndpointChat(BaseChatModel):
    """The model that `endpoint` knows as `model`; calls take `max_tokens`. The server is asked to
    hold answers to `answer_schema`, a JSON schema, unless that is None."""

    endpoint: Endpoint
    model: str
    answer_schema: Mapping[str, Any] | None = None

    @property
    def _llm_type(self) -> str:
        return "openbook-endpoint"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        limit = int(kwargs.get("max_tokens", LONGEST_ANSWER))
        for chunk in _step_by_step(self._chunks(messages, stop, limit)):
            yield chunk or ChatGenerationChunk(message=AIMessageChunk(content=""))

    async def _chunks(
        self, messages: list[BaseMessage], stop: list[str] | None, limit: int
    ) -> AsyncGenerator[ChatGenerationChunk, None]:
        """The text as it comes, then one last chunk that says what was used."""
        body = {
            "model": self.model,
            "messages": convert_to_openai_messages(messages),
            "stream": True,
            **({"stop": stop} if stop else {}),
            **_response_format(self.answer_schema, messages),
        }
        optional = {
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "max_tokens": limit,
        }
        usage: dict[str, int] = {}
        finish, written = "", False
        async with aclosing(completion(self.endpoint, body, optional)) as events:
            async for event in events:
                usage = event.get("usage") or usage
                for choice in event.get("choices") or []:
                    finish = choice.get("finish_reason") or finish
                    said = choice.get("delta") or choice.get("message") or {}
                    if text := said.get("content"):
                        written = True
                        yield ChatGenerationChunk(message=AIMessageChunk(content=text))
        if not written:
            raise failures.nothing_written(self.endpoint, self.model, finish)
        yield ChatGenerationChunk(
            message=AIMessageChunk(content="", usage_metadata=_counted(usage)),
            generation_info={"finish_reason": finish, "model_name": self.model},
        )


def _response_format(
    schema: Mapping[str, Any] | None, messages: list[BaseMessage]
) -> dict[str, Any]:
    """The parameter that asks for JSON of this schema. It is never left out: a server that refuses
    it says why, and the schema can be corrected or taken away."""
    if schema is None:
        return {}
    wanted = for_prompt(schema, str(messages[-1].text))
    named = {"name": "answer", "schema": wanted, "strict": closed(wanted)}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _counted(usage: dict[str, int]) -> UsageMetadata | None:
    """Tokens as LangChain counts them; None when the server did not tell."""
    if not usage:
        return None
    read, written = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


def _step_by_step(
    chunks: AsyncGenerator[ChatGenerationChunk, None],
) -> Iterator[ChatGenerationChunk | None]:
    """The chunks of an async generator, and None for every HEARTBEAT in which there is none.
    Closing this one cancels what is being waited for and closes the connection."""
    with asyncio.Runner() as runner:
        coming = runner.get_loop().create_task(_next(chunks))
        try:
            while True:
                while not coming.done():
                    runner.run(_wait(coming))
                    if not coming.done():
                        yield None
                if (chunk := coming.result()) is None:
                    return
                yield chunk
                coming = runner.get_loop().create_task(_next(chunks))
        finally:
            if not coming.cancel():  # else cancelling closes it
                runner.run(chunks.aclose())


async def _next(chunks: AsyncGenerator[ChatGenerationChunk, None]) -> ChatGenerationChunk | None:
    return await anext(chunks, None)


async def _wait(task: asyncio.Task[ChatGenerationChunk | None]) -> None:
    await asyncio.wait({task}, timeout=HEARTBEAT)
