"""The losses of a training, and what they mean in words.

Rests on nothing but the losses, so that a resumed training comes to the same conclusions.
"""

from collections.abc import Iterable, Iterator
from math import inf, isfinite

from store.training_records import Warning

LEAST_GAIN = 0.002  # share by which a validation loss must fall for patience to begin anew
RISING = 1.01  # times the best validation loss: more than chance
DIVERGED = 1.5  # times the validation loss of the model before training
HARDLY = 0.98  # times the same: what is above has not learned


class Curve:
    """Validation losses by step, 0 being the model before training; and whether to go on."""

    def __init__(self, steps: int, patience: int, told: Iterable[str] = ()) -> None:
        self.told = set(told)  # kinds of warnings: each is told once
        self._steps = steps
        self._patience = patience
        self._losses: dict[int, float] = {}
        self._since = 0  # validations without a gain
        self._gained = inf
        self.broken = False

    @property
    def best_step(self) -> int:
        """The step with the lowest validation loss; 0 while there is none."""
        own = {step: loss for step, loss in self._losses.items() if step and isfinite(loss)}
        return min(own, key=lambda step: own[step], default=0)

    @property
    def last_step(self) -> int:
        """The last step that was validated."""
        return max(self._losses, default=0)

    @property
    def tired(self) -> bool:
        """Whether patience has run out."""
        return 0 < self._patience <= self._since

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to train."""
        return self.broken or self.tired or self.last_step >= self._steps

    def trained(self, step: int, loss: float) -> Iterator[Warning]:
        """Take in the loss of what was learned from; yields what to say about it."""
        if not isfinite(loss):
            self.broken = True
            yield from self.tell(step, "broken", f"The loss is not a number since step {step}.")

    def validated(self, step: int, loss: float) -> Iterator[Warning]:
        """Take in a validation loss; yields what to say about it."""
        self._losses[step] = loss
        if not isfinite(loss):
            self.broken = True
            text = f"The validation loss is not a number at step {step}."
            yield from self.tell(step, "broken", text)
        elif step:
            gain = loss < self._gained * (1 - LEAST_GAIN)
            self._since = 0 if gain else self._since + 1
            self._gained = min(self._gained, loss)
            yield from self._judged(step, loss)

    def summary(self) -> str:
        """How the training ended, in one sentence."""
        last, best = self.last_step, self.best_step
        kept = f"step {best} was kept" if best != last else "its last step was kept"
        before = self._losses.get(0)
        change = f" ({before:.2f} before training)" if before is not None else ""
        if self.tired and last < self._steps:
            return (
                f"Stopped early after step {last} of {self._steps}: the validation loss was no "
                f"longer falling; {kept}, with {self._losses[best]:.2f}{change}."
            )
        if self.broken:
            return f"Stopped, for the loss was no longer a number; {kept}."
        return (
            f"Trained all {self._steps} steps; {kept}, which has the best validation loss, "
            f"{self._losses[best]:.2f}{change}."
        )

    def _judged(self, step: int, loss: float) -> Iterator[Warning]:
        before, best = self._losses.get(0, inf), self.best_step
        after = [other for at, other in self._losses.items() if at > best]
        if loss > before * DIVERGED:
            yield from self.tell(
                step,
                "diverging",
                f"The validation loss is {loss:.2f}, far above the {before:.2f} before training: "
                "training diverges. Begin a run with a lower learning rate.",
            )
        elif len(after) >= min(2, self._patience or 2) and loss > self._losses[best] * RISING:
            yield from self.tell(
                step,
                "memorising",
                f"The validation loss rises since step {best}: the model is memorising its "
                f"examples. Step {best} will be kept unless it falls further.",
            )
        late = step * 2 >= self._steps or self.tired
        if late and self._losses[best] > before * HARDLY:
            yield from self.tell(
                step,
                "not-learning",
                f"After {step} steps the validation loss is {loss:.2f}, hardly below the "
                f"{before:.2f} before training: nothing much is learned. A higher learning rate "
                "may help, unless the model could do this already.",
            )

    def tell(self, step: int, kind: str, text: str) -> Iterator[Warning]:
        """A warning, if it is the first of its kind."""
        if kind not in self.told:
            self.told.add(kind)
            yield Warning(step, kind, text)
