"""Questions changed so that a passage which answered them no longer does, as the unanswerable ones
of SQuAD 2.0 are: by another name, number, antonym or a negation (Rajpurkar et al. 2018,
https://arxiv.org/abs/1806.03822, table 1)."""

import random
import re

OPPOSITES = (
    "first last", "largest smallest", "biggest smallest", "highest lowest", "most least",
    "more less", "before after", "north south", "east west", "northern southern",
    "eastern western", "increase decrease", "increased decreased", "oldest youngest",
    "earliest latest", "early late", "begin end", "began ended", "start finish", "win lose",
    "won lost", "male female", "men women", "man woman", "father mother", "son daughter",
    "husband wife", "king queen", "inside outside", "above below", "minimum maximum", "open close",
    "opened closed", "public private", "support oppose", "supported opposed", "buy sell",
    "bought sold", "upper lower", "left right", "old new", "older newer", "major minor",
    "majority minority", "longest shortest", "strong weak", "rich poor", "internal external",
    "import export", "arrive leave", "arrived left", "enter leave", "entered left",
    "always never", "all none", "domestic foreign", "gain lose", "gained lost", "accepted rejected",
    "allowed forbidden", "legal illegal", "best worst", "better worse", "good bad", "day night",
    "summer winter", "white black", "full empty", "same different", "earlier later",
    "ancient modern", "fast slow", "fastest slowest", "high low", "higher lower", "large small",
    "larger smaller", "long short", "longer shorter", "built destroyed", "created destroyed",
    "friend enemy", "attacked defended", "joined left", "born died", "birth death",
)  # fmt: skip
_OPPOSITE = {a: b for pair in OPPOSITES for a, b in (pair.split(), pair.split()[::-1])}
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w'-]+(?: (?:of |the )?[A-Z][\w'-]+)*")
_VERB = re.compile(r"\b(is|are|was|were|did|does|do|can|could|has|had|will|would|should)\b")
_WORD = re.compile(r"[a-z]+")


def altered(question: str, passage: str, dice: random.Random) -> str | None:
    """The question changed in one place, or None when nothing in it can be changed."""
    ways = [_another_name, _another_number, _opposite, _negated]
    dice.shuffle(ways)
    # a negation can be put anywhere: too many would teach to look for "not" alone
    if ways[0] is _negated and dice.random() < 0.6:
        ways.append(ways.pop(0))
    for way in ways:
        changed = way(question, passage, dice)
        if changed and changed != question:
            return changed
    return None


def _another_name(question: str, passage: str, dice: random.Random) -> str | None:
    found = list(_NAME.finditer(question))
    others = sorted({m[0] for m in _NAME.finditer(passage)} - {m[0] for m in found})
    others = [name for name in others if name not in question]
    if not found or not others:
        return None
    chosen = dice.choice(found)
    return question[: chosen.start()] + dice.choice(others) + question[chosen.end() :]


def _another_number(question: str, passage: str, dice: random.Random) -> str | None:
    found = list(_NUMBER.finditer(question))
    if not found:
        return None
    chosen = dice.choice(found)
    there = {m[0] for m in _NUMBER.finditer(passage)} - {chosen[0]}
    near = sorted(number for number in there if len(number) == len(chosen[0]))
    digits = "".join(dice.choice("0123456789") if c.isdigit() else c for c in chosen[0][1:])
    other = dice.choice([*near, chosen[0][0] + digits])
    return question[: chosen.start()] + other + question[chosen.end() :]


def _opposite(question: str, passage: str, dice: random.Random) -> str | None:
    found = [m for m in _WORD.finditer(question) if m[0] in _OPPOSITE]
    if not found:
        return None
    chosen = dice.choice(found)
    return question[: chosen.start()] + _OPPOSITE[chosen[0]] + question[chosen.end() :]


def _negated(question: str, passage: str, dice: random.Random) -> str | None:
    found = _VERB.search(question)
    if not found:
        return None
    word = dice.choice(("not", "never", "not"))
    after = question[found.end() :].split(" ", 2)
    if found[0] in ("did", "does", "do") and len(after) == 3:  # "did X not do"
        return f"{question[: found.end()]} {after[1]} {word} {after[2]}"
    return f"{question[: found.end()]} {word}{question[found.end() :]}"
