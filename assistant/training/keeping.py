"""Keeps what a training came to: the adapter or the model of its best checkpoint."""

import shutil
from pathlib import Path

from assistant.models.model_folder import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from assistant.training.model_shape import model_shape
from assistant.training.recipe import Recipe


def keep(recipe: Recipe, source: Path, best: Path, folder: Path) -> Path:
    """Write folder/adapter or folder/model from the checkpoint `best`; the folder it is in."""
    made = folder / ("adapter" if recipe.way.adapter else "model")
    shutil.rmtree(made, ignore_errors=True)  # of a process that was killed right after this
    made.mkdir()
    if recipe.way.adapter:
        for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS):
            shutil.copy2(best / name, made)
        return made
    _write_model(source, best, made)
    return made


def _write_model(source: Path, best: Path, made: Path) -> None:
    """The trained weights with the numbers the source has them in, and its other files as they are:
    training changes nothing in them."""
    import torch
    from transformers import AutoModelForCausalLM

    kinds = {"F16": torch.float16, "BF16": torch.bfloat16}
    kind = kinds.get(model_shape(source).stored, torch.float32)
    model = AutoModelForCausalLM.from_pretrained(best, dtype=kind, local_files_only=True)
    model.save_pretrained(made)
    for file in source.iterdir():
        if file.is_file() and ".safetensors" not in file.name and file.suffix != ".md":
            shutil.copy2(file, made)
