"""What of a company's statements a question about its figures is answered from.

Analysts ask for ratios and by abbreviations, while reports print the lines these are worked out
from; a search for those lines as well finds the statement. The terms are those of any textbook.
"""

import re

from store.keywords import stems

[CONSOLIDATED] = stems("consolidated")  # a library that never says so has no statements
_INCOME = "consolidated statements of income, operations or earnings: net sales, total revenue, "
_BALANCE = "consolidated balance sheets: "
_CASH = "consolidated statements of cash flows: "
_LINES = {
    r"gross (?:margin|profit)": _INCOME + "cost of sales, cost of goods sold, gross profit",
    r"operating (?:margin|income|profit)|EBIT\b": _INCOME + "operating expenses, operating income",
    r"EBITDA": _INCOME + "operating income, depreciation and amortization",
    r"net (?:margin|profit|income)|profit margin|bottom line": _INCOME + "net income, net earnings",
    r"(?:revenue|sales|top.?line)\b.{0,40}\b(?:grow|change|increase|decline|drop)|"
    r"(?:growth|change) in (?:net )?(?:revenue|sales)": _INCOME + "net revenue of each year",
    r"cost of (?:goods|sales|revenue)|COGS": _INCOME + "cost of sales, cost of goods sold",
    r"effective tax rate": _INCOME + "income before taxes, provision for income taxes, tax rate",
    r"earnings per share|\bEPS\b": _INCOME + "basic and diluted earnings per share",
    r"interest coverage": _INCOME + "operating income, interest expense",
    r"quick ratio|current ratio|liquidity|working capital": _BALANCE
    + "cash, receivables, inventories, total current assets, total current liabilities",
    r"debt.to.equity|leverage|long.term debt|\bdebt\b": _BALANCE
    + "short-term and long-term debt, total liabilities, stockholders' equity",
    r"\bDPO\b|days payable|accounts payable": _BALANCE + "accounts payable, inventories",
    r"\bDSO\b|days sales outstanding|receivables?\b": _BALANCE + "accounts receivable, net",
    r"\bDIO\b|days inventory|inventory turnover|inventor(?:y|ies)": _BALANCE + "inventories",
    r"\bPP&?N?E\b|property,? plant|fixed assets?|capital.intensive": _BALANCE
    + "property, plant and equipment, net, total assets",
    r"return on assets|\bROA\b|asset turnover|total assets": _BALANCE + "total assets",
    r"return on equity|\bROE\b|book value": _BALANCE + "total stockholders' equity",
    r"goodwill|intangible": _BALANCE + "goodwill, intangible assets",
    r"cap(?:ital )?ex(?:penditures?)?\b|capital spending": _CASH
    + "purchases of property, plant and equipment, capital expenditures",
    r"free cash.?flow|\bFCF\b|cash.?flow from operat|operating cash.?flow|cash conversion": _CASH
    + "net cash provided by operating activities, capital expenditures",
    r"dividends?\b|share repurchase|buy.?backs?": _CASH
    + "dividends paid, repurchases of common stock, financing activities",
    r"depreciation|amortization|\bD&A\b": _CASH + "depreciation and amortization",
}  # fmt: skip
_KNOWN = [(re.compile(rf"(?<!\w)(?:{pattern})", re.I), lines) for pattern, lines in _LINES.items()]


def statement_lines(question: str) -> tuple[str, ...]:
    """Searches for the statements that a question about figures of a company needs, at most two."""
    return tuple(dict.fromkeys(lines for known, lines in _KNOWN if known.search(question)))[:2]
