"""Writes a trained reranker as the product reads it: an int8 graph for ONNX Runtime.

`python -m pretraining.reranker_export CHECKPOINT weights/openbook-reranker`
"""

import argparse
import shutil
import tempfile
import warnings
from pathlib import Path

import torch

from assistant.models.embedding import built_in_folder
from assistant.models.onnx_encoder import quantized
from assistant.models.reranking import GRAPH
from pretraining.reranker import CrossEncoder

INPUTS = ["ids", "mask", "kinds"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    model = CrossEncoder(built_in_folder())
    model.load_state_dict(torch.load(given.checkpoint, map_location="cpu")["model"])
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        made = quantized(export(model.eval(), Path(work) / "whole.onnx"))
        shutil.move(made, given.out / GRAPH.name)
    size = (given.out / GRAPH.name).stat().st_size
    print(f"{given.out / GRAPH.name}: {size / 1e6:.1f} MB")


def export(model: CrossEncoder, file: Path) -> Path:
    """Write the graph with its weights as they are; returns the file."""
    example = torch.ones(2, 16, dtype=torch.long)
    axes = {0: "pairs", 1: "tokens"}
    outputs = {"pairs": {0: "pairs"}, "tokens": axes}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes of the tracer that do not concern this model
        torch.onnx.export(
            model, (example, example, example), str(file),
            input_names=INPUTS, output_names=list(outputs),
            dynamic_axes=dict.fromkeys(INPUTS, axes) | outputs,
            opset_version=17, dynamo=False,
        )  # fmt: skip
    return file


if __name__ == "__main__":
    main()
