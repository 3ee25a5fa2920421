"""Checks each sentence of an answer against the passages it cites, and gives a verdict.

Checks are deterministic: words, numbers, names and negation. Nothing here asks a model.
"""

import re
from collections.abc import Sequence

from assistant.answering.citations import Cited, find_quote
from assistant.retrieval.selection import Passage
from assistant.sentences import words
from store.answer_records import AnswerSentence, Verdict
from store.keywords import stems

SUPPORTED = 0.8  # share of a sentence's words that its quote and passage must have
WEAK = 0.5
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_NAME = re.compile(r"\b[A-Z][A-Za-z’'-]*[a-z][\w’'-]*\b|\b[A-Z]{2,}\b")
_NEGATION = re.compile(r"\b(?:not|no|never|none|neither|nor|without|cannot|\w+n['’]t)\b", re.I)


def verify(sentence: Cited, passages: Sequence[Passage]) -> AnswerSentence:
    """The sentence with its verdict and the reason, from the passages it cites."""
    verdict, reason = _judge(sentence, [p for p in passages if p.marker in sentence.markers])
    return AnswerSentence(sentence.text, sentence.markers, verdict, reason)


def numbers_in(passage: Passage) -> list[str]:
    """The numbers of a passage as it writes them."""
    return _NUMBER.findall(_readable(passage))


def _judge(sentence: Cited, cited: Sequence[Passage]) -> tuple[Verdict, str]:
    if not cited:
        return Verdict.UNSUPPORTED, "It names no passage it rests on."
    known = "\n".join(_readable(passage) for passage in cited)
    if missing := _missing(_NUMBER, sentence.text, known):
        return Verdict.UNSUPPORTED, f"{missing} does not stand in the passage it cites."
    if missing := _missing_name(sentence.text, known):
        return Verdict.UNSUPPORTED, f"“{missing}” does not stand in the passage it cites."
    quotes = [p.hit.chunk.text[slice(*find_quote(sentence.text, p))] for p in cited]
    share = _share(sentence.text, known)
    near = max(_share(sentence.text, quote) for quote in quotes)
    if share < WEAK:
        return Verdict.UNSUPPORTED, f"Only {share:.0%} of its words stand in the passage it cites."
    negated = bool(_NEGATION.search(sentence.text))
    if all(bool(_NEGATION.search(quote)) != negated for quote in quotes):
        return Verdict.WEAK, "It says “not” where the passage does not, or the other way round."
    if share < SUPPORTED or near < WEAK:
        return Verdict.WEAK, f"{near:.0%} of its words stand together in the passage it cites."
    return Verdict.SUPPORTED, f"{share:.0%} of its words stand in the passage it cites."


def _readable(passage: Passage) -> str:
    headers = {evidence.header for evidence in passage.evidence}
    return "\n".join([passage.hit.chunk.context, *headers, passage.hit.chunk.text])


def _missing(pattern: re.Pattern[str], text: str, known: str) -> str:
    there = {_plain(n) for n in pattern.findall(known)}
    return next((n for n in pattern.findall(text) if _plain(n) not in there), "")


def _missing_name(text: str, known: str) -> str:
    """A name of the sentence that the passages lack; its first word may just be a capital."""
    there = set(stems(known))
    for match in _NAME.finditer(text):
        opens = not words(text[: match.start()])
        if not opens and not set(stems(match.group())) <= there:
            return match.group()
    return ""


def _share(text: str, known: str) -> float:
    mine, there = stems(text), set(stems(known))
    return sum(stem in there for stem in mine) / len(mine) if mine else 0.0


def _plain(number: str) -> str:
    return number.replace(",", "").rstrip(".:/")
