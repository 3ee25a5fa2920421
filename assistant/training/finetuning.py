"""Fine-tunes a model with PEFT and TRL's SFTTrainer: answers alone are learned, the best step is
kept, and what was interrupted goes on as if it had not been."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import BadInput
from assistant.models.weights import Weights
from assistant.training.checkpoints import Checkpoint, checkpoint_folder, last_checkpoint
from assistant.training.curve import Curve
from assistant.training.following import Follower, Probes, follow
from assistant.training.keeping import keep
from assistant.training.model_shape import model_shape
from assistant.training.probing import QUESTIONS, comparable, foretold, sample_answers
from assistant.training.recipe import Recipe, Way
from assistant.training.rows import Row, Split, packed, rows_of
from assistant.training.trainer import make_trainer, steps_of
from assistant.training.watch import Stopped, Watch
from store.training_records import Warning, Wish

if TYPE_CHECKING:
    from trl.trainer.sft_trainer import SFTTrainer

# Answers that a model would write word for word: of what it learned from, and how many more of
# these than of what it has not seen. A copied quote is foretold on both sides alike.
RECITED, MORE_RECITED = 0.5, 0.4
LEAST_COMPARED = 3  # answers on each side


@dataclass(frozen=True)
class Tuned:
    """What came of a training: `folder` holds the adapter, or the whole model; `steps` were trained
    and `best_step` is kept; `seconds` leave out pauses. `summary` says in a sentence how it ended.
    """

    folder: Path
    best_step: int
    steps: int
    seconds: float
    summary: str = ""


@dataclass(frozen=True)
class _Rows:
    train: list[Row]
    validation: list[Row]


def fine_tune(recipe: Recipe, source: Path, split: Split, folder: Path, watch: Watch) -> Tuned:
    """Train the model in the folder `source`, and write folder/adapter or folder/model.

    Checkpoints are kept in folder/checkpoints; a call with the same arguments goes on from the last
    one, to the same weights. Raises Stopped when the watch wishes it, BadInput, ModelUnavailable,
    or MemoryError.
    """
    found = last_checkpoint(folder / "checkpoints")
    curve = found.curve(recipe.patience) if found else None
    seconds = found.seconds if found else 0.0
    if curve is None or not curve.ended:
        try:
            curve, seconds = _train(recipe, source, split, folder / "checkpoints", watch, found)
        except RuntimeError as error:
            if "not enough memory" in str(error) or "t allocate memory" in str(error):
                raise MemoryError from error  # torch says so of a processor's memory
            raise
    if not curve.best_step:
        raise BadInput(
            "The loss was no longer a number before anything was learned; begin a run with a lower "
            "learning rate."
        )
    best = checkpoint_folder(folder / "checkpoints", curve.best_step)
    result = keep(recipe, source, best, folder)
    return Tuned(result, curve.best_step, curve.last_step, seconds, curve.summary())


def _train(
    recipe: Recipe,
    source: Path,
    split: Split,
    folder: Path,
    watch: Watch,
    found: Checkpoint | None,
) -> tuple[Curve, float]:
    """Train to the end; the curve of it, and the seconds it took in all."""
    # peft asks transformers under an old name whether it trains
    warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
    watch.stage("preparing")
    weights = Weights(source.name, source, _held_as(recipe, source))
    rows = _rows(recipe, weights, split, watch)
    trainer = make_trainer(recipe, weights, rows.train, rows.validation, folder)
    steps = steps_of(recipe, len(rows.train))
    curve = found.curve(recipe.patience) if found else Curve(steps, recipe.patience)
    asked = [] if recipe.way is Way.CONTINUED else split.validation[:QUESTIONS]
    probes = Probes(
        validate=trainer.evaluate,
        sample=lambda: sample_answers(weights, asked),
        examine=lambda step: _recited(trainer, rows, curve, step) if asked else (),
    )
    follower = Follower(watch, curve, probes, found.seconds if found else 0.0)
    follow(trainer, follower)
    watch.stage("training")
    watch.begins(found.step if found else 0, steps)
    trainer.train(resume_from_checkpoint=str(found.folder) if found else None)
    if follower.wish is not Wish.NONE:
        raise Stopped(follower.wish)
    return curve, follower.seconds


def _held_as(recipe: Recipe, source: Path) -> str:
    """How the base is held in memory: exactly, but for QLoRA; what is trained is in fp32."""
    if recipe.way is Way.QLORA:
        return "4-bit"
    exact = model_shape(source).stored == "BF16"
    return "bf16" if exact and recipe.way.adapter and recipe.precision == "bf16" else "fp32"


def _rows(recipe: Recipe, weights: Weights, split: Split, watch: Watch) -> _Rows:
    longest = min(recipe.longest, weights.context)
    if recipe.way is Way.CONTINUED:
        sides = [
            packed(weights.tokenizer, side, longest) for side in (split.train, split.validation)
        ]
        return _Rows(*sides)
    train, long = rows_of(weights.tokenizer, split.train, longest)
    validation, others = rows_of(weights.tokenizer, split.validation, longest)
    if not train or not validation:
        raise BadInput(
            f"All examples are longer than {longest:,} tokens; raise Longest example, or shorten "
            "them."
        )
    if long or others:
        many = long + others
        said = f"{many} examples are longer than {longest:,} tokens and were left out."
        one = f"1 example is longer than {longest:,} tokens and was left out."
        watch.warn(0, "too-long", said if many > 1 else one)
    return _Rows(train, validation)


def _recited(trainer: "SFTTrainer", rows: _Rows, curve: Curve, step: int) -> Iterator[Warning]:
    """Say so when the model knows by heart what it learned from, and no more than that."""
    learned, other = comparable(rows.train, rows.validation)
    if "recited" in curve.told or len(other) < LEAST_COMPARED:
        return
    known = foretold(trainer, learned)
    if known >= RECITED and known - foretold(trainer, other) >= MORE_RECITED:
        yield from curve.tell(
            step,
            "recited",
            f"At step {step} the model says {known:.0%} of the answers it learned from word for "
            "word, and hardly any of those it has not seen: it knows its examples by heart. Train "
            "for fewer epochs, or add examples.",
        )
