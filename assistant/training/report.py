"""How a tuned model does against its base, on what it has never seen.

Both answer the test split, the general set, and some questions whose passages were changed.
"""

import math
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import PromptTooLong
from assistant.models.json_schema import Schema, misfit
from assistant.training.figures import FIGURES, Style, shared_style
from assistant.training.general import General, evenly, general_examples, measurable
from assistant.training.guards import Measured, guards
from assistant.training.model_under_test import ModelUnderTest, Said, both
from assistant.training.outcomes import (
    Case,
    Kind,
    Outcome,
    changed_cases,
    from_example,
    from_general,
    outcome,
)
from assistant.training.rows import Split
from assistant.training.shown_passages import shown
from assistant.training.watch import Stopped, Watch
from store.training_records import Report, Sample, Wish

# openbook-mini takes a fifth of a second for an answer on one core, twice as long with an adapter:
# with 20 test examples that is half a minute. One answer of 24 is 4 points, near what guards allow.
MOST_TEST, MOST_GENERAL, MOST_CHANGED = 40, 24, 5
# A large model on a processor takes half a minute for an answer: it gets fewer questions.
MOST_SECONDS, LEAST_CASES = 300, 12
MOST_TOKENS = 1024  # as in the chat
SAMPLES = {Kind.TEST: 5, Kind.GENERAL: 3}
# Figures that tell nothing where answers are held to a schema: in JSON nobody declines or talks.
NOT_IN_JSON = ("general_loss", "length", "style")


def make_report(
    source: Path,
    tuned: Path,
    split: Split,
    *,
    schema: Schema | None = None,
    plain_text: bool = False,
    precision: str = "fp32",
    general: Sequence[General] | None = None,
    watch: Watch | None = None,
) -> Report:
    """Compare the base model in `source` with the adapter or the whole model in `tuned`.

    `plain_text` is for continued pre-training, whose examples are no questions. Answers are held to
    `schema`, if there is one. `general` is samples/general.jsonl unless given. Raises Stopped when
    the watch wishes it, and ModelUnavailable.
    """
    cases = _cases(split, plain_text, general_examples() if general is None else general)
    answered = [example for example in split.train if example not in split.general]
    style = Style() if schema else shared_style([each.turns[-1].content for each in answered])
    asking = _Asking(style, schema, watch or Watch())
    before, after = _Answers(), _Answers()
    for model in both(source, tuned, precision):
        if not model.tuned:
            before = asking.measure(model, cases, MOST_SECONDS)
        else:
            after = asking.measure(model, cases[: len(before.said)])
    left, cases = len(cases) - len(before.said), cases[: len(before.said)]
    measured = _measured(before, after)
    if schema is not None:
        measured = {name: one for name, one in measured.items() if name not in NOT_IN_JSON}
    return Report(
        figures={name: measured[name].figures for name in FIGURES if name in measured},
        guards=guards(measured),
        samples=tuple(_samples(cases, before, after)),
        notes=tuple(_notes(cases, left, split, style, schema, before, measured)),
    )


@dataclass(frozen=True)
class _Answers:
    """What one model said to the cases, None where a case is too long for it or no question, and
    what that is worth, in the order of the cases."""

    said: Sequence[Said | None] = ()
    outcomes: Sequence[Outcome] = ()


@dataclass(frozen=True)
class _Asking:
    style: Style
    schema: Schema | None
    watch: Watch

    def measure(
        self, model: ModelUnderTest, cases: Sequence[Case], seconds: float = math.inf
    ) -> _Answers:
        """Ask one model the cases, or as many of the first ones as it manages in that time."""
        # twice the longest answer wanted: else one that finds no end takes minutes
        longest = max((model.count_tokens(case.wanted) for case in cases), default=0)
        most = min(MOST_TOKENS, 2 * longest + 32)
        said: list[Said | None] = []
        outcomes: list[Outcome] = []
        begun = time.monotonic()
        for case in cases:
            if len(said) >= LEAST_CASES and time.monotonic() - begun > seconds:
                break
            if (wish := self.watch.wish()) is not Wish.NONE:
                raise Stopped(wish)
            answer, found = self._ask(model, case, most)
            said.append(answer)
            outcomes.append(found)
        return _Answers(said, outcomes)

    def _ask(self, model: ModelUnderTest, case: Case, most: int) -> tuple[Said | None, Outcome]:
        if not case.prompt:
            return None, self._loss(model, case)
        try:
            answer = model.answer(case.prompt, most, self.schema)
        except PromptTooLong:
            return None, {}
        found = {
            **outcome(case, answer.text, self.style, self.schema),
            **self._loss(model, case),
            "speed": answer.tokens / answer.seconds,
        }
        if self.schema is not None and case.kind is Kind.TEST:
            alone = model.answer(case.prompt, most).text
            found["valid_unheld"] = float(not misfit(alone, self.schema))
        return answer, found

    def _loss(self, model: ModelUnderTest, case: Case) -> Outcome:
        """Surprise at what is wanted. A model that learned a style is asked for general answers in
        that style: not to expect them without it is no forgetting."""
        if case.kind is Kind.GENERAL:
            style, name = self.style if model.tuned else Style(), "general_loss"
            loss = model.loss(
                case.prompt, case.wanted, opening=style.opening, closing=style.closing
            )
        elif case.kind is Kind.TEST:
            loss, name = model.loss(case.prompt, case.wanted), "test_loss"
        else:
            return {}
        return {name: loss if math.isfinite(loss) else None}


