"""Tries a model out: it says hello, and how fast it does so is measured."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langchain_core.messages import HumanMessage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MOST_TOKENS = 32


@dataclass(frozen=True)
class Trial:
    """What a model answered and when; `tokens_per_second` is None when it counts no tokens."""

    text: str
    first_token_seconds: float
    seconds: float
    tokens_per_second: float | None


def say_hello(model: "BaseChatModel") -> Trial:
    """Let a model that is loaded answer shortly. Raises ModelUnavailable."""
    started, first, tokens, pieces = time.monotonic(), 0.0, 0, list[str]()
    for chunk in model.stream([HumanMessage("Say hello.")], max_tokens=MOST_TOKENS):
        if chunk.text and not first:
            first = time.monotonic() - started
        pieces.append(str(chunk.text))
        if usage := getattr(chunk, "usage_metadata", None):
            tokens = usage["output_tokens"]
    seconds = time.monotonic() - started
    speed = (tokens - 1) / (seconds - first) if tokens > 1 and first else None
    return Trial("".join(pieces).strip(), first or seconds, seconds, speed)
