"""Traces come back whole and are found by what people filter for."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest

from store.answer_records import Candidate, Fate, MessageState, Span, Trace
from store.errors import NotFound
from store.traces import Traces

NOW = datetime.now(UTC)
CANDIDATE = Candidate(
    chunk_id="d-00000",
    document_id="d",
    document="guide.pdf",
    page=None,
    label=None,
    heading="",
    text="Text “with” quotes.",
    scores={"dense": 0.5},
    ranks={"dense": 1},
    fate=Fate.OVER_BUDGET,
    reason="no room",
)


@pytest.fixture
def traces(database):
    return Traces(database)


def trace(trace_id: str, **values) -> Trace:
    made = Trace(
        id=trace_id, created_at=NOW, kb="library", kb_version=3, question="When?", rewritten="",
        model="reader", adapter=None, answer="At nine.", refused=False, state=MessageState.DONE,
        conversation_id=None, message_id=None,
    )  # fmt: skip
    return dataclasses.replace(made, **values)


def test_trace_comes_back_as_it_was_given(traces):
    made = trace(
        "a",
        candidates=(CANDIDATE,),
        spans=(Span("embed query", 0.5, 12.25, {"candidates": 3}),),
        prompt=({"role": "human", "content": "When?"},),
        tokens={"prompt": 7},
        settings={"passages": 5, "confidence": None},
        notes=["one"],
    )
    traces.add(made)
    assert traces.get("a") == made
    written = json.loads(Traces.to_json(made))
    assert written["candidates"][0]["fate"] == "over-budget"
    assert "“with”" in Traces.to_json(made)


def test_trace_of_the_same_id_is_replaced(traces):
    traces.add(trace("a"))
    traces.add(trace("a", answer="At ten."))
    assert [t.answer for t in traces.list()] == ["At ten."]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["new", "old"]),
        ({"search": "FERRY"}, ["old"]),
        ({"search": "%"}, []),
        ({"model": "other"}, ["new"]),
        ({"refused": True}, ["old"]),
        ({"since": NOW - timedelta(hours=1)}, ["new"]),
        ({"limit": 1}, ["new"]),
        ({"model": "other", "refused": True}, []),
    ],
)
def test_filters_all_apply(traces, filters, expected):
    old = NOW - timedelta(days=1)
    traces.add(trace("old", question="Ferry when?", refused=True, created_at=old))
    traces.add(trace("new", model="other"))
    assert [t.id for t in traces.list(**filters)] == expected


def test_unknown_trace_is_reported(traces):
    with pytest.raises(NotFound):
        traces.get("unknown")
