"""What a training will take, before it starts: time, memory and disk, against what there is."""

import os
import shutil
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.training.model_shape import ModelShape, model_shape
from assistant.training.recipe import Recipe, Way

GB = 1e9
# Share of the speed of a large matrix product that a training reaches: 0.27 on openbook-mini, and
# what language models get from GPUs is 0.3 to 0.5 (Chowdhery et al. 2022, PaLM, table 3).
EFFICIENCY = 0.27
PARTS_OF_FOUR_BITS = 0.55  # bytes a weight of QLoRA takes with its scales (QLoRA, section 3)
LIBRARIES = 0.9e9  # bytes of Python with torch, transformers and TRL
STARTING = 10.0  # seconds until the first step
SAMPLE_TOKENS = 200  # written at every validation
BANDWIDTH = 8e9  # bytes a second read from memory while writing an answer, with a wide margin
CHECKPOINTS = 4  # three are kept, and one is being written
LONG = 12 * 3600  # seconds that a person should know of


@dataclass(frozen=True)
class Estimate:
    """What a training takes: seconds to the end of its last epoch, bytes of memory (of the graphics
    card where one is used) and bytes of disk."""

    seconds: float
    memory: int
    disk: int


@dataclass(frozen=True)
class Machine:
    """What is free: bytes of memory, of the graphics card where there is one, and of disk; the
    number of processor cores, and the name of the graphics card."""

    memory: int
    disk: int
    cores: int
    accelerator: str = ""


def this_machine(folder: Path) -> Machine:
    """What this machine has; `folder` tells the disk and need not exist yet."""
    import psutil  # type: ignore[import-untyped]
    import torch

    present = next(place for place in (folder, *folder.parents) if place.exists())
    disk, cores = shutil.disk_usage(present).free, os.cpu_count() or 1
    if torch.cuda.is_available():
        free, _ = torch.cuda.mem_get_info(0)
        return Machine(free, disk, cores, torch.cuda.get_device_name(0))
    return Machine(psutil.virtual_memory().available, disk, cores)


def estimate(recipe: Recipe, tokens: int, source: Path) -> Estimate:
    """What it takes to train the model in `source` by examples with so many tokens in all.

    Time: a token costs 2 operations for each weight going forward and 4 going back (Kaplan et al.
    2020, arXiv 2001.08361, section 2.1), 2 when the weights themselves are not learned; 2 more
    where activations are computed twice. They are divided by a measured matrix product's speed
    times EFFICIENCY. Validations go forward only.

    Memory: weights; for each number that is learned 16 bytes, for itself, its gradient and Adam's
    two means (Rajbhandari et al. 2020, ZeRO, section 3.1); activations of 34 bytes for each token,
    layer and unit of width in 16 bits (Korthikanti et al. 2022, arXiv 2205.05198, equation 1,
    without attention scores, which are never kept), twice that in 32 bits.

    Raises ModelUnavailable when the model cannot be read.
    """
    shape = model_shape(source)
    return Estimate(
        seconds=_seconds(recipe, tokens, shape),
        memory=round(_memory(recipe, shape)),
        disk=round(_disk(recipe, shape)),
    )


def objections(estimate: Estimate, machine: Machine) -> list[str]:
    """What speaks against it on this machine, in sentences."""
    found = []
    of = f"the {machine.accelerator}" if machine.accelerator else "memory"
    if estimate.memory > machine.memory:
        found.append(
            f"It needs about {estimate.memory / GB:.1f} GB of {of}, and "
            f"{machine.memory / GB:.1f} GB are free: lower Batch or Longest example, unload models "
            "on the Models page, or train a smaller model."
        )
    if estimate.disk > machine.disk:
        found.append(
            f"It needs about {estimate.disk / GB:.1f} GB of disk, and {machine.disk / GB:.1f} GB "
            "are free: make room first."
        )
    if estimate.seconds > LONG:
        found.append(
            f"It would take about {estimate.seconds / 3600:.0f} hours on this machine: fewer "
            "examples or epochs, or a smaller model, take less."
        )
    return found


def _seconds(recipe: Recipe, tokens: int, shape: ModelShape) -> float:
    threads = recipe.threads
    rate = EFFICIENCY * _product_speed(shape.hidden, shape.intermediate, recipe.precision, threads)
    back = 4 if recipe.way is Way.FULL else 2
    again = 2 if shape.large else 0
    learned = tokens * (1 - recipe.validation - recipe.test)
    training = learned * recipe.epochs * (2 + back + again) * shape.parameters / rate
    forward = 2 * shape.parameters / rate
    written = max(forward, 4 * shape.parameters / BANDWIDTH) * SAMPLE_TOKENS
    validations = recipe.epochs * recipe.validations_per_epoch + 1
    return STARTING + training + validations * (tokens * recipe.validation * forward + written)


def _memory(recipe: Recipe, shape: ModelShape) -> float:
    wide = 2 if recipe.precision == "fp32" or shape.stored != "BF16" else 1
    token = 34 * wide * shape.hidden * recipe.batch * recipe.longest
    # with activations computed twice, 2 bytes a unit are kept for each layer, and one layer whole
    kept = token * (1 + shape.layers * 2 / 34) if shape.large else token * shape.layers
    return LIBRARIES + _weights(recipe, shape, wide) + _learned(recipe, shape) * 16 + kept


def _weights(recipe: Recipe, shape: ModelShape, wide: int) -> float:
    if recipe.way is Way.FULL:
        return 0.0  # they are what is learned
    return shape.parameters * (PARTS_OF_FOUR_BITS if recipe.way is Way.QLORA else 2 * wide)


def _learned(recipe: Recipe, shape: ModelShape) -> int:
    return shape.adapter_parameters(recipe.rank) if recipe.way.adapter else shape.parameters


def _disk(recipe: Recipe, shape: ModelShape) -> float:
    """Of each learned number a checkpoint has 12 bytes, the result at most 4."""
    return _learned(recipe, shape) * (12 * CHECKPOINTS + 4)


@lru_cache(maxsize=16)
def _product_speed(hidden: int, intermediate: int, precision: str, threads: int) -> float:
    """Operations a second of a matrix product as the model has them, measured for 0.2 s."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    tokens = torch.ones((1024, hidden), dtype=kind, device=device)
    weights = torch.ones((intermediate, hidden), dtype=kind, device=device)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        best, end = float("inf"), time.perf_counter() + 0.2
        while time.perf_counter() < end:
            begun = time.perf_counter()
            product = torch.nn.functional.linear(tokens, weights)
            product[0, 0].item()  # a graphics card is waited for
            best = min(best, time.perf_counter() - begun)
    finally:
        torch.set_num_threads(before)
    return 2 * 1024 * hidden * intermediate / best
