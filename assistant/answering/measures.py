"""What the numbers of a text measure: their scale (million) and their unit (kg, dollars, weeks)."""

from collections.abc import Sequence

from assistant.answering.hard_items import Token

Measure = tuple[str, str]  # scale and unit; "" for what a number has not

_SCALES = frozenset("hundred thousand million billion trillion".split())
_UNITS = {
    stem: name
    for name, stems in {
        "percent": "percent % percentag pct",
        "dollars": "dollar $ usd",
        "euros": "euro € eur",
        "pounds": "pound £ gbp lb",
        "yen": "yen ¥ jpi",
        "seconds": "second sec",
        "minutes": "minut min",
        "hours": "hour hr",
        "days": "day",
        "weeks": "week",
        "months": "month",
        "years": "year yr",
        "decades": "decad",
        "centuries": "centuri",
        "kilometres": "kilometr kilomet km",
        "miles": "mile mi",
        "metres": "metr meter m",
        "centimetres": "centimetr centimet cm",
        "millimetres": "millimetr millimet mm",
        "feet": "feet foot ft",
        "inches": "inch",
        "yards": "yard",
        "hectares": "hectar ha",
        "acres": "acr",
        "kilograms": "kilogram kg",
        "grams": "gram g",
        "tonnes": "tonn ton",
        "ounces": "ounc oz",
        "litres": "litr liter",
        "gallons": "gallon",
        "degrees": "° degre",
        "watts": "watt",
        "kilowatts": "kilowatt kw",
        "megawatts": "megawatt mw",
    }.items()
    for stem in stems.split()
}
_SIGNS = frozenset("$€£¥")
_BETWEEN = frozenset("squar cubic us nautic".split())  # may stand between a number and its unit
_REACH = 3


def measure(tokens: Sequence[Token], at: int) -> Measure:
    """The scale and the unit of the number at this place."""
    before = tokens[at - 1].text if at else ""
    scale, unit = "", _UNITS[before] if before in _SIGNS else ""
    for token in tokens[at + 1 : at + 1 + _REACH]:
        if token.stem in _SCALES and not scale:
            scale = token.stem
        elif token.stem in _UNITS:
            return scale, unit or _UNITS[token.stem]
        elif token.stem not in _BETWEEN:
            break
    return scale, unit


def differ(one: Measure, other: Measure) -> bool:
    """Whether they cannot both be what a number measures; a scale or unit may go unsaid."""
    return any(a and b and a != b for a, b in zip(one, other, strict=True))


def named(one: Measure) -> str:
    """The measure in words."""
    return " ".join(part for part in one if part)
