"""How an answer in JSON becomes a block of runs: formatted, safe, a mark on every checked value."""

import json

from components.answer_json import json_block
from store.answer_records import AnswerSentence, Verdict

ANSWER = {"answer": "It is “kept” [1] **here**.", "a/b": [{"n": 12.5}, {}], "found": True, "no": []}


def value(path: str, *citations: int, verdict: Verdict = Verdict.SUPPORTED) -> AnswerSentence:
    return AnswerSentence("what it says", citations, verdict, "because", path)


def drawn(block: dict) -> str:
    return "".join(run["text"] for run in block["runs"] if "text" in run)


def test_answer_is_drawn_as_formatted_json_and_as_nothing_else():
    block = json_block(json.dumps(ANSWER))
    assert block and block["kind"] == "json"
    assert drawn(block) == json.dumps(ANSWER, ensure_ascii=False, indent=2)
    assert all({*run} == {"text", "style", "verdict"} for run in block["runs"])
    assert {(run["style"], run["verdict"]) for run in block["runs"]} == {("", "")}


def test_every_checked_value_has_its_chips_and_its_mark_and_no_other_has():
    sentences = [value("/answer", 2), value("/a~1b/0/n", 1, 2, verdict=Verdict.UNSUPPORTED)]
    block = json_block(json.dumps(ANSWER), sentences)
    assert block
    runs = [run for run in block["runs"] if run.get("verdict") != ""]
    assert runs == [
        {"text": '"It is “kept” [1] **here**.",', "style": "", "verdict": "supported"},
        {"chip": 2},
        {"mark": "supported", "why": "because"},
        {"text": "12.5", "style": "", "verdict": "unsupported"},
        {"chip": 1},
        {"chip": 2},
        {"mark": "unsupported", "why": "because"},
    ]


def test_values_that_say_the_same_keep_their_own_verdicts():
    same = {"kind": "fare", "answer": "fare"}
    block = json_block(json.dumps(same), [value("/answer", 1)])
    assert block
    assert [run["text"] for run in block["runs"] if run.get("verdict")] == ['"fare"']
    assert drawn(block).index('"fare",') < drawn(block).index('"answer"')


def test_answer_that_is_being_written_is_drawn_as_far_as_it_goes():
    block = json_block('{"passages": [1], "answer": "It is *')
    assert block == {
        "kind": "json",
        "runs": [{"text": '{"passages": [1], "answer": "It is *', "style": "", "verdict": ""}],
    }


def test_what_was_checked_as_text_is_drawn_as_text():
    as_text = AnswerSentence("It is kept.", (1,), Verdict.SUPPORTED, "because")
    assert json_block('{"answer": "It is kept. [1]', [as_text]) is None
    assert json_block('{"answer": "It is kept."}', [as_text]) is None
    assert json_block("It is kept. [1]", [as_text]) is None
    assert json_block("It is kept.") is None
