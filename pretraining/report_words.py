"""The words that reports are made of: lines of statements and what people call them, ratios,
regions, goods, and sentences that tell of them or only mention them, as in any report."""

# What a line is called in a statement, and by whoever asks for it
INCOME = {
    "Net sales": ("net sales", "revenue", "sales", "top line"),
    "Total revenue": ("total revenue", "revenue", "revenues", "topline"),
    "Cost of sales": ("cost of sales", "COGS", "cost of goods sold"),
    "Gross profit": ("gross profit", "gross income"),
    "Selling, general and administrative expenses": (
        "SG&A",
        "selling, general and administrative cost",
    ),
    "Research and development": ("R&D expense", "research and development spending", "R&D"),
    "Restructuring and impairment": ("restructuring charges", "impairment charges"),
    "Depreciation and amortization": ("D&A", "depreciation and amortization expense"),
    "Operating income": ("operating income", "operating profit", "EBIT"),
    "Interest expense": ("interest expense", "interest paid on debt"),
    "Other income, net": ("other income",),
    "Income before income taxes": ("pretax income", "income before taxes", "earnings before tax"),
    "Provision for income taxes": (
        "income tax expense",
        "provision for income taxes",
        "tax provision",
    ),
    "Net income": ("net income", "net earnings", "profit", "bottom line"),
    "Diluted earnings per share": ("diluted EPS", "earnings per share", "EPS"),
}
BALANCE = {
    "Cash and cash equivalents": ("cash and cash equivalents", "cash", "cash & cash equivalents"),
    "Accounts receivable, net": ("accounts receivable", "receivables", "trade receivables"),
    "Inventories": ("inventories", "inventory"),
    "Prepaid expenses and other current assets": ("prepaid expenses", "other current assets"),
    "Total current assets": ("total current assets", "current assets"),
    "Property, plant and equipment, net": (
        "PP&E",
        "PPNE",
        "net PP&E",
        "property, plant and equipment",
    ),
    "Goodwill": ("goodwill",),
    "Intangible assets, net": ("intangible assets", "intangibles"),
    "Total assets": ("total assets",),
    "Accounts payable": ("accounts payable", "payables", "trade payables"),
    "Short-term debt": ("short-term debt", "current debt"),
    "Total current liabilities": ("total current liabilities", "current liabilities"),
    "Long-term debt": ("long-term debt", "long term borrowings"),
    "Total liabilities": ("total liabilities", "liabilities"),
    "Retained earnings": ("retained earnings",),
    "Total stockholders' equity": ("total equity", "shareholders' equity", "book value"),
}
CASH = {
    "Net income": ("net income",),
    "Depreciation and amortization": ("D&A", "depreciation and amortization"),
    "Stock-based compensation": ("stock-based compensation", "share-based compensation"),
    "Net cash provided by operating activities": (
        "operating cash flow",
        "cash flow from operations",
    ),
    "Purchases of property and equipment": ("capex", "capital expenditures", "capital spending"),
    "Acquisitions, net of cash acquired": ("cash spent on acquisitions",),
    "Net cash used in investing activities": ("investing cash flow", "cash used in investing"),
    "Dividends paid": ("dividends", "dividends paid", "cash dividends"),
    "Repurchases of common stock": ("share repurchases", "buybacks", "stock buybacks"),
    "Proceeds from issuance of debt": ("proceeds from new debt", "debt issued"),
    "Net cash used in financing activities": ("financing cash flow", "cash used in financing"),
}
STATEMENTS = {
    "Consolidated Statements of Income": INCOME,
    "Consolidated Statements of Operations": INCOME,
    "Consolidated Balance Sheets": BALANCE,
    "Consolidated Statements of Cash Flows": CASH,
}
# A ratio by the lines that it is worked out from
RATIOS = {
    "gross margin": ("Gross profit", "Cost of sales"),
    "operating margin": ("Operating income",),
    "net profit margin": ("Net income",),
    "effective tax rate": ("Provision for income taxes", "Income before income taxes"),
    "interest coverage ratio": ("Operating income", "Interest expense"),
    "current ratio": ("Total current assets", "Total current liabilities"),
    "quick ratio": ("Total current liabilities", "Cash and cash equivalents"),
    "working capital": ("Total current assets", "Total current liabilities"),
    "debt-to-equity ratio": ("Total liabilities", "Total stockholders' equity"),
    "days payable outstanding (DPO)": ("Accounts payable",),
    "days sales outstanding (DSO)": ("Accounts receivable, net",),
    "inventory turnover": ("Inventories",),
    "free cash flow": (
        "Net cash provided by operating activities", "Purchases of property and equipment",
    ),
}  # fmt: skip
PLACES = (
    "North America",
    "Latin America",
    "Europe",
    "Asia Pacific",
    "Middle East",
    "China",
    "Japan",
    "Germany",
    "Canada",
    "United Kingdom",
    "Rest of the world",
    "Domestic",
    "International",
    "Developed markets",
    "Emerging markets",
)
GOODS = (
    "Appliances",
    "Footwear",
    "Subscriptions",
    "Cloud services",
    "Consumer health",
    "Vaccines",
    "Packaging",
    "Lubricants",
    "Gaming",
    "Entertainment",
    "Computing",
    "Services",
    "Wholesale",
    "Retail",
    "Oncology",
    "Batteries",
    "Tools",
)
COUNTS = (
    "Stores",
    "Employees",
    "Full-time employees",
    "Customers",
    "Passengers carried",
    "Vessels",
    "Hotel rooms",
    "Beds",
    "Members",
    "Subscribers",
    "Flights",
    "Countries served",
    "Warehouses",
    "Patents held",
    "Tonnes shipped",
)
MEASURES = {
    "Net sales": ("sales", "revenue", "top line"),
    "Operating income": ("operating profit", "operating income"),
    "Adjusted EBITDA": ("adjusted EBITDA", "EBITDA contribution"),
    "Units sold": ("units sold", "volume"),
}
SYLLABLES = (
    "al ar bel cor dan el fen gra hol in jor kel lan mar nor ol pra quin ros sel tor ul "
    "ver wes xan yor zel".split()
)
KINDS = ("Inc", "Corporation", "plc", "Group", "Holdings", "Industries", "Foods", "Systems")
ASIDES = (
    "See accompanying notes to consolidated financial statements.",
    "The accompanying notes are an integral part of these statements.",
)
ABOUT = (
    "{Asked} is recorded at cost and reviewed every year as described in Note {n}. The company "
    "expects no material effect of the new standard on {asked}.",
    "Management uses {asked} to assess performance. {Asked} may not be comparable with similarly "
    "titled measures of other companies, and is subject to the risks described in Item 1A.",
    "Changes in prices, exchange rates and demand could harm our {asked}. If our estimates of "
    "{asked} prove to be wrong, our results could suffer.",
)
TOLD = (
    "{Asked} was {low} in {now}, compared with {high} in {then}.",
    "In {now}, {asked} came to {high}, after {low} a year earlier.",
    "{Asked} increased to {high} in {now} from {low} in {then}, mainly because of higher prices.",
    "{Asked} decreased from {high} in {then} to {low} in {now}, reflecting lower volumes.",
)
