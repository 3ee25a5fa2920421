"""Tells sentences that claim something from courtesies and from saying that nothing was found.

Only claims are checked: “Thanks for asking!” needs no source, and a model that declines is right.
"""

import re

from assistant.sentences import words

# Words of courtesy and of talk about the answer itself; a sentence of these alone claims nothing.
_COURTESY = frozenset(
    "a about again all always and any anything are as ask asked asking at be by can certainly "
    "contact could course day dear else feel follow for found free from get glad gladly great "
    "happy have hello help helped helpful helping helps hi hope i if in is it just kind know let "
    "like may me more need of on or our out please pleased pleasure question questions ready "
    "reach regards sincerely so sorry sure team thank thanks that the there this to today us use "
    "very want we welcome what will wish with would wonderful you your yours".split()
)
_NOT = r"(?:cannot|can ?not|can['’]t|could not|couldn['’]t|unable to|not able to)"
_DECLINES = re.compile(
    rf"\b(?:I|we)\b.{{0,20}}\b{_NOT}\b.{{0,30}}\b(?:find|answer|determine|tell|locate)\b"
    r"|\b(?:documents?|passages?|context|sources?|text|material)\b.{0,20}\b(?:do|does|did)"
    r"(?: not|n['’]t)\b.{0,20}\b(?:contain|mention|say|state|answer|provide|include|cover|give)\b"
    r"|\b(?:no|not enough) (?:answer|information|mention)\b"
    r"|\bI (?:do not|don['’]t) know\b"
    r"|\bwas given (?:none|no documents?)\b",
    re.I,
)


def claims(sentence: str) -> bool:
    """Whether the sentence says something that a document could bear out or not."""
    if declines(sentence):
        return False
    said = [word for word in words(sentence) if word.isalpha() or any(c.isdigit() for c in word)]
    return not set(said) <= _COURTESY


def declines(sentence: str) -> bool:
    """Whether the sentence says that the question cannot be answered."""
    return bool(_DECLINES.search(sentence))
