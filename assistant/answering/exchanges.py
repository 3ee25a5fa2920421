"""Finds what a sentence says otherwise than its passages: an item that they lack, or one that
stands elsewhere in them while another stands in its place."""

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answering.hard_items import NUMBERS, Around, Kind, Text, Token, same
from assistant.answering.measures import differ, measure, named
from store.answer_records import Verdict

# How much more alike another item's place must be than any place of the item itself.
DOUBTFUL, CLEAR = 0.2, 0.35
ALIKE = 0.5  # least likeness of two places that tells anything
TWICE = 0.85  # the same for an item that the sentence has as well, in another place
SUBJECT = 0.3  # what counts for an item that stands in a heading, which is of all the passage
_CHECKED = NUMBERS | {Kind.MONTH, Kind.WEEKDAY, Kind.NAME}
_LISTS = frozenset({"and", "or"})
_PERSON = frozenset({"he", "she"})


@dataclass(frozen=True)
class Finding:
    """Something that speaks against a sentence, and how much of its support it takes (0-1)."""

    gravity: float = 0.0
    verdict: Verdict = Verdict.SUPPORTED
    reason: str = ""


def find(said: Text, known: Text, headings: int) -> Finding:
    """The gravest finding, one of no gravity if there is none; the first `headings` words of the
    known text stand in no sentence."""
    comparison = _Comparison(said, known, headings)
    found = (*comparison.items(), *comparison.negations())
    return max(found, key=lambda finding: finding.gravity, default=Finding())


