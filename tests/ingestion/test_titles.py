"""What a document is called."""

import pytest

from assistant.ingestion.titles import first_heading, sensible_title
from store.records import Block, BlockKind, Page


def page(*headings: tuple[str, int]) -> Page:
    """A page of these headings with their levels, each followed by a paragraph."""
    text, blocks = "", []
    for heading, level in headings:
        start = len(text)
        text += f"{heading}\n\nSome words about it.\n\n"
        blocks.append(Block(start, start + len(heading), BlockKind.HEADING, level=level))
    return Page(1, text, blocks=tuple(blocks))


@pytest.mark.parametrize(
    "title",
    ["", "Untitled", "Microsoft Word - Letter", "report.docx", "12-34", "FORM 10-K", "Contents"],
)
def test_what_is_no_title_is_left_out(title: str):
    assert sensible_title(title) == ""


def test_titles_of_people_are_kept():
    for title in (
        "Annual report 2024",
        "United States coins",
        "Form and content",
        "An index of birds",
    ):
        assert sensible_title(title) == title


def test_highest_heading_is_the_title():
    assert (
        first_heading([page(("1 Ropes", 2), ("The harbour", 1), ("Another", 1))]) == "The harbour"
    )


def test_filing_is_called_after_its_company():
    cover = page(
        ("UNITED STATES\nSECURITIES AND EXCHANGE COMMISSION", 1),
        ("Washington, D.C. 20549", 2),
        ("FORM 10-K", 1),
        ("NORTH SEA FERRIES PLC", 1),
        ("TABLE OF CONTENTS", 1),
    )
    assert first_heading([cover]) == "NORTH SEA FERRIES PLC"
    assert first_heading([page(("Contents", 1))]) == ""
