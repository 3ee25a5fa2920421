"""Questions that a passage answers, made by rule: what is proposed where no model can ask.

Questions are made of one sentence, table row or list each, in words of the text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.retrieval.readable import readable
from assistant.sentences import count_words, sentences
from assistant.training.clauses import AUXILIARIES, Clause, condition, is_verb, lowered, read_clause

SHORTEST, LONGEST = 4, 18  # words of a question
LONGEST_ANSWER = 60  # words of what is asked about; a list may have more
_NUMBER = (
    r"(?:\d[\d,.]*\d|\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|"
    r"twenty|thirty|forty|fifty|sixty|ninety|half an?)"
)
_UNIT = r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?)"
_SPAN = rf"{_NUMBER}(?:[ -](?:business|working|calendar|full|consecutive))?[ -]{_UNIT}"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_WHEN = (
    r"(?:\d{1,2}:\d\d|\d{1,2} ?[ap]\.?m\b\.?|noon|midnight|"
    rf"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:\d{{1,2}} )?{_MONTH}(?: (?:19|20)\d\d)?|"
    r"(?:19|20)\d\d)\b"
)
_LONG = re.compile(rf"\bfor (?:up to |at least |about |another )?{_SPAN}", re.I)
_SOON = re.compile(rf"\bwithin (?:the first )?{_SPAN}(?: of .*)?", re.I)
_RELATIVE = re.compile(
    rf"\b(?:until |up to |at least |about |no later than )*{_SPAN} "
    r"(?P<what>(?:before|after) (?:(?:the|your|each) )?\w+|ahead|in advance)\b",
    re.I,
)
_DATED = re.compile(
    rf"\b(?P<how>no later than|by|before|until|from|after|on|at|in) (?=\d|(?-i:[A-Z])|noon|"
    rf"midnight){_WHEN}(?:(?:,|,? and| or| to| at| of|,? until)? {_WHEN})*",
    re.I,
)
_TIME = re.compile(r"\d{1,2}:\d\d")
_ASKS_WHEN = {"on": "When", "at": "When", "in": "When", "no later than": "By when"}
_MANY = re.compile(
    rf"^(?P<verb>\w+) (?:about |up to |at least |only )?(?P<number>{_NUMBER}) "
    r"(?!per\b|hundred|thousand|million|billion)(?P<what>[a-z-]+(?: [a-z-]+s\b)?)(?P<tail>.*)$",
    re.I,
)
_MONEY = re.compile(
    r"^(?:cost |pay |award )?(?:up to |about )?[£$€]\s?\d[\d,.]*(?: [mb]illion| thousand)?", re.I
)
_DEFINES = re.compile(
    r"^(?:is|are) (?:an?|the) (?!important|excellent|great|good|essential|valuable|critical|key|"
    r"crucial|long|part\b)\w+",
    re.I,
)
_PERSON = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Captain|Professor)\b|\b(?:manager|officer|director|purser|captain|"
    r"president|chair|committee|engineer|supervisor|team)\b"
)
_GROUPS = re.compile(r"\b(?:persons?|contacts?|names?|owners?|responsible|managers?)\b", re.I)
_AWKWARD = re.compile(
    r"^(?:how|when|where|who|from|since)\b|\b(?:by|every|kept|open|until|to|of|on)$"
)
# where a sentence can be cut: what follows adds to it and is not part of a list
_ADDS = re.compile(
    r"(?<!\d),(?= (?:which|who|so|but|because|while|with|such as|including|where|as well as)\b)"
    r"| (?=and (?:the|your|our|you|we) )|;|:(?!\d)|\(| [–—] | (?:because|which|so that)\b"
)
_DANGLING = re.compile(
    r"(?: (?:up to|at least|because|such as|including|and|or|as|"
    r"with|to|of|for|by))+$"
)
_FIGURE = re.compile(r"[(£$€+-]*\d[\d,.]*[%)]*")
_CODE = re.compile(r"[A-Z]{0,3}\d{0,3}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SWAPS = {"your": "my", "yours": "mine", "yourself": "myself", "we": "you", "our": "your",
          "us": "you", "ours": "yours"}  # fmt: skip
_PREPOSITIONS = frozenset("for to with from by of on at in about around against let".split())
_AUXILIARY_OF = {"are": "am", "were": "was"}


@dataclass(frozen=True)
class Asked:
    """A question; the larger `worth` is (0-1), the more it reads like one that people ask."""

    text: str
    worth: float


def questions_about(
    text: str, *, heading: str = "", header: str = "", opens: bool = False
) -> list[Asked]:
    """Questions that a sentence, list or table row answers, the best first. `header` is the header
    row of its table; `opens` tells that it is the first thing said under its heading."""
    found: Iterable[Asked]
    if "\t" in text:
        found = _of_row(text.split("\t"), header.split("\t"))
    elif "\n" in text:
        found = _of_list(text, heading)
    else:
        found = _of_sentence(readable(text, ""))
    asking = heading.strip("# ")
    if opens and asking.endswith("?"):
        found = [Asked(asking, 1.0)]
    best: dict[str, Asked] = {}
    for asked in found:
        if _fit(asked.text):
            best.setdefault(asked.text.lower(), asked)
    return sorted(best.values(), key=lambda asked: -asked.worth)


def _of_row(cells: list[str], heads: list[str]) -> Iterator[Asked]:
    cells, heads = [c.strip() for c in cells], [h.strip() for h in heads]
    if len(heads) != len(cells) or not cells[0] or count_words(cells[0]) > 8:
        return
    figures = sum(bool(_FIGURE.fullmatch(cell)) for cell in cells[1:])
    name, key = _name_of_row(cells, heads, figures)
    for head, cell in zip(heads[key:], cells[key:], strict=True):
        low = lowered(head)
        if not cell or not head or low in ("what", "event", "notes") and heads[0].lower() != "date":
            continue
        if _YEAR.fullmatch(head):
            yield Asked(_asked(f"What was the figure for {name.split(',')[0]} in {head}"), 0.8)
        elif heads[0].lower() == "date":
            yield Asked(_asked(f"What is there on {name}"), 0.7)
        elif figures > 1 and _FIGURE.fullmatch(cell):
            yield Asked(_asked(f"What is the {low} figure for {name}"), 0.7)
        elif _GROUPS.search(low):
            yield Asked(_asked(f"Who is the {low} for {name}"), 0.8)
        elif _AWKWARD.search(low):
            yield Asked(_asked(f"{name}: {low}"), 0.6)
        else:
            yield Asked(_asked(f"What is the {low} for {name}"), 0.8)


def _name_of_row(cells: list[str], heads: list[str], figures: int) -> tuple[str, int]:
    """What a row is about, and in how many cells that stands: the first one, and before figures
    the second one if it has words too."""
    name = lowered(cells[0])
    if heads[0] and _CODE.fullmatch(cells[0]):
        name = f"{lowered(heads[0])} {cells[0]}"
    if figures > 1 and re.search(r"[a-z]{3}", cells[1]):
        return f"{name}, {lowered(cells[1])}", 2
    return name, 1


def _of_list(text: str, heading: str) -> Iterator[Asked]:
    """A list is asked for by the words that lead into it."""
    lead = " ".join(text.partition("\n")[0].split())
    if not lead.endswith(":"):
        return
    lead = lead[:-1]
    topic = heading.strip().rstrip(":")
    last = lead.split()[-1]
    if count_words(lead) <= 3 and last.endswith("s") and not is_verb(last) and topic:
        yield Asked(_asked(f"What are the {lowered(lead)} for {lowered(topic)}"), 0.7)
    clause = read_clause(f"{lead} the following.")
    if clause and clause.verb in ("include", "cover", "offer", "provide", "require", "exclude"):
        yield Asked(_asked(f"What {clause.auxiliary} {clause.subject} {clause.verb}"), 0.8)


def _of_sentence(text: str) -> Iterator[Asked]:
    if count_words(text) > LONGEST_ANSWER or len(sentences(text)) != 1 or text.endswith(("?", ":")):
        return
    if lead := condition(text):
        yield Asked(_asked(f"What happens {lead}"), 0.8)
    if clause := read_clause(text):
        yield from _for_facts(clause)
        yield from _for_things(clause)


def _for_facts(clause: Clause) -> Iterator[Asked]:
    """What asks for a time, a number or an amount of money."""
    rest = re.split(r",(?!\d)|[;(–—]|:(?!\d)| which | and (?=\w+ \w+ed\b)", clause.rest)[0].strip()
    for pattern, ask, worth in ((_LONG, "How long", 1.0), (_SOON, "How soon", 1.0)):
        if found := pattern.search(rest):
            yield _inverted(clause, ask, _without(rest, found), worth)
    if found := _RELATIVE.search(rest):
        yield _inverted(clause, f"How long {found['what']}", _without(rest, found), 0.9)
    if (found := _DATED.search(clause.rest)) and found.start() < len(rest):
        how = found["how"].lower()
        ask = _ASKS_WHEN.get(how, f"{how.capitalize()} when")
        left = _without(clause.rest, found)
        following = clause.rest[found.end() :]
        if not following.startswith((",", ";", " and", " or")) and not _TIME.search(left):
            yield _inverted(clause, ask, left, 0.9)
    if found := _MONEY.match(rest):
        verb = "cost" if rest.startswith("cost") else rest.split()[0] if rest[0].isalpha() else ""
        yield _inverted(clause, "How much", f"{verb} {rest[found.end() :]}".strip(), 1.0)
    elif found := _MANY.match(rest):
        if not re.fullmatch(_UNIT, found["what"], re.I) and found["what"].split()[0][-1] == "s":
            ask = f"How many {found['what']}"
            yield _inverted(clause, ask, f"{found['verb']}{found['tail']}", 1.0)


def _for_things(clause: Clause) -> Iterator[Asked]:
    """What asks who or what does something, what something is, whether it is so."""
    named = clause.subject.lower() not in ("you", "we", "employees", "members")
    if _PERSON.search(clause.subject):
        yield Asked(_asked(f"Who {clause.predicate}"), 0.7)
    elif named and _DEFINES.match(clause.predicate):
        yield Asked(_asked(f"What {clause.auxiliary} {clause.subject}"), 0.7)
    if clause.lead and clause.takes_object and count_words(clause.rest) > 2:
        yield _inverted(clause, "What", clause.verb, 0.7)
    if not re.search(r"\b(?:not|never|no|only|nor|cannot)\b|n't", clause.predicate):
        rest = _ADDS.split(clause.rest)[0]
        if not re.search(r",(?!\d)| to \w+$", rest):
            yield _inverted(clause, "", rest, 0.3)


def _inverted(clause: Clause, ask: str, rest: str, worth: float) -> Asked:
    """A question from its interrogative, "" for one that is answered with yes or no."""
    rest = _DANGLING.sub("", f" {rest}").strip()
    parts = (ask, clause.auxiliary, clause.subject, rest, clause.lead)
    return Asked(_asked(" ".join(part for part in parts if part)), worth)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]}{text[found.end() :]}".strip()


def _asked(text: str) -> str:
    """The words as a question of the reader: what the text calls “you” is “I” for them."""
    words = " ".join(text.split()).rstrip(" .,;").split(" ")
    said: list[str] = []
    for at, word in enumerate(words):
        bare = word.lower()
        before = said[-1].lower() if said else ""
        following = words[at + 1].lower() if at + 1 < len(words) else ""
        if bare == "you":
            said.append("I" if _acts(before, following) else "me")
            if said[-1] == "I" and before in _AUXILIARY_OF:
                said[-2] = _AUXILIARY_OF[before]
        elif bare in _AUXILIARY_OF and before == "i":
            said.append(_AUXILIARY_OF[bare])
        else:
            said.append(_SWAPS.get(bare, word))
    sentence = " ".join(said)
    return sentence[:1].upper() + sentence[1:] + "?"


def _acts(before: str, following: str) -> bool:
    """Whether “you” does something here rather than having it done."""
    if following in AUXILIARIES or following in ("or", "and"):
        return True
    return before in AUXILIARIES or not (before in _PREPOSITIONS or is_verb(before))


def _fit(question: str) -> bool:
    count = count_words(question)
    return (
        SHORTEST <= count <= LONGEST
        and not re.search(r"[\[\]{}<>|*_#“”\"]", question)
        and question.count("(") == question.count(")")
        and not re.search(r"\b(?:this|these|those|they|their|it|its|he|she)\b", question, re.I)
    )
