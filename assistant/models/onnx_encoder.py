"""Runs the built-in embedding model, and models tuned from it, through ONNX Runtime: several times
faster than torch, and nothing has to be prepared."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.models.encoder_graph import (
    BertGraph,
    Matrix,
    bert_shape,
    multiplies_bytes,
    on_every_processor,
    other_weights,
    word_vectors,
)

LONGEST = 256  # tokens, as the built-in model was trained
NO_LIMIT = 100_000  # tokens; what is above is no length but a sign for none
WEIGHTS = "model.safetensors"


class OnnxEncoder:
    """A loaded model with its tokenizer; safe to call from any thread at once."""

    def __init__(
        self, source: Path, *, dimension: int | None = None, int8: bool | None = None
    ) -> None:
        """`source` is a sentence-transformers folder that `fits`; `dimension` is how many numbers
        of a vector are kept, all when None. Its matrices are bytes where the processor multiplies
        bytes quickly, unless `int8` says otherwise."""
        from tokenizers import Tokenizer

        shape = bert_shape(source)
        assert shape is not None, f"{source} holds no BERT"
        int8 = multiplies_bytes() if int8 is None else int8
        graph = BertGraph(other_weights(source / WEIGHTS), shape, int8=int8)
        states = graph.states(kinds=False)
        mean = graph.node("ReduceMean", states, graph.ints(1), keepdims=0)
        self._session = graph.session({"mean": mean})
        self._words = word_vectors(source / WEIGHTS)
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        self._tokenizer.enable_truncation(_longest(source))
        self._tokenizer.no_padding()
        self._dimension = dimension

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Vectors of length 1, shape (texts, dimension); that of a text is the same in any
        company."""
        encoded = self._tokenizer.encode_batch(list(texts))
        means = np.concatenate(on_every_processor(self._mean, [one.ids for one in encoded]))
        means = means[:, : self._dimension]
        vectors: Matrix = means / np.linalg.norm(means, axis=1, keepdims=True)
        return vectors

    def _mean(self, ids: Sequence[int]) -> Matrix:
        """The mean of the states of the tokens, shape (1, width)."""
        [mean] = self._session.run(None, {"words": self._words[ids][None]})
        return np.asarray(mean)


def fits(source: Path) -> bool:
    """Whether a sentence-transformers folder is of the kind that runs here: a BERT that takes the
    mean of the tokens and makes that one long, with no words put in front of texts."""
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
    here = all((source / name).is_file() for name in ("tokenizer.json", WEIGHTS))
    return whole and mean and here and not any(prompts.values()) and bert_shape(source) is not None


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
