"""Files of examples: every kind of row is read, every bad one refused with its line and reason."""

import json

import pytest

from assistant.answering.prompt import WITHOUT_PASSAGES
from assistant.errors import BadInput
from assistant.training.example_files import as_examples, read_examples, to_json_lines
from assistant.training.example_rows import LONGEST, Accepted, read_row
from assistant.training.examples import answer_of, question_of
from store.training_records import ExampleState, Origin, Turn

CHAT = {
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "When do you open?"},
        {"role": "assistant", "content": "At nine – gladly."},
    ]
}


def lines(*rows: object) -> bytes:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows).encode()


def reason_of(row: object) -> str:
    """Why this row is refused."""
    file = read_examples("x.jsonl", lines(row))
    assert file.accepted == ()
    return file.refused[0].reason


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ({"question": "Q?", "answer": "A."}, "Q?"),
        ({"prompt": "Q?", "completion": "A."}, "Q?"),
        ({"instruction": "Translate.", "input": "Haus", "output": "A."}, "Translate.\n\nHaus"),
        ({"instruction": "Say hello.", "input": "", "output": "A."}, "Say hello."),
        ({"instruction": "Say hello.", "output": "A.", "extra": 1}, "Say hello."),
    ],
)
def test_rows_without_a_chat_get_the_prompt_that_answering_sends_without_passages(row, asked):
    (found,) = read_examples("x.jsonl", lines(row)).accepted
    assert found.turns == (
        Turn("system", WITHOUT_PASSAGES),
        Turn("user", asked),
        Turn("assistant", "A."),
    )


def test_a_chat_stays_as_it_is_and_comes_out_again_as_it_went_in():
    longer = {"messages": [*CHAT["messages"], *CHAT["messages"][1:]]}
    data = lines(CHAT, longer)
    examples = as_examples(read_examples("voice.jsonl", data), "set")
    assert [(one.file, one.line, one.state, one.origin) for one in examples] == [
        ("voice.jsonl", 1, ExampleState.READY, Origin.IMPORTED),
        ("voice.jsonl", 2, ExampleState.READY, Origin.IMPORTED),
    ]
    assert question_of(examples[1]) == "When do you open?"
    assert answer_of(examples[0]) == "At nine – gladly."
    written = to_json_lines(examples)
    assert [json.loads(line) for line in written.splitlines()] == [CHAT, longer]
    again = read_examples("again.jsonl", written.encode())
    assert [row.turns for row in again.accepted] == [one.turns for one in examples]


def test_content_in_parts_of_text_is_joined():
    row = {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Q"}, {"text": "?"}]},
            {"role": "assistant", "content": "A."},
        ]
    }
    (found,) = read_examples("x.jsonl", lines(row)).accepted
    assert found.turns[0].content == "Q?"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"question": "Q?", "answer": " "}, "The answer is empty."),
        ({"question": "", "answer": "A."}, "The question is empty."),
        ({"question": "Q?", "answer": 3}, "The answer is a number, not text."),
        ({"question": "Q?", "answer": {"a": 1}}, "The answer is an object, not text."),
        ({"question": "Q?", "response": "A."}, "it has question, response."),
        ("3", "The row is no object"),
        ({"messages": []}, "messages is no list of turns."),
        ({"messages": [{"role": "user"}]}, "Turn 1 has no role and content."),
        ({"messages": CHAT["messages"][:2]}, "There is no answer"),
        ({"messages": CHAT["messages"][:1]}, "There is no answer"),
        ({"messages": CHAT["messages"][::-1]}, "The roles are out of order: assistant stands"),
        ({"messages": [*CHAT["messages"], CHAT["messages"][2]]}, "The roles are out of order"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "Turn 1 has the role 'tool'"),
        ('{"question": "Q?", "answer": "A."', "This is no JSON (Expecting"),
        ('{"question": "Q?", "answer": "\\ud800"}', "half a character"),
    ],
)  # fmt: skip
def test_bad_rows_are_refused_with_their_reason(row, words):
    assert words in reason_of(row)


