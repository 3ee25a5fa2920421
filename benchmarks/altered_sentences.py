"""Ways to alter a sentence: to say the same in other words, or one item of it otherwise.

Used by `benchmarks.verdicts`. Every change gives "" where the sentence has nothing to change.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from assistant.sentences import count_words
from benchmarks.answers import plain

FEWEST_WORDS = 6
LEADS = ("According to the document, ", "The passage states that ", "Based on the text, ")
PEOPLE = {"Nikola Tesla": "Tesla", "Martin Luther": "Luther"}  # titles that “he” may stand for
MONTHS = (
    "January February March April May June July August September October November December".split()
)
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NUMBER_WORDS = "two three four five six seven eight nine ten eleven twelve".split()
UNITS = [
    group.split()
    for group in (
        "thousand million billion trillion",
        "seconds minutes hours days weeks months years decades",
        "percent dollars euros",
        "% °C",
        "km mi",
        "kilometres miles",
        "kilometers miles",
        "metres feet",
        "meters feet",
        "kg g",
        "pounds kilograms",
        "tonnes pounds",
        "acres hectares",
        "€ $ £",
    )
]
_NUMBER = r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\w|[.,:/]\d)"
_ANY_NUMBER = re.compile(rf"{_NUMBER}|\b(?:{'|'.join(NUMBER_WORDS)})\b")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b(?![,.]\d)")
_MONTH = re.compile(rf"\b(?:{'|'.join(m for m in MONTHS if m != 'May')}|May(?= \d))\b")
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\b")
_NAME = re.compile(r"(?<=[a-z0-9,] )[A-Z][\w’-]+(?: [A-Z][\w’-]+)*")
_UNIT = re.compile(
    rf"(?:\d|\b(?:{'|'.join(NUMBER_WORDS)}|million|billion))[ -]?"
    rf"({'|'.join(unit for group in UNITS for unit in group if unit not in '€$£')})(?!\w)"
    r"|([€$£])(?= ?\d)"
)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|had|can|could|will|would|should|must|may|might|does|did)\b"
    r"(?! only| just| merely)|(?<=[a-z] )(?=[a-z]+ed\b)"
)
_NEGATIONS = (
    (re.compile(r"\bcannot\b"), "can"),
    (re.compile(r"\b(?:does|did) not "), ""),
    (re.compile(r" not\b(?! only| just| merely| neces)|n['’]t\b"), ""),
    (re.compile(r" never\b"), ""),
    (re.compile(r"\bwithout\b"), "with"),
    (re.compile(r"\bno(?= [a-z])(?! (?:longer|more|less))"), "some"),
    (re.compile(r"\bno longer\b"), "still"),
)


@dataclass(frozen=True)
class Chance:
    """What a change is drawn from."""

    draw: random.Random
    passage: str
    names: Sequence[str]  # of other articles

    def other(self, there: Sequence[str], *, than: str, text: str) -> str:
        """One of these that is not what it stands for and does not stand in the text; or ""."""
        said = f" {plain(text)} "
        free = {one for one in there if f" {plain(one)} " not in said and not akin(one, than)}
        return self.draw.choice(sorted(free)) if free else ""


def akin(one: str, other: str) -> bool:
    """Whether two items are the same written otherwise (4, four), or names with a word in common,
    its form included (Saxon, Saxony)."""
    if value(one) is not None:
        return value(one) == value(other)
    starts = {word[:4] for word in plain(one).split()}
    return bool(starts & {word[:4] for word in plain(other).split()})


def value(number: str) -> float | None:
    if number in NUMBER_WORDS:
        return NUMBER_WORDS.index(number) + 2.0
    return float(number.replace(",", "")) if number[0].isdigit() else None


Change = Callable[[str, Chance], str]


def rewritten(text: str, title: str, draw: random.Random) -> str:
    """The sentence as a model may write it: a person named, a clause cut away, digits grouped the
    other way, a lead-in in front; always one of them."""
    said = re.sub(r"^He\b", PEOPLE[title], text) if title in PEOPLE else text
    said = re.sub(r"\b\d{1,3}(?:,\d{3})+\b|\b\d{4,}\b", lambda m: _regrouped(m[0]), said)
    clause = re.search(r"(?<=\w), (?!and\b|or\b)(?=[a-z])[^,\d()\"”]+\.$", said)
    if clause and count_words(said[: clause.start()]) >= FEWEST_WORDS:
        said = said[: clause.start()] + "."
    if said != text and draw.random() < 0.5:
        return said
    opener = said.split()[0]
    keeps = opener.isupper() or not re.fullmatch(
        r"The|This|These|Those|That|In|On|At|It|He|She|They|A|An|His|Her|Its|Their|There|As|After|"
        r"Although|While|When|By|For|From|With|Since|During|However|Most|Many|Some|Other|One|All",
        opener.rstrip(","),
    )
    return draw.choice(LEADS) + (said if keeps else said[0].lower() + said[1:])


def _regrouped(digits: str) -> str:
    if "," in digits:
        return digits.replace(",", "")
    return digits if _YEAR.fullmatch(digits) else f"{int(digits):,}"


def number_changed(text: str, chance: Chance) -> str:
    def another(number: str) -> str:
        if number in NUMBER_WORDS:
            return chance.other(NUMBER_WORDS, than=number, text=chance.passage)
        worth = float(number.replace(",", ""))
        new = worth + chance.draw.randint(1, max(2, int(worth) // 3))
        return f"{new:,.{len(number.partition('.')[2])}f}"

    return _exchanged(text, _numbers(text), chance, another)


def number_of_passage(text: str, chance: Chance) -> str:
    there = [m.group() for m in _numbers(chance.passage)]
    return _exchanged(
        text, _numbers(text), chance, lambda n: chance.other(there, than=n, text=text)
    )


def name_changed(text: str, chance: Chance) -> str:
    away = [n for n in chance.names if not set(n.split()) & set(chance.passage.split())]
    return _exchanged(
        text, _names(text, chance), chance, lambda n: chance.other(away, than=n, text=text)
    )


def name_of_passage(text: str, chance: Chance) -> str:
    there = [n for n in _NAME.findall(chance.passage) if n not in (*MONTHS, *WEEKDAYS)]
    return _exchanged(
        text, _names(text, chance), chance, lambda n: chance.other(there, than=n, text=text)
    )


def date_changed(text: str, chance: Chance) -> str:
    def another(date: str) -> str:
        if date.isdigit():
            years = [str(int(date) + by) for by in (-20, -10, -3, -1, 1, 2, 5, 10)]
            return chance.other(years, than=date, text=chance.passage)
        kind = MONTHS if date in MONTHS else WEEKDAYS
        return chance.other(kind, than=date, text=chance.passage)

    dates = [m for pattern in (_YEAR, _MONTH, _WEEKDAY) for m in pattern.finditer(text)]
    return _exchanged(text, dates, chance, another)


def date_of_passage(text: str, chance: Chance) -> str:
    for pattern in chance.draw.sample((_YEAR, _MONTH, _WEEKDAY), 3):
        there = pattern.findall(chance.passage)
        found = _exchanged(
            text,
            list(pattern.finditer(text)),
            chance,
            partial(_other_of, chance, there, text),
        )
        if found:
            return found
    return ""


def _other_of(chance: Chance, there: Sequence[str], text: str, date: str) -> str:
    return chance.other(there, than=date, text=text)


def negation_added(text: str, chance: Chance) -> str:
    if re.search(r"\b(?:not|no|never|without|cannot|neither|nor|none)\b|n['’]t\b", text, re.I):
        return ""
    found = _AUXILIARY.search(text)
    if not found:
        return ""
    return text[: found.end()] + (" not" if found.group() else "never ") + text[found.end() :]


def negation_removed(text: str, chance: Chance) -> str:
    for pattern, instead in _NEGATIONS:
        if pattern.search(text):
            return pattern.sub(instead, text, count=1)
    return ""


def unit_changed(text: str, chance: Chance) -> str:
    def another(unit: str) -> str:
        group = chance.draw.choice([group for group in UNITS if unit in group])
        return chance.draw.choice([one for one in group if one != unit])

    return _exchanged(text, list(_UNIT.finditer(text)), chance, another)


def _exchanged(
    text: str, found: Sequence[re.Match[str]], chance: Chance, another: Callable[[str], str]
) -> str:
    """The text with one of these exchanged; "" if none can be."""
    for match in chance.draw.sample(found, len(found)):
        group = match.lastindex or 0
        if new := another(match[group]):
            return text[: match.start(group)] + new + text[match.end(group) :]
    return ""


def _numbers(text: str) -> list[re.Match[str]]:
    return [m for m in _ANY_NUMBER.finditer(text) if not _YEAR.fullmatch(m.group())]


def names_in(text: str) -> list[str]:
    """The names that do not open a sentence."""
    return _NAME.findall(text)


def _names(text: str, chance: Chance) -> list[re.Match[str]]:
    """The names of the passage in the text, also where one opens it."""
    there = sorted(set(_NAME.findall(chance.passage)) - {*MONTHS, *WEEKDAYS}, key=len, reverse=True)
    return list(re.finditer(rf"\b(?:{'|'.join(map(re.escape, there))})\b", text)) if there else []


CHANGES: dict[str, Change] = {
    "number": number_changed,
    "number, one of the passage": number_of_passage,
    "name": name_changed,
    "name, one of the passage": name_of_passage,
    "date": date_changed,
    "date, one of the passage": date_of_passage,
    "negation added": negation_added,
    "negation removed": negation_removed,
    "unit": unit_changed,
}