class _Comparison:
    """A sentence beside the text of its passages."""

    def __init__(self, said: Text, known: Text, headings: int) -> None:
        self._said, self._known, self._headings = said, known, headings
        self._around = [said.around(*run) for run in said.runs]
        self._likeness: dict[tuple[int, int], float] = {}
        self._names = {t.stem for t in known.tokens if t.kind is Kind.NAME and not t.opens}
        checked = [at for at, token in enumerate(said.tokens) if token.kind in _CHECKED]
        self._own = {at: self._places(said.tokens[at]) for at in checked}
        self._claims: dict[int, list[int]] = {}  # the words of the sentence that stand at a place
        for at, places in self._own.items():
            for place in places:
                self._claims.setdefault(place, []).append(at)

    def _places(self, token: Token) -> list[int]:
        return [place for place, other in enumerate(self._known.tokens) if same(token, other)]

    def items(self) -> Iterator[Finding]:
        """What speaks against its numbers, dates and names."""
        for at, own in self._own.items():
            yield self._exchanged(at, own) if own else self._missing(at)
            if own and self._said.tokens[at].kind in NUMBERS:
                yield self._measured(at, own)

    def _missing(self, at: int) -> Finding:
        token = self._said.tokens[at]
        likeness, _ = self._rival(at)
        if token.kind is Kind.NAME and token.opens:
            # its capital may be that of any first word
            if likeness < TWICE and not self._stands_for_person(at):
                return Finding()
        elif token.kind is Kind.NUMBER and token.text.isalpha() and likeness < ALIKE:
            return Finding(0.4, Verdict.WEAK, _lacks(token))  # people count what passages list
        return Finding(0.9 + 0.1 * likeness, Verdict.UNSUPPORTED, _lacks(token))

    def _exchanged(self, at: int, own: list[int]) -> Finding:
        likeness, place = self._rival(at)
        lead = likeness - max(self._at_home(at, p) for p in own)
        if likeness < ALIKE or lead < DOUBTFUL:
            return Finding(0.3 * max(0.0, lead))
        instead, token = self._known.tokens[place].text, self._said.tokens[at].text
        fits = self._known.fits(self._around[at], *self._known.runs[place])
        verdict = Verdict.UNSUPPORTED if fits else Verdict.WEAK
        reason = f"It says “{token}” where the passage it cites says “{instead}”."
        return Finding(0.5 + 0.4 * lead, verdict, reason)

    def _rival(self, at: int) -> tuple[float, int]:
        """The place of another item of the kind that is most like the place of this one."""
        # a longer name that the item is part of is no other item, nor is one listed beside it
        own = {p for place in self._own[at] for p in range(*self._listed(place))}
        best = (0.0, -1)
        for place, other in enumerate(self._known.tokens):
            if other.kind is not self._said.tokens[at].kind or place in own:
                continue
            if other.kind is Kind.NAME and other.opens and other.stem not in self._names:
                continue
            likeness = self._like(at, place)
            if likeness > max(best[0], self._claimed(place)):
                best = (likeness, place)
        return best

    def _at_home(self, at: int, place: int) -> float:
        """How alike the places of an item are, of which the sentence may leave out what is listed
        beside it."""
        listed = self._known.likeness(self._around[at], *self._listed(place))
        return max(self._like(at, place), listed)

    def _listed(self, place: int) -> tuple[int, int]:
        """The run of the place with those that are listed beside it (“January and March”)."""
        tokens, (start, end) = self._known.tokens, self._known.runs[place]
        kind = tokens[place].kind
        while start > 1 and tokens[start - 1].stem in _LISTS and tokens[start - 2].kind is kind:
            start = self._known.runs[start - 2][0]
        while end + 1 < len(tokens) and tokens[end].stem in _LISTS and tokens[end + 1].kind is kind:
            end = self._known.runs[end + 1][1]
        return start, end

    def _claimed(self, place: int) -> float:
        """What a likeness has to exceed for a place whose item the sentence has as well."""
        claims = self._claims.get(place, ())
        return max(TWICE, *(self._like(at, place) for at in claims)) if claims else 0.0

    def _stands_for_person(self, at: int) -> bool:
        """Whether a bare name stands where the passages have “he” or “she”."""
        places = (p for p, t in enumerate(self._known.tokens) if t.text.lower() in _PERSON)
        return any(self._like(at, place) >= TWICE for place in places)

    def _measured(self, at: int, own: list[int]) -> Finding:
        """Whether the number has another unit where the passages have it."""
        mine = measure(self._said.tokens, at)
        best = max(self._like(at, place) for place in own)
        near = [place for place in own if self._like(at, place) >= best - 0.1]
        theirs = [measure(self._known.tokens, place) for place in near]
        if not all(differ(mine, one) for one in theirs):
            return Finding()
        reason = f"It says {named(mine)} where the passage it cites says {named(theirs[0])}."
        return Finding(0.8, Verdict.UNSUPPORTED, reason)

    def negations(self) -> Iterator[Finding]:
        """What only one side negates."""
        for at, token in enumerate(self._said.tokens):
            if token.kind is Kind.NEGATION:
                around = self._said.around(at, at + 1)
                lead = self._plain(self._known, around) - self._negated(self._known, around)
                if lead >= CLEAR:
                    yield _turned(lead, "It says “not” where the passage it cites does not.")
        for place, token in enumerate(self._known.tokens):
            if token.kind is Kind.NEGATION:
                around = self._known.around(place, place + 1)
                likeness, gap = self._plain_gap(self._said, around)
                lead = likeness - self._negated(self._said, around)
                mine = self._said.around(gap, gap)
                # the sentence may rest on other words, which negate nothing
                if lead >= CLEAR and self._plain(self._known, mine) < likeness:
                    yield _turned(lead, "The passage it cites says “not” where it does not.")

    def _negated(self, text: Text, around: Around) -> float:
        places = (p for p, t in enumerate(text.tokens) if t.kind is Kind.NEGATION)
        return max((text.likeness(around, p, p + 1) for p in places), default=0.0)

    def _plain(self, text: Text, around: Around) -> float:
        return self._plain_gap(text, around)[0]

    def _plain_gap(self, text: Text, around: Around) -> tuple[float, int]:
        """The gap with no negation beside it that has most of this around it, if half of it."""
        negated = {p for p, t in enumerate(text.tokens) if t.kind is Kind.NEGATION}
        gaps = (g for g in range(len(text.tokens) + 1) if not {g - 1, g} & negated)
        best = max(((text.likeness(around, g, g), g) for g in gaps), default=(0.0, 0))
        return best if best[0] >= ALIKE else (0.0, 0)

    def _like(self, at: int, place: int) -> float:
        """How alike the place of a word in the sentence and a place in the passages are."""
        if place < self._headings:
            return SUBJECT
        if (at, place) not in self._likeness:
            run = self._known.runs[place]
            self._likeness[at, place] = self._known.likeness(self._around[at], *run)
        return self._likeness[at, place]


def _turned(lead: float, reason: str) -> Finding:
    return Finding(0.4 + 0.5 * lead, Verdict.WEAK, reason)


def _lacks(token: Token) -> str:
    shown = f"“{token.text}”" if token.kind is Kind.NAME else token.text
    return f"{shown} does not stand in the passage it cites."
