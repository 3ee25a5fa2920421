"""Times of an answer, from the spans of its stages."""

from types import SimpleNamespace
from typing import Any

from assistant.answering.recording import times
from assistant.timeline import Timeline
from store.answer_records import Span


def test_stages_that_ran_side_by_side_count_once():
    timeline = Timeline()
    timeline.spans += [
        Span("embed query", 10, 5, {}),
        Span("keyword search", 10, 8, {}),
        Span("dense search", 15, 10, {}),
        Span("rerank", 40, 100, {}),
        Span("write", 140, 60, {}),
    ]
    run: Any = SimpleNamespace(timeline=timeline, waited_ms=0, first_token_ms=None)
    assert times(run)["retrieval"] == 15 + 100
