"""Makes a follow-up question stand alone, from the questions asked before it.

By rules, so it needs no model and can be explained: the rewrite is shown beside the question.
"""

import re
from collections.abc import Sequence

from assistant.sentences import words

_OPENERS = re.compile(
    r"^\s*(?:(?:and|but|or|so|then|ok(?:ay)?|also)\b[\s,]*)*"
    r"(?:(?:what|how) about\b|same (?:question )?for\b|only\b)?\s*",
    re.I,
)
_FOLLOWS = re.compile(r"^\s*(?:and|but|or|so|also|(?:what|how) about|same)\b", re.I)
_ASKS = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|"
    r"will|would|should|has|have|had|list|name|describe|explain|tell)\b",
    re.I,
)
_PRONOUN = re.compile(
    r"\b(?P<owner>its|their|his|her)\b|\b(?P<thing>it|they|them|he|she|him|that one|this one)\b",
    re.I,
)
_PREPOSITION = re.compile(
    r"^(?P<word>in|for|on|at|by|from|since|during|until|after|before|with|without|of|to|under)\s+",
    re.I,
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d{2}\b")
_NAME = re.compile(r"\b[A-Z][\w’'&-]*(?:\s+(?:of|the|and|&)?\s*[A-Z][\w’'&-]*)*")
_PHRASE = re.compile(
    r"\b(?:the|a|an|our|my|your)\s+([\w’'-]+(?:\s[\w’'-]+){0,3}?)(?=\s(?:of|in|for|on|at|"
    r"by|from|to|with|is|are|was|were|have|has|do|does|cost|last|apply)\b|[?.,]|$)",
    re.I,
)


def rewrite_follow_up(question: str, earlier: Sequence[str]) -> str:
    """The question as it would be asked on its own; unchanged when it already stands alone.

    `earlier` are the standalone forms of the questions before it, oldest first.
    """
    if not earlier:
        return question
    previous = earlier[-1]
    rest = _OPENERS.sub("", question, count=1).strip()
    asks = _ASKS.match(rest) is not None
    if _FOLLOWS.match(question) and not asks and rest:
        return _with_part_replaced(previous, rest)
    if not asks and len(words(rest)) <= 3 and _PREPOSITION.match(rest):
        return _with_part_replaced(previous, rest)
    if (pronoun := _PRONOUN.search(question)) and not _names_before(question, pronoun.start()):
        return _with_pronoun_replaced(question, previous)
    return question


def _with_part_replaced(previous: str, rest: str) -> str:
    """The previous question with the part of `rest`'s kind (year, name, "in ...") exchanged."""
    part = rest.rstrip(" ?.!")
    preposition = _PREPOSITION.match(part)
    bare = part[preposition.end() :] if preposition else part
    if _YEAR.fullmatch(bare) and (years := list(_YEAR.finditer(previous))):
        return _put(previous, years[-1].span(), bare)
    names = [m for m in _NAME.finditer(previous) if m.start() > 0]
    if preposition:
        word = preposition["word"]
        last = r"(?:the\s+)?[\w’'&-]+(?:\s+(?:[A-Z][\w’'&-]*|\d[\d.,]*))*(?=[?.!]?\s*$)"
        same = rf"\b{word}\s+{last}"
        if match := re.search(same, previous, re.I):
            return _put(previous, match.span(), part)
        if not (names and bare[:1].isupper()):
            return f"{previous.rstrip(' ?.!')} {part}?"
    name = re.sub(r"^(?:the|a|an)\s+(?=[A-Z])", "", bare)
    if names and name[:1].isupper() and not name.isupper():
        return _put(previous, names[-1].span(), name)
    if (phrase := _last_phrase(previous)) and words(bare)[:1] in (["the"], ["a"], ["an"]):
        return _put(previous, phrase.span(), bare)
    return f"{previous.rstrip(' ?.!')}, {bare}?"


def _with_pronoun_replaced(question: str, previous: str) -> str:
    subject = _subject(previous)
    if not subject:
        return f"{question.rstrip(' ?')} ({previous.rstrip(' ?')})?"

    def put(match: re.Match[str]) -> str:
        return f"{subject}’s" if match["owner"] else subject

    return _PRONOUN.sub(put, question, count=1)


def _names_before(question: str, position: int) -> bool:
    return any(0 < m.start() < position for m in _NAME.finditer(question))


def _subject(text: str) -> str:
    """What a pronoun after this question is likely to mean: a name, else "the ..." it is about."""
    if names := [m.group() for m in _NAME.finditer(text) if m.start() > 0]:
        return names[0]
    phrases = list(_PHRASE.finditer(text))
    if len(phrases) > 1 and text[phrases[0].end() : phrases[1].start()].strip() == "of":
        return phrases[1].group()  # of "the price of the sensor", the sensor
    return phrases[0].group() if phrases else ""


def _last_phrase(text: str) -> re.Match[str] | None:
    phrases = list(_PHRASE.finditer(text))
    return phrases[-1] if phrases else None


def _put(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]