def test_json_nested_too_deeply_is_refused():
    file = read_examples("x.jsonl", lines(CHAT, "[" * 5000))
    assert len(file.accepted) == 1
    assert file.refused[0].reason == "This is no JSON that can be read."


def test_good_rows_are_kept_beside_refused_ones_which_name_their_lines():
    data = lines("", CHAT, '{"question": ""', CHAT, {"question": "Q?", "answer": ""}, CHAT)
    file = read_examples("x.jsonl", data + b"\xff\xfe not text\n")
    assert [row.line for row in file.accepted] == [2, 4, 6]
    assert [row.line for row in file.refused] == [3, 5, 7]
    assert file.refused[2].reason == "The line is not UTF-8 text."
    mended = read_row(file.refused[1].text.replace('""', '"A."'), 5)
    assert isinstance(mended, Accepted) and mended.line == 5


def test_a_huge_line_is_refused_and_only_its_beginning_kept():
    huge = {"question": "Q?", "answer": "long " * LONGEST}
    file = read_examples("x.jsonl", lines(CHAT, huge, CHAT))
    assert len(file.accepted) == 2
    assert "characters; the most is" in file.refused[0].reason
    assert len(file.refused[0].text) < LONGEST


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_encodings_byte_order_marks_and_line_ends(encoding, ending):
    text = json.dumps({"question": "Où?", "answer": "Là."}, ensure_ascii=False) + ending
    (found,) = read_examples("x.jsonl", text.encode(encoding)).accepted
    assert [turn.content for turn in found.turns[1:]] == ["Où?", "Là."]
    table = f"Question,Answer{ending}Où?,Là.{ending}"
    file = read_examples("x.csv", table.encode(encoding))
    assert [turn.content for turn in file.accepted[0].turns[1:]] == ["Où?", "Là."]
    assert file.note == ""


def test_a_table_from_an_old_spreadsheet_is_read_and_says_so():
    file = read_examples("x.csv", "question;answer\r\nOù?;Là.\r\n".encode("cp1252"))
    assert file.accepted[0].turns[-1].content == "Là."
    assert "was read as Windows-1252" in file.note


def test_a_table_keeps_separators_and_lines_inside_quotation_marks():
    data = b'question,answer\n"One, or two?","First line\nsecond line"\n'
    (found,) = read_examples("x.csv", data).accepted
    assert [turn.content for turn in found.turns[1:]] == [
        "One, or two?",
        "First line\nsecond line",
    ]


def test_faults_of_a_table_cost_their_own_rows_only():
    data = b'question,answer\na,b,c\nd,e\nf\n"open,g\nh,i\n\n"j","k" l\nm,n\n'
    file = read_examples("x.csv", data)
    assert [(row.line, row.turns[-1].content) for row in file.accepted] == [
        (3, "e"),
        (6, "i"),
        (9, "n"),
    ]
    assert [row.line for row in file.refused] == [2, 4, 5, 8]
    assert "3 cells and there are 2 columns" in file.refused[0].reason
    assert file.refused[1].reason == "The answer is empty."
    assert json.loads(file.refused[0].text) == {"question": "a", "answer": "b"}


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.txt", b"hello", "ends in .jsonl or .csv"),
        ("x.jsonl", b"\n \n", "x.jsonl has no rows."),
        ("x.jsonl", b'[{"question": 1}]', "put every example on a line of its own"),
        ("x.csv", b"text,label\na,b\n", "must name the columns"),
        ("x.csv", b"", "x.csv has no rows."),
        ("x.csv", b"question,answer\n\x81\x8d,b\n", "is not UTF-8 text"),
    ],
)
def test_files_that_cannot_be_read_at_all(name, data, words):
    with pytest.raises(BadInput, match=words.replace(".", r"\.")):
        read_examples(name, data)
