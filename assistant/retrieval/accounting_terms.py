"""What of a company's statements a question about its figures is answered from.

Analysts ask for ratios and by abbreviations, while reports print the lines these are worked out
from; a search for those lines as well finds the statement, and its rows are those that count. The
terms are those of any textbook.
"""

import re
from typing import NamedTuple

from store.keywords import stems

[CONSOLIDATED] = stems("consolidated")  # a library that never says so has no statements
_INCOME = "consolidated statements of income, operations or earnings: net sales, total revenue, "
_BALANCE = "consolidated balance sheets: "
_CASH = "consolidated statements of cash flows: "
_SALES = ("net sales", "revenue", "turnover")
_COSTS = ("cost of sales", "cost of goods sold", "cost of revenue", "cost of products sold")
_PROFIT = ("net income", "net earnings", "profit after tax", "profit for the year")


class _Lines(NamedTuple):
    """What is searched for, and what the rows are called that answer."""

    search: str
    rows: tuple[str, ...]


_LINES = {
    r"gross (?:margin|profit)": _Lines(
        _INCOME + "cost of sales, cost of goods sold, gross profit",
        ("gross profit", "gross margin", *_SALES, *_COSTS),
    ),
    r"operating (?:margin|income|profit)|EBIT\b": _Lines(
        _INCOME + "operating expenses, operating income",
        ("operating income", "operating profit", "operating margin", *_SALES),
    ),
    r"EBITDA": _Lines(
        _INCOME + "operating income, depreciation and amortization",
        ("EBITDA", "operating income", "operating profit", "depreciation and amortization"),
    ),
    r"net (?:margin|profit|income)|profit margin|bottom line": _Lines(
        _INCOME + "net income, net earnings", _PROFIT
    ),
    r"(?:revenue|sales|top.?line)\b.{0,40}\b(?:grow|change|increase|decline|drop)|"
    r"(?:growth|change) in (?:net )?(?:revenue|sales)": _Lines(
        _INCOME + "net revenue of each year", _SALES
    ),
    r"cost of (?:goods|sales|revenue)|COGS": _Lines(
        _INCOME + "cost of sales, cost of goods sold", _COSTS
    ),
    r"effective tax rate": _Lines(
        _INCOME + "income before taxes, provision for income taxes, tax rate",
        ("tax rate", "before taxes", "before income taxes", "provision for income taxes"),
    ),
    r"earnings per share|\bEPS\b": _Lines(
        _INCOME + "basic and diluted earnings per share", ("earnings per share", "EPS")
    ),
    r"interest coverage": _Lines(
        _INCOME + "operating income, interest expense",
        ("operating income", "interest expense", "finance costs"),
    ),
    r"quick ratio|current ratio|liquidity|working capital": _Lines(
        _BALANCE + "cash, receivables, inventories, total current assets, "
        "total current liabilities",
        (
            "cash",
            "receivables",
            "receivable",
            "inventories",
            "current assets",
            "current liabilities",
        ),
    ),
    r"debt.to.equity|leverage|long.term debt|\bdebt\b": _Lines(
        _BALANCE + "short-term and long-term debt, total liabilities, stockholders' equity",
        ("debt", "total liabilities", "stockholders' equity", "shareholders' equity"),
    ),
    r"\bDPO\b|days payable|accounts payable": _Lines(
        _BALANCE + "accounts payable, inventories", ("payable", "inventories", *_COSTS)
    ),
    r"\bDSO\b|days sales outstanding|receivables?\b": _Lines(
        _BALANCE + "accounts receivable, net", ("receivable", "receivables", *_SALES)
    ),
    r"\bDIO\b|days inventory|inventory turnover|inventor(?:y|ies)": _Lines(
        _BALANCE + "inventories", ("inventories", *_COSTS)
    ),
    r"\bPP&?N?E\b|property,? plant|fixed assets?|capital.intensive": _Lines(
        _BALANCE + "property, plant and equipment, net, total assets",
        ("plant and equipment", "property and equipment", "total assets"),
    ),
    r"return on assets|\bROA\b|asset turnover|total assets": _Lines(
        _BALANCE + "total assets", ("total assets", *_PROFIT)
    ),
    r"return on equity|\bROE\b|book value": _Lines(
        _BALANCE + "total stockholders' equity",
        ("stockholders' equity", "shareholders' equity", *_PROFIT),
    ),
    r"goodwill|intangible": _Lines(
        _BALANCE + "goodwill, intangible assets", ("goodwill", "intangible assets")
    ),
    r"cap(?:ital )?ex(?:penditures?)?\b|capital spending": _Lines(
        _CASH + "purchases of property, plant and equipment, capital expenditures",
        ("purchases of property", "capital expenditures"),
    ),
    r"free cash.?flow|\bFCF\b|cash.?flow from operat|operating cash.?flow|cash conversion": _Lines(
        _CASH + "net cash provided by operating activities, capital expenditures",
        ("operating activities", "purchases of property", "capital expenditures"),
    ),
    r"dividends?\b|share repurchase|buy.?backs?": _Lines(
        _CASH + "dividends paid, repurchases of common stock, financing activities",
        ("dividends", "repurchases"),
    ),
    r"depreciation|amortization|\bD&A\b": _Lines(
        _CASH + "depreciation and amortization", ("depreciation", "amortization")
    ),
}
_KNOWN = [(re.compile(rf"(?<!\w)(?:{pattern})", re.I), lines) for pattern, lines in _LINES.items()]


def statement_lines(question: str) -> tuple[str, ...]:
    """Searches for the statements that a question about figures of a company needs, at most two."""
    return tuple(dict.fromkeys(lines.search for lines in _asked_for(question)))[:2]


def statement_rows(question: str) -> tuple[str, ...]:
    """What the rows are called that such a question is answered from."""
    return tuple(dict.fromkeys(name for lines in _asked_for(question) for name in lines.rows))


def _asked_for(question: str) -> list[_Lines]:
    return [lines for known, lines in _KNOWN if known.search(question)]
