"""What a check of examples finds, in a sentence for people and with a name for programs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from store.training_records import Example


class Severity(StrEnum):
    """How much a finding matters, the worst first: an ERROR cannot be learned from, or spoils what
    is measured."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """Something about the examples with these ids; `kind` is its name for programs."""

    severity: Severity
    kind: str
    text: str
    examples: tuple[str, ...] = ()


def finding(severity: Severity, kind: str, text: str, examples: Sequence[Example] = ()) -> Finding:
    """A finding about these examples, each named once."""
    return Finding(severity, kind, text, tuple(dict.fromkeys(e.id for e in examples)))


def many(examples: Sequence[object], one: str = "has", several: str = "have") -> str:
    """How many there are, with the verb that fits: “1 example has”, “2 examples have”."""
    return f"1 example {one}" if len(examples) == 1 else f"{len(examples):,} examples {several}"


def plain(text: str) -> str:
    """The words of a text; two that differ in case, marks or spaces only are the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def short(text: str) -> str:
    return text if len(text) <= 60 else text[:59].rstrip() + "…"
