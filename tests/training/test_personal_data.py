"""Personal data is found where it is, numbers of other kinds are left, placeholders are stable."""

import pytest

from assistant.training.personal_data import Kind, find, kinds_in, scrub, scrubbed
from tests.training.made import example


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Write to jo.b+desk@mail.example.co.uk.", "Write to [MAIL]."),
        ("Call +44 20 7946 0958 or (0)30-901820.", "Call [PHONE] or (0)30-901820."),
        ("Ring 01987 555 126 [1].", "Ring [PHONE] [1]."),
        ("Office: (555) 123-4567; 555-123-4567", "Office: [PHONE]; [PHONE]"),
        ("Mobile 0170/1234567, fax: 555 126", "Mobile [PHONE], fax: [PHONE]"),
        ("Card 4111 1111 1111 1111, 378282246310005.", "Card [CARD], [CARD]."),
        ("IBAN DE89 3704 0044 0532 0130 00 IS OURS", "IBAN [IBAN] IS OURS"),
        ("gb82west12345698765432", "[IBAN]"),
    ],
)
def test_found_and_replaced(text, clean):
    assert scrub(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112 fails Luhn's check",
        "gb83 west 1234 5698 7654 32 fails its check digits",
        "Between 2021 2022 2023 2024 it rose from 642,115 to 1,000-2,000",
        "On 01-02-2024 at 10:30, 12.11.2025, or 2024-01-15T10:30",
        "ISBN 978-3-16-148410-0, order 12345678, extension 205",
        "R1 113.60 134.40 155.20 63.20 and 0.32 0.34 0.35",
        "name@localhost, @mention, 50 % @ 3",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert find(text) == []


def test_names_count_whole_in_any_case_and_the_longest_first():
    names = ["Ann", "Ann Lee", "  "]
    assert scrub("ANN LEE met Annabel and Ann’s cat. Ann  Lee left.", names) == (
        "[NAME] met Annabel and [NAME]’s cat. [NAME] left."
    )
    assert scrub("Nobody is named.", []) == "Nobody is named."


def test_marks_do_not_overlap_and_are_in_order():
    text = "jo@example.com, 4111111111111111, +4915112345678"
    marks = find(text, ["jo"])
    assert [mark.kind for mark in marks] == [Kind.MAIL, Kind.CARD, Kind.PHONE]
    assert all(a.end <= b.start for a, b in zip(marks, marks[1:], strict=False))


def test_quotes_still_stand_in_their_passages_afterwards():
    line = "Assistance is booked on 01987 555 126 by Ann Lee."
    before = example(f"<passage>\n{line}\n</passage>\n\nQuestion: How?", f"Glad! {line} [1]")
    after = scrubbed(before, ["Ann Lee"])
    assert kinds_in(before, ["Ann Lee"]) == {Kind.PHONE, Kind.NAME}
    assert kinds_in(after, ["Ann Lee"]) == set()
    quote = "Assistance is booked on [PHONE] by [NAME]."
    assert quote in after.turns[0].content
    assert after.turns[1].content == f"Glad! {quote} [1]"
