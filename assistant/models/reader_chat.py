"""The extractive reader: a chat model without weights that composes an answer from the evidence.

It copies the best evidence sentences word for word, in reading order, each with its marker.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from assistant.retrieval.readable import readable
from assistant.sentences import sentences

NO_DOCUMENTS = "I answer from documents only, and was given none for this question."


class Wanted(NamedTuple):
    """How much of the evidence an answer takes."""

    most: int  # sentences
    nearly_as_good: float  # share of the best sentence's score that another needs
    every_passage: bool


FACT = Wanted(most=2, nearly_as_good=0.5, every_passage=False)
EXPLANATION = Wanted(most=5, nearly_as_good=0.3, every_passage=True)


class ReaderChat(BaseChatModel):
    """Answers from the evidence that the last message carries (see answering/prompt.py)."""

    @property
    def _llm_type(self) -> str:
        return "openbook-reader"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(compose(messages)))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in re.findall(r"\S+\s*", compose(messages)):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))


def compose(messages: Sequence[BaseMessage]) -> str:
    """The answer: the best evidence sentences in reading order, each followed by its marker."""
    extras = messages[-1].additional_kwargs
    evidence = sorted(extras.get("evidence", []), key=lambda e: -e["score"])
    if not evidence:
        return NO_DOCUMENTS
    chosen = _choose(evidence, FACT if extras["asks_for_fact"] else EXPLANATION)
    first = {e["document"]: i for i, e in reversed(list(enumerate(chosen)))}
    chosen.sort(key=lambda e: (first[e["document"]], e["position"], e["start"]))
    return " ".join(
        f"{sentence} [{entry['marker']}]"
        for entry in chosen
        for sentence in sentences(readable(entry["text"], entry["header"]))
    )


def _choose(evidence: Sequence[dict[str, Any]], wanted: Wanted) -> list[dict[str, Any]]:
    """The best sentences, each said once; for an explanation first the best of every passage."""
    enough = evidence[0]["score"] * wanted.nearly_as_good
    best_of: dict[int, dict[str, Any]] = {}
    for entry in evidence if wanted.every_passage else []:
        best_of.setdefault(entry["marker"], entry)
    chosen: list[dict[str, Any]] = []
    for entry in [*best_of.values(), *evidence]:
        new = not any(_one_in_the_other(entry["text"], other["text"]) for other in chosen)
        if entry["score"] >= enough and new and len(chosen) < wanted.most:
            chosen.append(entry)
    return chosen


def _one_in_the_other(a: str, b: str) -> bool:
    return a in b or b in a
