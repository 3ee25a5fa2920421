"""Writes down how an answer came about: its trace and its times."""

import uuid
from collections.abc import Sequence
from typing import Any

from assistant.answering.prompt import VERSION
from assistant.answering.run import Run
from assistant.sentences import count_words
from assistant.settings import Settings
from store.answer_records import Message, Span, Trace

RETRIEVAL = (
    "rewrite",
    "embed query",
    "dense search",
    "keyword search",
    "fusion",
    "neighbours",
    "rerank",
    "choose evidence",
)


def times(run: Run) -> dict[str, float]:
    """Milliseconds from the question to the first token, of retrieval, of waiting for the model,
    from the first token to the last, and in all."""
    spans = run.timeline.spans
    found = {
        "total": run.timeline.now(),
        "retrieval": _covered([span for span in spans if span.name in RETRIEVAL]),
    }
    if run.waited_ms:
        found["waited"] = run.waited_ms
    if run.first_token_ms is not None:
        found["first_token"] = run.first_token_ms
        written = [span.start_ms + span.duration_ms for span in spans if span.name == "write"]
        found["writing"] = max(written) - run.first_token_ms
    return {name: round(value, 1) for name, value in found.items()}


def _covered(spans: Sequence[Span]) -> float:
    """Milliseconds in which any of the stages ran; some run side by side."""
    covered, end = 0.0, 0.0
    for span in sorted(spans, key=lambda span: span.start_ms):
        stop = span.start_ms + span.duration_ms
        covered += max(0.0, stop - max(end, span.start_ms))
        end = max(end, stop)
    return covered


def tokens(run: Run, text: str) -> dict[str, int]:
    """Tokens of the prompt and of the answer, as the model counted them or else estimated."""
    if run.usage:
        return {"prompt": run.usage["input_tokens"], "answer": run.usage["output_tokens"]}
    return {"prompt": sum(_tokens(str(m.text)) for m in run.prompt), "answer": _tokens(text)}


def trace_of(run: Run, message: Message, *, kb_version: int, settings: Settings) -> Trace:
    """Everything about the answer, from the question to the verdicts."""
    prompt = tuple({"role": m.type, "content": str(m.text)} for m in run.prompt)
    return Trace(
        id=uuid.uuid4().hex[:16],
        created_at=message.created_at,
        kb=run.kb,
        kb_version=kb_version,
        question=run.answer.question,
        rewritten=message.rewritten,
        model=run.model.name,
        adapter=None,
        answer=message.text,
        refused=message.refused,
        state=message.state,
        conversation_id=message.conversation_id,
        message_id=message.id,
        spans=tuple(sorted(run.timeline.spans, key=lambda span: span.start_ms)),
        candidates=run.selection.candidates if run.selection else (),
        prompt=prompt,
        sentences=message.sentences,
        citations=message.citations,
        tokens=tokens(run, message.text),
        settings=_shown(run, settings),
        notes=tuple(run.notes),
        error=message.error,
        fit=message.fit,
    )


def _shown(run: Run, settings: Settings) -> dict[str, Any]:
    found_by = (span.attributes.get("model") for span in run.timeline.spans)
    return {
        "retrieval": run.retrieval,
        "confidence": run.selection.confidence if run.selection else None,
        "refusal_threshold": settings.refusal_threshold,
        "candidates": settings.candidates,
        "passages": settings.passages,
        "passage_tokens": settings.passage_tokens,
        "prompt_version": VERSION,
        "embedding": next(filter(None, found_by), settings.embedding),
    }


def _tokens(text: str) -> int:
    """An estimate: English has about four tokens in three words."""
    return round(count_words(text) * 4 / 3)
