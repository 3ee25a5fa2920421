"""Finds personal data in text and puts placeholders in its place.

Mail addresses, phone numbers, payment cards (checked by Luhn's digit), IBANs (checked by their
check digits, ISO 13616), and names from a list that people give. What looks like one and is not
costs little: a reviewer sees every mark.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from store.training_records import Example, Turn


class Kind(StrEnum):
    """What a piece of personal data is; its placeholder is this in brackets."""

    IBAN = "IBAN"
    CARD = "CARD"
    MAIL = "MAIL"
    PHONE = "PHONE"
    NAME = "NAME"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Kind.IBAN: "bank account",
    Kind.CARD: "card number",
    Kind.MAIL: "mail address",
    Kind.PHONE: "phone number",
    Kind.NAME: "name",
}


@dataclass(frozen=True)
class Mark:
    """A span of a text that is personal data."""

    start: int
    end: int
    kind: Kind


# characters of an IBAN by country (registry of ISO 13616)
_IBAN_LENGTHS = dict(
    pair.split(":")
    for pair in (
        "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 "
        "DE:22 DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 "
        "HR:21 HU:28 IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LI:21 LT:20 LU:20 LV:21 "
        "MC:27 MD:24 ME:22 MK:19 MR:27 MT:31 MU:30 NL:18 NO:15 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 "
        "RS:22 SA:24 SE:24 SI:19 SK:24 SM:27 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20"
    ).split()
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.I)
_CARD = re.compile(r"(?<![\d.,+-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\d-])")
_MAIL = re.compile(r"\b[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")
_GAP = r"[ ./-]?"
_PHONE = re.compile(
    rf"""(?<![\w.,/+-])(?:
        (?:\+|00)[1-9]\d{{0,2}}{_GAP}(?:\(0\){_GAP})?(?:\(\d{{1,5}}\){_GAP})?\d(?:{_GAP}\d){{5,12}}
        |\(\d{{2,5}}\){_GAP}\d(?:{_GAP}\d){{4,9}}
        |0[1-9]\d?(?:{_GAP}\d){{7,9}}
        |[2-9]\d\d[.-]\d{{3}}[.-]\d{{4}}
        |[2-9]\d\d[ ][2-9]\d\d[ ]\d{{4}}
        )(?![\w-]|[.,]\d)""",
    re.X,
)
_CALLED = re.compile(
    r"\b(?:tel|telephone|phone|mobile|cell|fax|call|text|ring)\b[^\d\n+(]{0,20}"
    r"(?P<number>[+(]?\d(?:[ ()./-]{0,2}\d){5,14})(?![\w-])",
    re.I,
)
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b")


def find(text: str, names: Sequence[str] = ()) -> list[Mark]:
    """Personal data in the order of the text, no two overlapping; `names` count in any case."""
    found: list[Mark] = []
    for marks in (_ibans(text), _cards(text), _mails(text), _phones(text), _named(text, names)):
        for mark in marks:
            if all(mark.end <= other.start or mark.start >= other.end for other in found):
                found.append(mark)
    return sorted(found, key=lambda mark: mark.start)


def scrub(text: str, names: Sequence[str] = ()) -> str:
    """The text with a placeholder like [MAIL] for every piece of personal data."""
    for mark in reversed(find(text, names)):
        text = f"{text[: mark.start]}[{mark.kind.value}]{text[mark.end :]}"
    return text


def kinds_in(example: Example, names: Sequence[str] = ()) -> set[Kind]:
    """Which kinds of personal data an example has, in any of its turns."""
    return {mark.kind for turn in example.turns for mark in find(turn.content, names)}


def scrubbed(example: Example, names: Sequence[str] = ()) -> Example:
    """The example with placeholders in all of its turns, so that quotes still stand verbatim in
    their passages."""
    turns = tuple(Turn(turn.role, scrub(turn.content, names)) for turn in example.turns)
    return replace(example, turns=turns)


def _ibans(text: str) -> Iterator[Mark]:
    for match in _IBAN.finditer(text):
        length = int(_IBAN_LENGTHS.get(match[0][:2].upper(), 0))
        places = [at for at in range(*match.span()) if text[at].isalnum()]
        if not length or len(places) < length:
            continue
        end = places[length - 1] + 1
        number = "".join(text[at] for at in places[:length]).upper()
        turned = number[4:] + number[:4]
        if int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1:
            yield Mark(match.start(), end, Kind.IBAN)


def _cards(text: str) -> Iterator[Mark]:
    for match in _CARD.finditer(text):
        digits = [int(sign) for sign in match[0] if sign.isdigit()]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
        if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0:
            yield Mark(*match.span(), Kind.CARD)


def _mails(text: str) -> Iterator[Mark]:
    return (Mark(*match.span(), Kind.MAIL) for match in _MAIL.finditer(text))


def _phones(text: str) -> Iterator[Mark]:
    for match in _PHONE.finditer(text):
        if not _DATE.match(match[0]):
            yield Mark(*match.span(), Kind.PHONE)
    for match in _CALLED.finditer(text):
        if not _DATE.match(match["number"]):
            yield Mark(*match.span("number"), Kind.PHONE)


def _named(text: str, names: Sequence[str]) -> Iterator[Mark]:
    known = sorted({" ".join(name.split()) for name in names} - {""}, key=len, reverse=True)
    if known:
        either = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in known)
        for match in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", text, re.I):
            yield Mark(*match.span(), Kind.NAME)
