"""Writes a trained reranker as the product reads it: its matrices in bytes, and no word vectors,
which training leaves as they are in the built-in embedding model.

`python -m pretraining.reranker_export CHECKPOINT weights/openbook-reranker`
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from assistant.models.encoder_graph import WORDS, Matrix, in_bytes
from assistant.models.reranking import BERT, SCALE, WEIGHTS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    trained = torch.load(given.checkpoint, map_location="cpu")["model"]
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / WEIGHTS.name
    export({name: value.float().numpy() for name, value in trained.items()}, file)
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


def export(trained: dict[str, Matrix], file: Path) -> None:
    """Write the weights of a `CrossEncoder`."""
    kept: dict[str, NDArray[Any]] = {}
    for whole, value in trained.items():
        name = whole.removeprefix(BERT)
        if name == WORDS:
            continue
        if value.ndim == 2 and not name.startswith("embeddings."):
            kept[name], kept[name + SCALE] = in_bytes(value)
        else:
            kept[name] = value
    save_file(kept, file)


def restore(model: torch.nn.Module, file: Path) -> None:
    """Give a `CrossEncoder` the weights that `export` wrote; its word vectors stay."""
    kept = load_file(file)
    state = model.state_dict()
    for whole, value in state.items():
        if (name := whole.removeprefix(BERT)) in kept:
            scale = kept.get(name + SCALE, np.ones(1, np.float32))
            value.copy_(torch.from_numpy((kept[name].T * scale).T))
    model.load_state_dict(state)


if __name__ == "__main__":
    main()
