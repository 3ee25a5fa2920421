"""Checkpoints of a training on disk: which are whole, and what they say."""

import json
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from assistant.training.curve import Curve

_WHOLE = "whole.json"  # written last: a folder without it was being written when all ended
_STATE = "trainer_state.json"


@dataclass(frozen=True)
class Checkpoint:
    """A whole checkpoint: `seconds` of training so far, and the kinds of warnings `told`."""

    folder: Path
    step: int
    seconds: float
    told: frozenset[str]

    def curve(self, patience: int) -> Curve:
        """The losses up to here."""
        state = json.loads((self.folder / _STATE).read_text(encoding="utf-8"))
        curve = Curve(int(state["max_steps"]), patience, self.told)
        for entry in state["log_history"]:
            if "eval_loss" in entry:
                list(curve.validated(entry["step"], entry["eval_loss"]))  # all was said then
        return curve


def checkpoint_folder(folder: Path, step: int) -> Path:
    """Where the checkpoint of a step is, in the folder of all."""
    return folder / f"checkpoint-{step}"


def finish(folder: Path, seconds: float, told: Collection[str]) -> None:
    """Mark a checkpoint as whole."""
    value = {"seconds": seconds, "told": sorted(told)}
    (folder / _WHOLE).write_text(json.dumps(value), encoding="utf-8")


def last_checkpoint(folder: Path) -> Checkpoint | None:
    """The newest whole one; deletes what was being written when the training ended."""
    found = []
    for own in folder.glob("checkpoint-*"):
        if not (own / _WHOLE).is_file():
            shutil.rmtree(own)
            continue
        known = json.loads((own / _WHOLE).read_text(encoding="utf-8"))
        step = int(own.name.rpartition("-")[2])
        found.append(Checkpoint(own, step, known["seconds"], frozenset(known["told"])))
    return max(found, key=lambda one: one.step, default=None)
