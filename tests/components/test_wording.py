"""How sizes, times and pages are put into words, and text made safe for Markdown."""

from datetime import UTC, datetime, timedelta

import pytest

from components import wording


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_500, "1.5 kB"),
        (52_000_000, "52 MB"),
        (3e12, "3000 GB"),
    ],
)
def test_size(number, words):
    assert wording.size(number) == words


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0.31, "0.3 ms"), (48.4, "48 ms"), (1_340, "1.3 s"), (125_000, "2 min 5 s")],
)
def test_duration(milliseconds, words):
    assert wording.duration(milliseconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(2, "a few seconds left"), (33, "about 35 seconds left"), (300, "about 5 minutes left")],
)
def test_remaining(seconds, words):
    assert wording.remaining(seconds) == words


def test_page_list_is_cut_when_long():
    assert wording.page_list((2,)) == "2"
    assert wording.page_list((2, 5, 7)) == "2, 5 and 7"
    assert wording.page_list(tuple(range(1, 21)), limit=3) == "1, 2, 3 and 17 more"


@pytest.mark.parametrize(
    ("days", "heading"), [(0, "Today"), (1, "Yesterday"), (3, "This week"), (60, "September 2026")]
)
def test_day(days, heading):
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert wording.day(now - timedelta(days=days), now) == heading


@pytest.mark.parametrize(
    ("value", "words"),
    [("D:20230307103337-08'00'", "7 Mar 2023"), ("20231399", "20231399"), ("May", "May")],
)
def test_pdf_date(value, words):
    assert wording.pdf_date(value) == words


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("faq.md, page 4 (iv)", "faq.md, page 4 (iv)"),
        ("![a](b)", r"!\[a\](b)"),
        ("<b> *c* $d$ `e` ~f~", r"\<b\> \*c\* \$d\$ \`e\` \~f\~"),
        ("# one\n- two", r"\# one - two"),
        ("12. twelve", r"12\. twelve"),
    ],
)
def test_plain_text_carries_no_markdown(text, markdown):
    assert wording.plain(text) == markdown


def test_plain_text_carries_no_icons_or_colours():
    made = wording.plain(":material/home: :red[x] 12:30")
    assert ":material/home:" not in made
    assert ":red[" not in made
    assert made.endswith("12:30")


@pytest.mark.parametrize(
    ("stage", "done", "total", "words"),
    [("read", 12, 80, "Reading: page 12 of 80"), ("", 0, 0, "Waiting"), ("read", 0, 0, "Reading")],
)
def test_stage(stage, done, total, words):
    assert wording.stage(stage, done, total) == words
