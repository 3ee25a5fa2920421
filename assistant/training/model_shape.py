"""The size and shape of a model, read from its folder without loading it."""

import json
import math
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ModelUnavailable
from assistant.models.model_folder import SHARDS, WEIGHTS

CONTEXT_IF_UNKNOWN = 4096  # tokens
LARGE = 1e9  # parameters from which training saves memory rather than time


@dataclass(frozen=True)
class ModelShape:
    """What config.json and the headers of the weights say.

    `parameters` counts numbers in the weights, of which most are `stored` as F32, F16 or BF16;
    `kind` is the model_type of transformers; `context` counts tokens.
    """

    kind: str
    parameters: int
    hidden: int
    intermediate: int
    layers: int
    heads: int
    key_value_heads: int
    head_size: int
    vocabulary: int
    context: int
    stored: str

    @property
    def large(self) -> bool:
        return self.parameters > LARGE

    @property
    def linear_sizes(self) -> tuple[tuple[int, int], ...]:
        """Inputs and outputs of every linear layer of a block: what LoRA adapts by default."""
        queries, keys = self.heads * self.head_size, self.key_value_heads * self.head_size
        return (
            (self.hidden, queries),
            (self.hidden, keys),
            (self.hidden, keys),
            (queries, self.hidden),
            (self.hidden, self.intermediate),
            (self.hidden, self.intermediate),
            (self.intermediate, self.hidden),
        )

    def adapter_parameters(self, rank: int) -> int:
        """Numbers in a LoRA adapter of this rank over all linear layers."""
        return self.layers * rank * sum(sum(sizes) for sizes in self.linear_sizes)


def model_shape(folder: Path) -> ModelShape:
    """Read the shape of the model in a folder. Raises ModelUnavailable."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        config = {**config, **config.get("text_config", {})}
        counts = _counts(_weight_files(folder))
        hidden, heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        return ModelShape(
            kind=str(config.get("model_type", "")),
            parameters=counts.total(),
            stored=counts.most_common(1)[0][0],
            hidden=hidden,
            intermediate=int(config.get("intermediate_size") or 4 * hidden),
            layers=int(config["num_hidden_layers"]),
            heads=heads,
            key_value_heads=int(config.get("num_key_value_heads") or heads),
            head_size=int(config.get("head_dim") or hidden // heads),
            vocabulary=int(config["vocab_size"]),
            context=int(config.get("max_position_embeddings") or CONTEXT_IF_UNKNOWN),
        )
    except (OSError, ValueError, TypeError, LookupError, struct.error) as error:
        raise ModelUnavailable(
            f"The size of the model in {folder} cannot be read ({error}); only language models in "
            "the Hugging Face format can be trained."
        ) from error


def _weight_files(folder: Path) -> list[Path]:
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    named = json.loads((folder / SHARDS).read_text(encoding="utf-8"))["weight_map"].values()
    return [folder / name for name in sorted(set(named))]


def _counts(files: Iterable[Path]) -> Counter[str]:
    """Numbers in safetensors files by how they are stored, from their headers: the length in 8
    bytes, then JSON."""
    counts = Counter[str]()
    for file in files:
        with file.open("rb") as opened:
            (length,) = struct.unpack("<Q", opened.read(8))
            header: dict[str, Any] = json.loads(opened.read(length))
        for name, entry in header.items():
            if name != "__metadata__":
                counts[entry["dtype"]] += math.prod(entry["shape"])
    return counts
