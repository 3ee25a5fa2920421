"""Questions about a company's figures, and the statements they are answered from."""

import pytest

from assistant.retrieval.accounting_terms import statement_lines, statement_rows


@pytest.mark.parametrize(
    ("question", "statement", "line"),
    [
        ("Has the quick ratio of Tern improved in 2024?", "balance sheets", "current liabilities"),
        ("What is Tern's FY2023 operating margin?", "statements of income", "operating income"),
        ("Did PPNE grow between FY20 and FY21?", "balance sheets", "property, plant"),
        ("How much did Tern spend on capex?", "cash flows", "capital expenditures"),
        ("What is the year-over-year change in revenue growth?", "income", "revenue"),
    ],
)
def test_ratio_leads_to_the_lines_it_rests_on(question: str, statement: str, line: str):
    [found, *_] = statement_lines(question)
    assert statement in found and line in found
    assert any(
        row.startswith(line.split(",")[0]) or row in line for row in statement_rows(question)
    )


@pytest.mark.parametrize(
    "question",
    ["How long is the warranty of the Tern 200?", "Who leads the harbour office?", ""],
)
def test_other_questions_are_left_alone(question: str):
    assert statement_lines(question) == () == statement_rows(question)


def test_two_statements_at_most():
    question = "Gross margin, quick ratio, capex, dividends and EBITDA of Tern?"
    assert len(statement_lines(question)) == 2
