"""Files of questions as people have them, and what is wrong with those that cannot be read."""

import pytest

from assistant.comparison.question_file import read_questions
from assistant.errors import BadInput

TWO = ("Who founded it?", 'What is "the hut"?')


def read(name: str, data: bytes) -> tuple[str, ...]:
    return read_questions(name, data, longest=100)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("q.csv", b'question\nWho founded it?\n"What is ""the hut""?"\n'),
        ("Q.CSV", b'id;Question \r\n1;Who founded it?\r\n2;"What is ""the hut""?"\r\n3;\r\n'),
        ("q.csv", b'\xef\xbb\xbfquestion\tid\nWho founded it?\t1\nWhat is "the hut"?\t2\n'),
        ("q.jsonl", b'{"question": "Who founded it?"}\n\n{"question":"What is \\"the hut\\"?"}'),
    ],
    ids=["plain", "spreadsheet", "tabs", "json lines"],
)
def test_questions_come_in_the_order_of_the_file(name: str, data: bytes):
    assert read(name, data) == TWO


def test_question_over_two_lines_is_one_question():
    assert read("q.csv", b'question\n"Who\nfounded it?"\n') == ("Who\nfounded it?",)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("q.csv", b"", "no column 'question'"),
        ("q.csv", b"asked\nWho?\n", "no column 'question'"),
        ("q.csv", b"question\n\n", "no questions"),
        ("q.csv", b'question\n"Who?\n', "line 2: this is no CSV"),
        ("q.csv", b"question\n" + b"x" * 101, "line 2: the question has 101 characters"),
        ("q.csv", b"question\n" + b"Who?\n" * 1001, "1,001 questions; the most is 1,000"),
        ("q.csv", "question\nÜber wen?".encode("latin-1"), "not UTF-8"),
        ("q.csv", b"x" * 5_000_001, "larger than 5 MB"),
        ("q.jsonl", b'{"question": "Who?"}\n{"question"', "line 2: this is no JSON"),
        ("q.jsonl", b'["Who?"]', 'line 1: it must be {"question"'),
        ("q.jsonl", b'{"question": 7}', 'line 1: it must be {"question"'),
        ("q.txt", b"Who?", "ends in .csv or .jsonl"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(name: str, data: bytes, said: str):
    with pytest.raises(BadInput, match=said) as caught:
        read(name, data)
    assert str(caught.value).startswith(name)
