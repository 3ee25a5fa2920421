"""Fine-tunes a model with PEFT and TRL's SFTTrainer: answers alone are learned, the best step is
kept, and what was interrupted goes on as if it had not been."""

from dataclasses import dataclass
from pathlib import Path

from assistant.training.recipe import Recipe
from assistant.training.rows import Split
from assistant.training.watch import Watch


@dataclass(frozen=True)
class Tuned:
    """What came of a training: `folder` holds the adapter, or the whole model; `seconds` leave out
    pauses. `summary` says in one sentence how it ended."""

    folder: Path
    best_step: int
    steps: int
    seconds: float
    summary: str = ""


def fine_tune(recipe: Recipe, source: Path, split: Split, folder: Path, watch: Watch) -> Tuned:
    """Train the model in the folder `source`, and write folder/adapter or folder/model.

    Checkpoints are kept in folder/checkpoints; a call with the same arguments goes on from the last
    one. Raises Stopped when the watch wishes it, BadInput or ModelUnavailable.
    """
    raise NotImplementedError