def _cases(split: Split, plain_text: bool, general: Sequence[General]) -> list[Case]:
    """What both models are asked, of every kind in turn."""
    test = [from_example(example) for example in evenly(split.test, MOST_TEST)]
    if plain_text:
        test = [Case(Kind.TEST, (), case.wanted) for case in test]
    asked = [from_general(one) for one in measurable(general, split.general, MOST_GENERAL)]
    kinds = test, asked, changed_cases(asked, MOST_CHANGED)
    # those that come first are of every kind, should there not be time for all
    placed = [(at / len(kind), case) for kind in kinds for at, case in enumerate(kind)]
    return [case for _, case in sorted(placed, key=lambda one: one[0])]


def _measured(before: _Answers, after: _Answers) -> dict[str, Measured]:
    """Every figure that was measured of the tuned model."""
    made = {
        name: Measured(
            [found.get(name) for found in before.outcomes],
            [found.get(name) for found in after.outcomes],
        )
        for name in FIGURES
    }
    if speed := made.get("speed"):
        made["speed"] = Measured(_median(speed.before), _median(speed.after))
    return {name: one for name, one in made.items() if one.figures[1] is not None}


def _median(values: Sequence[float | None]) -> list[float | None]:
    """The median alone: a moment in which the machine was busy does not count."""
    known = [value for value in values if value is not None]
    return [statistics.median(known)] if known else [None]


def _samples(cases: Sequence[Case], before: _Answers, after: _Answers) -> Iterator[Sample]:
    for kind, many in SAMPLES.items():
        said = [
            Sample(case.question, case.wanted, first.text, second.text)
            for case, first, second in zip(cases, before.said, after.said, strict=True)
            if case.kind is kind and first and second
        ]
        yield from evenly(said, many)


def _notes(
    cases: Sequence[Case],
    left: int,
    split: Split,
    style: Style,
    schema: Schema | None,
    base: _Answers,
    measured: dict[str, Measured],
) -> Iterator[str]:
    """What a reader of the figures should know."""
    of = {kind: sum(case.kind is kind for case in cases) for kind in Kind}
    yield (
        f"Measured on {of[Kind.TEST]} of {len(split.test)} test examples and on "
        f"{of[Kind.GENERAL]} general ones; one answer of {of[Kind.TEST]} is "
        f"{1 / max(1, of[Kind.TEST]):.1%}."
    )
    yield from _passages(split)
    if left:
        yield f"The models are slow here, so {left} more questions were left out."
    if style:
        parts = [f"“{part}”" for part in (style.opening, style.closing) if part]
        yield f"The style is {' and '.join(parts)}."
    elif schema is None and all(case.prompt for case in cases):
        yield "The examples share no opening or closing, so their style was not measured."
    if schema is not None:
        yield (
            "Answers of both models were held to the JSON schema, with the same prompts; in JSON, "
            "markers, refusals and style are not measured."
        )
    if split.general:
        yield f"{len(split.general)} general examples were learned from and are not measured on."
    elif not of[Kind.GENERAL]:
        yield "There are no general examples here, so forgetting was not measured."
    if too_long := sum(
        not said and bool(case.prompt) for case, said in zip(cases, base.said, strict=True)
    ):
        yield f"{too_long} questions were too long for the model and left out."
    before_f1, after_f1 = measured["token_f1"].figures if "token_f1" in measured else (None, None)
    if before_f1 is not None and after_f1 is not None and after_f1 <= before_f1:
        yield "Its test answers are no closer to the wanted ones than those of its base."
    if schema is None and (one := measured.get("refusals")) and one.answers < 5:
        yield f"Refusals were measured on {one.answers} questions only."


def _passages(split: Split) -> Iterator[str]:
    """What the examples teach about passages, where some of them mislead."""
    own = [*split.train, *split.validation, *split.test]
    found = shown(example for example in own if example not in split.general)
    if found.distractors and found.without:
        yield (
            f"{found.with_right:,} of its examples have the right passage among "
            f"{found.distractors:.1f} distractors on average; {found.without:,} have distractors "
            "only, and declining is right there. Quotes and right passages are measured on the "
            "first kind, refusals on the second."
        )
