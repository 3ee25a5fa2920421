"""Runs the built-in embedding model, and models tuned from it, through ONNX Runtime: no torch
needed, several times faster.

The graph is int8 where the processor multiplies bytes quickly, else fp32 (docs/decisions.md has the
figures). One that does not come with the product is exported once from the loaded
sentence-transformers model and kept in a folder of prepared models.
"""

import json
import logging
import os
import platform
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Matrix = NDArray[np.float32]
BATCH = 32
LONGEST = 256  # tokens, as the built-in model was trained
NO_LIMIT = 100_000  # tokens; what is above is no length but a sign for none
BYTE_PRODUCTS = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"}


class OnnxEncoder:
    """A loaded graph with its tokenizer; safe to call from any thread at once."""

    def __init__(
        self,
        source: Path,
        prepared: Path,
        *,
        made: Path | None = None,
        dimension: int | None = None,
    ) -> None:
        """`source` is the sentence-transformers folder, `made` its graph if there is one, else
        `prepared` is where one is made and kept; `dimension` is how many numbers of a vector are
        kept, all when None."""
        from tokenizers import Tokenizer

        graph = prepared / f"{source.parent.name}-{precision()}.onnx"
        if made is None:
            prepare(source, graph)
        self._session = opened_graph(made or graph)
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        self._tokenizer.enable_truncation(_longest(source))
        self._tokenizer.enable_padding()
        self._dimension = dimension

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Vectors of length 1, shape (texts, dimension)."""
        # texts of like length together: a batch costs as much as its longest
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        parts = [
            self._encode_batch([texts[i] for i in order[start : start + BATCH]])
            for start in range(0, len(order), BATCH)
        ]
        vectors = np.empty((len(texts), parts[0].shape[1]), dtype=np.float32)
        vectors[order] = np.concatenate(parts)
        return vectors

    def _encode_batch(self, texts: list[str]) -> Matrix:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([e.ids for e in encoded], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        [states] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        weights = mask[..., None].astype(np.float32)
        means = (np.asarray(states) * weights).sum(axis=1) / weights.sum(axis=1)
        means = means[:, : self._dimension]
        pooled: Matrix = means / np.linalg.norm(means, axis=1, keepdims=True)
        return pooled


def opened_graph(graph: Path) -> "InferenceSession":
    """A session that runs this graph on the processor; safe to call from any thread at once."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.log_severity_level = 3
    # waiting threads sleep: spinning takes the processor from the pages and from OCR
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def fits(source: Path) -> bool:
    """Whether a sentence-transformers folder is of the kind that runs here: one that reads tokens,
    takes their mean and makes that one long, with no words put in front of texts."""
    try:
        modules = [entry["type"].rpartition(".")[2] for entry in _read(source / "modules.json")]
        pooling = _read(source / "1_Pooling" / "config.json")
        prompts = _read(source / "config_sentence_transformers.json").get("prompts") or {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    modes = [
        name for name, chosen in pooling.items() if name.startswith("pooling_mode_") and chosen
    ]
    mean = modes == ["pooling_mode_mean_tokens"] or pooling.get("pooling_mode") == "mean"
    whole = modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
    return whole and mean and not any(prompts.values()) and (source / "tokenizer.json").is_file()


def _longest(source: Path) -> int:
    """Tokens the model reads of a text; two files may tell, by the version that wrote them."""
    for name, key in (
        ("sentence_bert_config.json", "max_seq_length"),
        ("tokenizer_config.json", "model_max_length"),
    ):
        known = _read(source / name).get(key) if (source / name).is_file() else None
        if known and known <= NO_LIMIT:
            return int(known)
    return LONGEST


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def precision() -> str:
    """ "int8" where the processor has instructions for sums of byte products, else "fp32"."""
    if platform.machine() == "arm64":  # Apple's processors all have them and tell no flags
        return "int8"
    try:
        flags = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        flags = set()
    return "int8" if flags & BYTE_PRODUCTS else "fp32"


def prepare(source: Path, graph: Path) -> None:
    """Make the graph of a sentence-transformers folder unless it is there; the file is whole or
    absent. What an earlier export left behind because it was killed is removed."""
    making = graph.with_suffix(".making")
    if graph.exists() and not making.exists():
        return
    graph.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(graph.with_suffix(".lock")):  # several processes may share the folder
        shutil.rmtree(making, ignore_errors=True)
        if graph.exists():
            return
        making.mkdir()
        try:
            made = _export(source, making / "whole.onnx")
            if graph.stem.endswith("int8"):
                made = quantized(made)
            os.replace(made, graph)
        finally:
            shutil.rmtree(making, ignore_errors=True)


def _export(source: Path, file: Path) -> Path:
    """Write the graph with its weights as they are; returns the file."""
    import torch
    from sentence_transformers import SentenceTransformer

    class States(torch.nn.Module):
        def __init__(self, transformer: torch.nn.Module) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            states: torch.Tensor = self.transformer(
                input_ids=ids, attention_mask=mask
            ).last_hidden_state
            return states

    transformer = SentenceTransformer(str(source), device="cpu")[0].auto_model
    assert isinstance(transformer, torch.nn.Module)
    states = States(transformer).eval()
    example = torch.ones(2, 16, dtype=torch.long)
    axes = {0: "texts", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes of the tracer that do not concern this model
        torch.onnx.export(
            states,
            (example, example),
            str(file),
            input_names=["input_ids", "attention_mask"],
            output_names=["states"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes},
            opset_version=17,
            dynamo=False,  # the newer exporter needs onnxscript and brings nothing here
        )
    return file


def quantized(whole: Path) -> Path:
    """A copy of the graph with int8 weights, beside it."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    made = whole.with_name("int8.onnx")
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it logs a line for every tensor, to the root logger
    quantize_dynamic(whole, made, weight_type=QuantType.QInt8, per_channel=True)
    root.setLevel(level)
    return made
