"""The traces page: the list with its filters, and one trace from question to verdicts."""

from typing import Any

from components.wording import duration, step
from store.answer_records import Fate
from tests.pages.conftest import words

PAGE = "pages/ask/traces.py"
BOOKING = "Do foot passengers need to book?"
NOWHERE = "Who won the football world cup in 1998?"


def test_without_traces_the_page_says_where_they_come_from(app):
    session = app(PAGE)
    assert not session.exception
    assert not session.dataframe
    assert "No traces yet" in words(session)


def questions(session: Any) -> list[str]:
    return list(session.dataframe[0].value["question"]) if session.dataframe else []


def test_filters_narrow_the_list(app, add, ask):
    add("faq.md")
    chat = app()
    ask(chat, BOOKING)
    ask(chat, NOWHERE)
    session = app(PAGE)
    assert questions(session) == [NOWHERE, BOOKING]
    session.segmented_control(key="trace_outcome").set_value("Refused").run()
    assert questions(session) == [NOWHERE]
    session.text_input(key="trace_search").set_value("passengers").run()
    assert questions(session) == []
    assert "No trace fits" in words(session)
    session.segmented_control(key="trace_outcome").set_value("All").run()
    assert questions(session) == [BOOKING]
    session.selectbox(key="trace_model").set_value("scripted").run()
    assert questions(session) == []


def test_trace_shows_the_whole_way_to_the_answer(app, add, ask, opened):
    add("faq.md")
    message = ask(app(), BOOKING)
    trace = opened.traces.get(message.trace_id)
    session = app(PAGE, id=trace.id)
    assert not session.exception
    assert "Answered" in words(session)
    for part in trace.prompt:
        assert part["content"] in words(session)
    (chart,) = session.get("vega_lite_chart")
    for span in trace.spans:
        assert f"{step(span.name)} {duration(span.duration_ms)}" in chart.proto.alt
    frames = [frame.value for frame in session.dataframe]
    candidates = next(frame for frame in frames if "Fate" in frame)
    assert len(candidates) == len(trace.candidates)
    verdicts = next(frame for frame in frames if "Verdict" in frame)
    assert list(verdicts["Sentence"]) == [one.text for one in trace.sentences]


def test_candidates_are_filtered_by_fate_and_read_in_full(app, add, ask, opened):
    add("faq.md")
    trace = opened.traces.get(ask(app(), BOOKING).trace_id)
    kept = [one for one in trace.candidates if one.fate is Fate.KEPT]
    session = app(PAGE, id=trace.id)
    session.pills(key=f"fates_{trace.id}").set_value([Fate.KEPT]).run()
    frame = next(one for one in session.dataframe if "Fate" in one.value)
    assert set(frame.value["Fate"]) == {"Kept"}
    assert len(frame.value) == len(kept)
    session.session_state[frame.key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    session.run()
    assert kept[0].text in words(session)


def test_refusal_has_a_trace_with_the_reason_for_each_candidate(app, add, ask):
    add("faq.md")
    session = app(PAGE, id=ask(app(), NOWHERE).trace_id)
    assert not session.exception
    assert "No answer in the library" in words(session)
    assert "No model was asked" in words(session)
    candidates = next(one.value for one in session.dataframe if "Fate" in one.value)
    assert "Kept" not in set(candidates["Fate"])


def test_unknown_trace_gets_one_sentence(app):
    session = app(PAGE, id="nothing")
    assert not session.exception
    assert len(session.error) == 1
    session.button(key="all_traces").click().run()
    assert not session.error


def test_trace_says_how_sure_its_evidence_was_and_what_other_thresholds_cost(app, add, ask, opened):
    add("faq.md")
    chat = app()
    for question, title in (
        (BOOKING, "Why this was not refused"),
        (NOWHERE, "Why this was refused"),
    ):
        trace = opened.traces.get(ask(chat, question).trace_id)
        session = app(PAGE, id=trace.id)
        assert title in [one.label for one in session.expander]
        sure = trace.settings["confidence"]
        assert f"**{sure:.0%}** sure" in words(session)
        assert (sure < trace.settings["refusal_threshold"]) == trace.refused
        (costs,) = (f.value for f in session.dataframe if "Threshold" in f.value)
        refused = list(costs["Refused wrongly"])
        assert refused == sorted(refused) and len(refused) > 5
