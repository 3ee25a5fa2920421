"""Sentences and words of many scripts; what does not end a sentence."""

import pytest

from assistant.sentences import count_words, sentence_spans, sentences, shorten, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four…", ["One.", "Two!", "Three?", "Four…"]),
        (
            "Dr. Smith met Mr. Jones at 5 p.m. Monday.",
            ["Dr. Smith met Mr. Jones at 5 p.m. Monday."],
        ),
        ("It cost 3.5 million. That is much.", ["It cost 3.5 million.", "That is much."]),
        ("J. R. Tolkien wrote it. Yes.", ["J. R. Tolkien wrote it.", "Yes."]),
        ("He said “Go.” Then he left.", ["He said “Go.”", "Then he left."]),
        ("The end (really.) Next one.", ["The end (really.)", "Next one."]),
        ("It is so. [1] And so.", ["It is so.", "[1] And so."]),
        ("It is so.[1][2] And so.", ["It is so.[1][2]", "And so."]),
        ("It is so.[citation needed] And so.", ["It is so.[citation needed]", "And so."]),
        (
            "He worked “till 3 a.m.”:283, 286 She slept.",
            ["He worked “till 3 a.m.”:283, 286", "She slept."],
        ),
        ("Acme (Acme Inc.) Gliders flew.", ["Acme (Acme Inc.) Gliders flew."]),
        ("see fig. 3 and e.g. this", ["see fig. 3 and e.g. this"]),
        ("1. First point. 2. Second point.", ["1. First point.", "2. Second point."]),
        ("A heading\nA line", ["A heading", "A line"]),
        ("九点出发。真的吗？是的！", ["九点出发。", "真的吗？", "是的！"]),
        ("no end", ["no end"]),
        ("ends in a dot.", ["ends in a dot."]),
        ("", []),
        (" \n\t\n ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "text", ["One. Two!  Three\n\nfour.", "  九点。x. Y", "...", "a" * 50 + ". B", "Mr. " * 30]
)
def test_spans_are_in_order_trimmed_and_leave_only_space_between(text):
    end = 0
    for start, stop in sentence_spans(text):
        assert text[end:start].strip() == ""
        assert text[start:stop] == text[start:stop].strip() != ""
        end = stop
    assert text[end:].strip() == ""


@pytest.mark.parametrize(
    "text",
    ["." * 300_000 + "x", "a" * 300_000 + " b. C", "Mr. " * 75_000, "1. " * 75_000,
     '."' + '"' * 300_000, "." + "[1]" * 75_000 + "x", "." + ":1" * 99_000, ".[" * 99_000,
     "\n" * 300_000, " " * 300_000 + "x"],
)  # fmt: skip
def test_long_runs_of_anything_come_to_an_end(text):
    """Work that grows with the square of the length would not."""
    assert all(stop > start for start, stop in sentence_spans(text))
    assert count_words(text) <= len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Ferry's 3.5 knots", ["the", "ferry's", "3.5", "knots"]),
        ("state-of-the-art, a/b", ["state-of-the-art", "a/b"]),
        ("snake_case", ["snake", "case"]),
        ("港湾 ferry", ["港", "湾", "ferry"]),
        ("--- *** …", []),
    ],
)
def test_words_are_in_lower_case_without_marks(text, expected):
    assert words(text) == expected
    assert count_words(text) == len(expected)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("one  two\nthree", 40, "one two three"),
        ("one two three", 9, "one two…"),
        ("one two, three", 10, "one two…"),
        ("unbroken", 4, "unbr…"),
        ("港湾船舶", 2, "港湾…"),
    ],
)
def test_shortened_text_is_cut_between_words_and_says_so(text, limit, expected):
    assert shorten(text, limit) == expected
