"""Reads a plain English sentence as subject, verb and rest, so that it can be asked for.

No grammar, only words: sentences that it cannot be sure of are left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.english import english

MOST_SUBJECT = 8  # words
AUXILIARIES = frozenset(
    "is are was were will can may must should would could cannot has have had".split()
)
_HAVE = frozenset(("has", "have", "had"))
_ASKED_AS = {"cannot": "can", "may": "can"}
_VERBS = (
    "accept allow apply arrive ask award begin belong bind bring build buy call carry cause change "
    "charge check close combine connect contain cost cover create decide deliver depend describe "
    "determine end ensure enter exclude expire fall follow give go guarantee handle happen have "
    "help hold include keep last lead leave limit live load look lose make manage mean meet move "
    "need notify occur offer open order organise organize own pass pay perform post prepare "
    "prevent produce promise prohibit protect provide publish put raise reach read receive reduce "
    "refer refund reimburse release rely remain remove repair replace report represent require "
    "return review rise run sail save say see sell send serve set show sign sit stand start stay "
    "stop store supply support take teach tell travel use visit wait walk want watch wear win "
    "work write"
).split()
_IRREGULAR = {
    "began": "begin", "bound": "bind", "brought": "bring", "built": "build", "bought": "buy",
    "fell": "fall", "gave": "give", "went": "go", "goes": "go", "held": "hold", "kept": "keep",
    "led": "lead", "left": "leave", "lost": "lose", "made": "make", "meant": "mean",
    "met": "meet", "paid": "pay", "ran": "run", "rose": "rise", "said": "say", "saw": "see",
    "sold": "sell", "sent": "send", "sat": "sit", "stood": "stand", "took": "take",
    "taught": "teach", "told": "tell", "wore": "wear", "won": "win", "wrote": "write",
}  # fmt: skip
_TRANSITIVE = frozenset(
    "accept award bring build carry contain cover exclude follow give guarantee handle include "
    "need offer pay prepare present produce provide receive replace report require review "
    "send serve show submit support supply use wear".split()
)
_CONNECTOR = re.compile(
    r"^(?:however|additionally|in addition|finally|furthermore|moreover|overall|therefore|"
    r"for example|for instance|in general|generally|on the other hand|as a result|lastly|"
    r"in (?:some|most|many|certain) cases|please note that|note that|similarly|likewise|"
    r"typically|also|then|thus)\b,?\s+",
    re.I,
)
_LEAD = re.compile(
    r"^((?:if|when|before|after|in order to|during|once|until|at|on|in|by|under|since|unless|"
    r"for|with|from|to)\b[^,;:]{5,90}),\s+(?=\w)",
    re.I,
)
_CONDITION = re.compile(r"(?:if|when|once) (?!\w+ing\b)")
# heads that stand for something said before, and words that make a subject a clause
_VAGUE = frozenset(
    "it its they their them this these those that he she his her him there such both other others "
    "another one some any each which who what here so but and or yes no neither either many most "
    "few as because while although though whose i half two three four several not nobody nothing "
    "everything everyone below above in at on for by with "
    "under within during from to of after before if when once until since how where".split()
)
# sentences that begin so tell somebody what to do
_ORDERS = frozenset(
    "make ensure check ask keep call contact be do remember visit please label take provide give "
    "use consider submit review talk speak inform bring follow develop maintain monitor research "
    "analyze always never".split()
)
# what a company says of itself
_BOASTS = re.compile(
    r"^(?:\w+ (?:proud|committed|happy|pleased|excited|dedicated|here|rest assured|"
    r"be (?:aware|sure))|want|believe|strive)\b"
)
_NOMINAL = re.compile(
    r"(?:tion|ment|ness|ity|sis|ies|ance|ence|log(?:y|ist)|al|ing|ive|ic|work|ous|[ai]ble|ary)s?$"
)
_BREAKS = frozenset("that which who whom whose if when because but so as while than where".split())
_DETERMINERS = frozenset("the a an all any your our no every each of and or".split())
_AFTER_PARTICIPLE = frozenset("for in by on at to with from as under".split())
_WORD = re.compile(r"\S+")
_SHORTENED = re.compile(r"\b(you|we|they)['’](ll|re|ve)\b", re.I)
_FULL = {"ll": "will", "re": "are", "ve": "have"}
_PARTICIPLE = re.compile(r"(?:already |also |never |not )?(?:been|\w+ed|\w+en|made|paid|held)\b")


@dataclass(frozen=True)
class Clause:
    """`subject` and `predicate` as they stand; `auxiliary` and `rest` as a question has them.

    “The boat carries 240 people” has the auxiliary “does” and the rest “carry 240 people”. `lead`
    is what stood in front, like “if you are late”.
    """

    subject: str
    predicate: str
    auxiliary: str
    rest: str
    lead: str = ""

    @property
    def verb(self) -> str:
        """The verb after the auxiliary, in the form it has there."""
        return self.rest.split(" ", 1)[0].lower()

    @property
    def takes_object(self) -> bool:
        """Whether one can ask what it is that the subject does the verb to."""
        if self.auxiliary in ("is", "are", "was", "were"):
            return False
        return self.verb in _TRANSITIVE and (self.auxiliary, self.verb) != ("can", "need")


def read_clause(sentence: str) -> Clause | None:
    """The parts of a sentence; None if it is too tangled, or speaks of something said before."""
    lead, text = _without_lead(sentence)
    words = [(match.start(), match.group()) for match in _WORD.finditer(text)]
    at = _verb_at([word for _, word in words])
    if not at:
        return None
    subject = text[: words[at][0]].strip()
    predicate = text[words[at][0] :]
    auxiliary, rest = _inverted(predicate)
    if not rest or not _plain(subject) or _BOASTS.match(predicate):
        return None
    return Clause(lowered(subject), predicate, auxiliary, rest, lead)


def condition(sentence: str) -> str:
    """What a sentence begins with if it says on what condition something holds, else ""."""
    lead, _ = _without_lead(sentence)
    return lead if _CONDITION.match(lead) else ""


def _without_lead(sentence: str) -> tuple[str, str]:
    """What stands before the subject, in small letters, and the rest; both empty where a part of
    the sentence is missing."""
    text = " ".join(sentence.split())
    if text[:1].islower() or text[-1:] not in ".!:":
        return "", ""
    text = _SHORTENED.sub(_in_full, text.rstrip(" .!:"))
    text = _CONNECTOR.sub("", text)
    if found := _LEAD.match(text):
        return found[1][0].lower() + found[1][1:], text[found.end() :]
    return "", text


def _in_full(match: re.Match[str]) -> str:
    return f"{match[1]} {_FULL[match[2]]}"


def lowered(text: str) -> str:
    """The text without the capital that only the beginning of a sentence gave it."""
    first, _, following = text.partition(" ")
    second = following[:1]
    name = second.isupper() and first.lower() not in ("the", "a", "an", "all", "each", "every")
    if not first[:1].isupper() or first[1:].lower() != first[1:] or name:
        return text
    word = first.lower().strip(",.'’")
    if word == "a" or {word, word.removesuffix("s")} & english() or _NOMINAL.search(word):
        return text[0].lower() + text[1:]
    return text


def _verb_at(words: list[str]) -> int:
    """The place of the verb among the words; 0 if there is none to be sure of."""
    verbs = [
        at
        for at in _within_reach(words)
        if is_verb(words[at])
        and words[at - 1].lower() not in _DETERMINERS
        and not words[at - 1].endswith(("'s", "’s"))
        and not (words[at].endswith("ed") and words[at + 1].lower() in _AFTER_PARTICIPLE)
    ]
    if not verbs:
        return 0
    # “transport costs are refunded”: what looks like a verb is a noun before an auxiliary
    following = [at for at in verbs[1:] if words[at].lower() in AUXILIARIES]
    if words[0].lower() in ("we", "you", "i"):
        return verbs[0]
    return following[0] if following and words[verbs[0]].lower() not in AUXILIARIES else verbs[0]


def _within_reach(words: list[str]) -> Iterator[int]:
    for at in range(1, min(len(words) - 1, MOST_SUBJECT + 1)):
        if words[at].lower() in _BREAKS or words[at - 1][-1] in ",;:()":
            return
        yield at


def is_verb(word: str) -> bool:
    """Whether a word is a form of a verb that is known."""
    return word.lower() in AUXILIARIES or (word.islower() and bool(_base(word)))


def _base(word: str) -> str:
    """The verb that a word is a form of; "" if it is none that is known."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, instead in (
        ("ies", "y"), ("ied", "y"), ("es", "e"), ("es", ""), ("s", ""), ("ed", "e"), ("ed", ""),
        ("", ""),
    ):  # fmt: skip
        if word.endswith(ending) and (base := word.removesuffix(ending) + instead) in _VERBS:
            return base
    return ""


def _inverted(predicate: str) -> tuple[str, str]:
    """The auxiliary of a question, and what follows its subject."""
    first, _, rest = predicate.partition(" ")
    word = first.lower()
    if word in AUXILIARIES and (word not in _HAVE or _PARTICIPLE.match(rest)):
        return _ASKED_AS.get(word, word), rest.removeprefix("not ")
    base = _base(word) or "have"
    if word == base:
        does = "do"
    elif word.endswith("s"):
        does = "does"
    else:
        does = "did"
    return does, f"{base} {rest}".strip()


def _plain(subject: str) -> bool:
    words = subject.lower().split()
    several = len(words) > 1
    return (
        words[0] not in _VAGUE
        and words[0] not in _ORDERS
        and not (several and words[0].endswith("ing"))
        and not (several and {"you", "we", "i"} & set(words[1:]))
        and words != ["all"]
        and not set(words) & _BREAKS
        and not re.search(r"[,;:()\[\]“”\"*#•]", subject)
        and words[-1] not in ("to", "of", "not", "also", "and", "or", "for", "in")
    )
