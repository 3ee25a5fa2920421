"""Tiny trainings: their examples, their recipe, and a watch that remembers what it was told."""

from datetime import UTC, datetime

from assistant.training.recipe import Recipe
from assistant.training.rows import Split
from assistant.training.watch import Watch
from store.training_records import Example, ExampleState, Origin, Progress, Turn, Wish

ADAPTER = "adapter_model.safetensors"
CONTEXT = 64  # tokens: room for the examples, and for short sample answers
RECIPE = Recipe(
    rank=4,
    alpha=8,
    dropout=0.1,  # so that going on needs the random numbers too
    learning_rate=1e-2,
    epochs=2,
    batch=4,
    longest=CONTEXT,
    validations_per_epoch=1,
)


class Log(Watch):
    """Remembers what it is told. After so many steps it wishes something, or everything breaks."""

    def __init__(self, after: int = 0, wish: Wish = Wish.NONE, error: Exception | None = None):
        self.rows: list[Progress] = []
        self.warnings: dict[str, str] = {}
        self.began: list[tuple[int, int]] = []
        self._after, self._wish, self._error, self._asked = after, wish, error, 0

    def begins(self, step: int, steps: int) -> None:
        self.began.append((step, steps))
        self._asked = step

    def progress(self, measured: Progress) -> None:
        self.rows.append(measured)

    def warn(self, step: int, kind: str, text: str) -> None:
        self.warnings[kind] = text

    def wish(self) -> Wish:
        self._asked += 1
        if self._asked != self._after:
            return Wish.NONE
        if self._error:
            raise self._error
        return self._wish

    @property
    def validated(self) -> dict[int, float]:
        found = ((row.step, row.validation_loss) for row in self.rows)
        return {step: loss for step, loss in found if loss is not None}


def example(number: int, question: str, answer: str) -> Example:
    turns = (Turn("system", "Answer briefly."), Turn("user", question), Turn("assistant", answer))
    now = datetime.now(UTC)
    return Example(f"{number:04}", "set", Origin.IMPORTED, ExampleState.READY, turns, now)


def split_of(examples: list[Example]) -> Split:
    return Split(tuple(examples[:-6]), tuple(examples[-6:-3]), tuple(examples[-3:]))
