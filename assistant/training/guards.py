"""Checks of a tuned model against its base: a red one asks for a reason to publish.

A figure that nobody could measure is not guarded; the notes of the report say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.training.figures import FIGURES, mean
from store.training_records import Guard

# With some dozen answers, one that went the other way is an accident, and so are a few words.
MOST_LOST = 0.05  # of a share
MOST_ANSWERS = 1.5  # answers, which may be lost in parts
# Voice and format are what such examples are for; the last tenth is answers that differ in a word.
LEAST_STYLE = 0.9
LEAST_VALID = 0.98  # what reads the answers fails at every one that does not fit
# Nats a token: right words became a quarter less likely on average (exp(-0.3) = 0.74).
MOST_SURPRISE = 0.3
LEAST_SPEED = 0.4  # of the base; an adapter over openbook-mini has 0.54, over large models 0.9


@dataclass(frozen=True)
class Measured:
    """A figure of both models with the outcomes it is the mean of, answer by answer."""

    before: Sequence[float | None]
    after: Sequence[float | None]

    @property
    def figures(self) -> tuple[float | None, float | None]:
        return mean(self.before), mean(self.after)

    @property
    def answers(self) -> int:
        """How many answers of the tuned model it was measured on."""
        return sum(value is not None for value in self.after)

    @property
    def lost(self) -> float:
        """Answers that were right before, less those that are right now, where both tell."""
        pairs = zip(self.before, self.after, strict=True)
        return sum(a - b for a, b in pairs if a is not None and b is not None)


@dataclass(frozen=True)
class _Kept:
    """A figure that must not get worse: `gain` is 1 where more is better, else -1."""

    name: str
    kept: str  # when green
    lost: str  # when red
    gain: int = 1


_KEPT = (
    _Kept(
        "token_f1",
        "Test answers have {after} of the wanted words, {before} before.",
        "Test answers have {after} of the wanted words, {before} before: the base does better "
        "without the training.",
    ),
    _Kept(
        "quotes",
        "{after} of cited sentences stand word for word in their passage, {before} before.",
        "Only {after} of cited sentences stand word for word in their passage, {before} before: it "
        "changes the words it cites.",
    ),
    _Kept(
        "cites",
        "It cites in {after} of answers that should, {before} before.",
        "It cites in only {after} of answers that should, {before} before, so their sentences "
        "cannot be checked.",
    ),
    _Kept(
        "right_passage",
        "It cites the right passage in {after} of answers, {before} before.",
        "It cites the right passage in only {after} of answers, {before} before.",
    ),
    _Kept(
        "refusals",
        "It declines {after} of questions that have no answer, {before} before.",
        "It declines only {after} of questions that have no answer, {before} before: it says "
        "something where it should not.",
    ),
    _Kept(
        "needless_refusals",
        "It declines {after} of questions that have an answer, {before} before.",
        "It declines {after} of questions that have an answer, {before} before.",
        gain=-1,
    ),
    _Kept(
        "general_gold",
        "It answers {after} of general questions rightly, {before} before.",
        "It answers only {after} of general questions rightly, {before} before: it forgot.",
    ),
    _Kept(
        "follows_passages",
        "It says what stands in changed passages in {after} of answers, {before} before.",
        "It says what stands in changed passages in only {after} of answers, {before} before: it "
        "answers from memory.",
    ),
)


def guards(measured: Mapping[str, Measured]) -> tuple[Guard, ...]:
    """A guard for every figure there is one for, in the order of FIGURES."""
    found = [_kept(kept, measured[kept.name]) for kept in _KEPT if kept.name in measured]
    found += [
        guard(measured[name])
        for name, guard in (
            ("style", _style),
            ("valid_json", _valid_json),
            ("general_loss", _general_loss),
            ("speed", _speed),
        )
        if name in measured
    ]
    order = list(FIGURES)
    told = [guard for guard in found if guard is not None]
    return tuple(sorted(told, key=lambda guard: order.index(guard.name)))


def _kept(kept: _Kept, measured: Measured) -> Guard | None:
    before, after = measured.figures
    if before is None or after is None:
        return None
    worse = kept.gain * (before - after) > MOST_LOST + 1e-9  # means are rounded
    red = worse and kept.gain * measured.lost > MOST_ANSWERS
    text = (kept.lost if red else kept.kept).format(before=f"{before:.0%}", after=f"{after:.0%}")
    limit = f"at most {MOST_LOST:.0%} or one answer worse than the base"
    return _guard(kept.name, before, after, limit, red, text)


def _style(measured: Measured) -> Guard | None:
    before, after = measured.figures
    if after is None:
        return None
    red = after < LEAST_STYLE
    return _guard(
        "style",
        before,
        after,
        f"at least {LEAST_STYLE:.0%}",
        red,
        f"{'Only ' if red else ''}{after:.0%} of test answers have the opening and closing that "
        "the examples share.",
    )


def _valid_json(measured: Measured) -> Guard | None:
    before, after = measured.figures
    if after is None:
        return None
    red = after < LEAST_VALID
    return _guard(
        "valid_json",
        before,
        after,
        f"at least {LEAST_VALID:.0%}",
        red,
        f"{'Only ' if red else ''}{after:.0%} of test answers fit the JSON schema.",
    )


def _general_loss(measured: Measured) -> Guard | None:
    before, after = measured.figures
    if before is None or after is None:
        return None
    red = after - before > MOST_SURPRISE
    grew = f"from {before:.2f} to {after:.2f} nats a token"
    return _guard(
        "general_loss",
        before,
        after,
        f"at most {MOST_SURPRISE} nats a token more than the base",
        red,
        f"Surprise at general answers grew {grew}: it forgot what the base knows; fewer epochs, a "
        "lower learning rate or general examples mixed in help."
        if red
        else f"Surprise at general answers went {grew}.",
    )


def _speed(measured: Measured) -> Guard | None:
    before, after = measured.figures
    if not before or after is None:
        return None
    red = after < LEAST_SPEED * before
    return _guard(
        "speed",
        before,
        after,
        f"at least {LEAST_SPEED:.0%} of the base",
        red,
        f"It writes {after:.0f} tokens a second, the base {before:.0f}.",
    )


def _guard(
    name: str, before: float | None, after: float | None, limit: str, red: bool, text: str
) -> Guard:
    return Guard(name, FIGURES[name].title, before, after, limit, red, text)
