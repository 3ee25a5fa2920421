"""Follows a training step by step: tells the watch, keeps checkpoints, and says when to stop."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.training.checkpoints import checkpoint_folder, finish
from assistant.training.curve import Curve
from assistant.training.watch import Watch
from store.training_records import Progress, Warning, Wish

if TYPE_CHECKING:
    from transformers import TrainerState
    from trl.trainer.sft_trainer import SFTTrainer

SECONDS_BETWEEN = 30.0  # checkpoints at least this often, unless saving takes long
MOST_SAVING = 0.05  # share of the time that saving may take


@dataclass(frozen=True)
class Probes:
    """Looks at the model in training: `validate` it, which ends in `Follower.on_evaluate`; `sample`
    answers as (question, answer); `examine` it at a step for what else there is to say."""

    validate: Callable[[], Any]
    sample: Callable[[], tuple[tuple[str, str], ...]]
    examine: Callable[[int], Iterable[Warning]]


class Follower:
    """What a Trainer calls back (the events of transformers.TrainerCallback).

    `probes` are what it looks at besides the losses; so many `seconds` were trained before.
    """

    def __init__(self, watch: Watch, curve: Curve, probes: Probes, seconds: float) -> None:
        self.wish = Wish.NONE
        self._watch, self._curve, self._probes = watch, curve, probes
        self._begun = time.monotonic() - seconds
        self._step_begun = self._save_begun = self._saved = time.monotonic()
        self._saving = 0.0  # seconds that the last checkpoint took
        self._learning = 0.0  # seconds of steps since the row before
        self._tokens = 0.0
        self._row = Progress("", 0, datetime.now(UTC), 0.0)

    @property
    def seconds(self) -> float:
        """Of training so far, pauses left out."""
        return time.monotonic() - self._begun

    def on_train_begin(self, _: Any, state: "TrainerState", *__: Any, **___: Any) -> None:
        if not state.global_step:
            self._probes.validate()  # the model as it was, to compare with

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        self._step_begun = time.monotonic()

    def on_step_end(self, _: Any, state: "TrainerState", control: Any, **__: Any) -> None:
        now = time.monotonic()
        self._learning += now - self._step_begun
        if now - self._saved > max(SECONDS_BETWEEN, self._saving / MOST_SAVING):
            control.should_save = True
        self.wish = self._watch.wish()
        if self.wish is not Wish.NONE:
            control.should_training_stop = True
            # a validation that is due comes first, as it would have without the pause
            control.should_save = self.wish is Wish.PAUSE
            control.should_evaluate &= self.wish is Wish.PAUSE
        control.should_log |= control.should_save or control.should_evaluate
        self._save_begun = time.monotonic()

    def on_log(self, _: Any, state: "TrainerState", control: Any, logs: Any, **__: Any) -> None:
        if "loss" not in logs:
            return
        tokens, self._tokens = logs["num_tokens"] - self._tokens, logs["num_tokens"]
        self._row = replace(
            self._now(state),
            loss=logs["loss"],
            learning_rate=logs["learning_rate"],
            tokens_per_second=tokens / self._learning if self._learning else None,
        )
        self._learning = 0.0
        self._tell(self._curve.trained(state.global_step, logs["loss"]))
        if self._curve.broken:
            control.should_training_stop = True
            control.should_evaluate = control.should_save = False
        if not control.should_evaluate:
            self._watch.progress(self._row)

    def on_evaluate(
        self, _: Any, state: "TrainerState", control: Any, metrics: dict[str, float], **__: Any
    ) -> None:
        step, loss = state.global_step, metrics["eval_loss"]
        row = self._row if self._row.step == step else self._now(state)
        row = replace(
            row, at=datetime.now(UTC), validation_loss=loss, samples=self._probes.sample()
        )
        self._watch.progress(replace(row, seconds=self.seconds))
        self._tell(self._curve.validated(step, loss))
        if step:
            self._tell(self._probes.examine(step))
            if self._curve.best_step == step:
                self._watch.best(step)
            control.should_training_stop |= self._curve.ended
            control.should_save = not self._curve.broken
        self._save_begun = time.monotonic()

    def on_save(self, args: Any, state: "TrainerState", control: Any, **__: Any) -> None:
        folder = checkpoint_folder(Path(args.output_dir), state.global_step)
        finish(folder, self.seconds, self._curve.told)
        self._saved = time.monotonic()
        self._saving = self._saved - self._save_begun

    def _now(self, state: "TrainerState") -> Progress:
        at, epoch = datetime.now(UTC), state.epoch or 0.0
        return Progress("", state.global_step, at, epoch, seconds=self.seconds)

    def _tell(self, warnings: Iterable[Warning]) -> None:
        for warning in warnings:
            self._watch.warn(warning.step, warning.kind, warning.text)


def follow(trainer: "SFTTrainer", follower: Follower) -> None:
    """Let the follower be called back instead of printing."""
    from transformers import PrinterCallback, TrainerCallback

    trainer.remove_callback(PrinterCallback)
    callback = TrainerCallback()
    for event in ("train_begin", "step_begin", "step_end", "log", "evaluate", "save"):
        setattr(callback, f"on_{event}", getattr(follower, f"on_{event}"))
    trainer.add_callback(callback)
