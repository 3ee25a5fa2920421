"""What each answer to a case is worth, figure by figure, before anything is averaged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from assistant.models.json_schema import Schema, misfit, read_json
from assistant.training import figures
from assistant.training.figures import Style, contains
from assistant.training.general import General
from store.training_records import Example, Turn

Outcome = Mapping[str, float | None]  # by figure; None where it says nothing about that


class Kind(StrEnum):
    TEST = "test"  # of the set, kept aside from training
    GENERAL = "general"  # of the general set
    CHANGED = "changed"  # a general one with another figure in its passages


@dataclass(frozen=True)
class Case:
    """A question that both models are asked. `gold` are texts of which an answer should contain
    one; `before` is what stood in the passages in the place of `gold` before they were changed."""

    kind: Kind
    prompt: tuple[Turn, ...]
    wanted: str
    gold: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @cached_property
    def passages(self) -> Mapping[int, str]:
        return figures.passages_of(self.prompt[-1].content) if self.prompt else {}

    @property
    def question(self) -> str:
        """What was asked, without the passages."""
        text = self.prompt[-1].content if self.prompt else self.wanted
        return text.rpartition("Question: ")[2]

    @property
    def to_decline(self) -> bool:
        """Whether declining is right."""
        return figures.refuses(self.wanted, self.passages)


def from_example(example: Example) -> Case:
    *prompt, last = example.turns
    return Case(Kind.TEST, tuple(prompt), last.content)


def from_general(general: General) -> Case:
    *prompt, last = general.example.turns
    return Case(Kind.GENERAL, tuple(prompt), last.content, general.gold)


def changed_cases(cases: Sequence[Case], most: int) -> list[Case]:
    """Cases whose passages hold another figure than they did: whoever still says the true one
    remembers instead of reading."""
    changed: list[Case] = []
    for case in cases:
        true = next((text for text in case.gold if figures.other_figure(text)), None)
        if true is None or len(changed) == most:
            continue
        false = figures.other_figure(true) or ""
        turns = tuple(replace(t, content=t.content.replace(true, false)) for t in case.prompt)
        changed.append(
            Case(Kind.CHANGED, turns, case.wanted.replace(true, false), (false,), (true,))
        )
    return changed


def outcome(case: Case, said: str, style: Style, schema: Schema | None) -> Outcome:
    """What an answer is worth. With a schema it was held to that."""
    if case.kind is Kind.CHANGED:
        follows = contains(said, case.gold) and not contains(said, case.before)
        return {"follows_passages": float(follows)}
    found: dict[str, float | None] = dict(_grounding(case, said, style, schema))
    if case.kind is Kind.GENERAL:
        found["general_gold"] = float(contains(said, case.gold)) if case.gold else None
        return found
    found["exact_match"] = float(_same(said, case.wanted, schema))
    found["token_f1"] = figures.token_f1(said, case.wanted)
    found["length"] = figures.length_closeness(said, case.wanted)
    found["style"] = float(figures.has_style(said, style)) if style else None
    found["valid_json"] = None if schema is None else float(not misfit(said, schema))
    return found


def _grounding(case: Case, said: str, style: Style, schema: Schema | None) -> Outcome:
    """Whether it still quotes, cites and declines. In JSON only quotes can be told."""
    if schema is not None:
        return {"quotes": figures.mean(figures.exact_json_quotes(said, case.passages))}
    declines = float(figures.refuses(said, case.passages))
    if case.to_decline:
        return {"refusals": declines}
    wanted, cited = (figures.cited(text, case.passages) for text in (case.wanted, said))
    return {
        "needless_refusals": declines,
        "cites": float(bool(cited)) if wanted else None,
        "right_passage": float(wanted[0] in cited) if wanted else None,
        "quotes": figures.mean(figures.exact_quotes(said, case.passages, style)),
    }


def _same(said: str, wanted: str, schema: Schema | None) -> bool:
    if schema is None:
        return figures.exact_match(said, wanted)
    try:
        return bool(read_json(said) == read_json(wanted))
    except ValueError:
        return False
