"""Graphs of BERT encoders (Devlin et al. 2019, https://arxiv.org/abs/1810.04805) for ONNX Runtime,
made from the weights when a model is loaded, and run one text at a time on every processor.

A text alone needs no padding and no mask and stays in the processor's cache. Graphs exported from
torch spent half of their time outside the matrix products (docs/decisions.md has figures). The
vectors of words are looked up outside: copying them into graphs took a third of loading, and models
made from the same one share them.
"""

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

T = TypeVar("T", bound=Sized)
R = TypeVar("R")
Matrix = NDArray[np.float32]
Weights = Mapping[str, Matrix]
WORDS = "embeddings.word_embeddings.weight"
KINDS = "embeddings.token_type_embeddings.weight"
OPSET, IR = 18, 9  # read by every ONNX Runtime since 1.15
CONTRIB = "com.microsoft"  # operators of ONNX Runtime's own
BYTE = 127
PARTS = ("weight", "bias")
BYTE_PRODUCTS = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"}


@dataclass(frozen=True)
class BertShape:
    """What the weights do not tell: attention heads and what is added to variances."""

    heads: int
    epsilon: float


def bert_shape(folder: Path) -> BertShape | None:
    """That of the model in a folder; None when it is not a BERT as made here."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        usual = (
            config["model_type"] == "bert"
            and config["hidden_act"] == "gelu"
            and config.get("position_embedding_type", "absolute") == "absolute"
        )
        return BertShape(config["num_attention_heads"], config["layer_norm_eps"]) if usual else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


@lru_cache(maxsize=4)
def word_vectors(file: Path) -> Matrix:
    """The vectors of the tokens by their ids, shape (vocabulary, width), of a safetensors file."""
    from safetensors import safe_open

    with safe_open(file, "np") as opened:
        return np.asarray(opened.get_tensor(WORDS))


def other_weights(file: Path) -> dict[str, Matrix]:
    """All weights of a safetensors file but those."""
    from safetensors import safe_open

    with safe_open(file, "np") as opened:
        return {name: opened.get_tensor(name) for name in opened.keys() if name != WORDS}


class BertGraph:
    """A graph that grows from vectors of tokens, shape (1, tokens, width), to whatever is made of
    its states.

    Values within it are named by strings. Weights are named as in transformers' BertModel; heads on
    top of it take any others. With `int8`, matrices are rounded to bytes, a scale for each output,
    and what is multiplied by them is rounded to bytes as it comes.
    """

    def __init__(self, weights: Weights, shape: BertShape, *, int8: bool) -> None:
        self._weights, self._shape, self._int8 = weights, shape, int8
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}
        self._inputs: list[Any] = []
        self._names = 0

    def states(self, *, kinds: bool) -> str:
        """The last hidden states, shape (1, tokens, width), of the input `words`, vectors of
        tokens, and, with `kinds`, of the input `kinds`, shape (1, tokens); else all tokens are of
        the first kind."""
        places, kind = "embeddings.position_embeddings.weight", self._weights[KINDS]
        words = self._input("words", np.float32, [1, "tokens", kind.shape[1]])
        length = self.node("Slice", self.node("Shape", words), self.ints(1), self.ints(2))
        place = self.constant(places, self._weights[places] + (0 if kinds else kind[0]))
        near = self.node("Slice", place, self.ints(0), length, self.ints(0))
        summed = self.node("Add", words, near)
        if kinds:
            given = self._input("kinds", np.int64, [1, "tokens"])
            of_kind = self.node("Gather", self.constant("kinds of tokens", kind), given)
            summed = self.node("Add", summed, of_kind)
        states = self._normalised(summed, "embeddings.LayerNorm")
        layers = sum(name.endswith("attention.self.query.weight") for name in self._weights)
        for number in range(layers):
            states = self._layer(states, f"encoder.layer.{number}")
        return states

    def linear(self, value: str, *names: str) -> str:
        """A layer of `<name>.weight` and `<name>.bias`; of several names, side by side."""
        name = "|".join(names)
        weight = np.concatenate([self._weights[f"{one}.weight"] for one in names])
        bias = np.concatenate([self._weights[f"{one}.bias"] for one in names])
        added = self.constant(f"{name}.bias", bias)
        if not self._int8:
            weights = self.constant(f"{name}.weight", weight.T)
            return self.node("Add", self.node("MatMul", value, weights), added)
        rounded, scale = in_bytes(weight)
        weights = self.constant(f"{name}.weight", rounded.T)
        scales = self.constant(f"{name}.scale", scale)
        return self.node("DynamicQuantizeMatMul", value, weights, scales, "", added, domain=CONTRIB)

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """The value that an operator makes of others."""
        [made] = self._made(kind, inputs, 1, domain, attributes)
        return made

    def ints(self, *numbers: int) -> str:
        """A list of whole numbers."""
        return self.constant(f"ints {numbers}", np.array(numbers, dtype=np.int64))

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Numbers that are known beforehand, kept once for each name."""
        from onnx import numpy_helper

        if name not in self._constants:
            kept = np.ascontiguousarray(value)
            self._constants[name] = numpy_helper.from_array(kept, name)
        return name

    def session(self, outputs: Mapping[str, str]) -> "InferenceSession":
        """What runs it on one processor, safe to call from any thread at once. `outputs` are the
        values by the names they get."""
        from onnx import TensorProto, helper
        from onnxruntime import InferenceSession, SessionOptions

        for name, value in outputs.items():
            self._nodes.append(helper.make_node("Identity", [value], [name]))
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            self._inputs,
            [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs],
            list(self._constants.values()),
        )
        versions = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(graph, opset_imports=versions, ir_version=IR)
        options = SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        return InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def _input(self, name: str, kind: Any, shape: Sequence[int | str]) -> str:
        from onnx import helper

        numbers = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
        self._inputs.append(helper.make_tensor_value_info(name, numbers, list(shape)))
        return name

    def _layer(self, states: str, name: str) -> str:
        mixed = self.linear(self._attended(states, name), f"{name}.attention.output.dense")
        summed = self.node("Add", states, mixed)
        states = self._normalised(summed, f"{name}.attention.output.LayerNorm")
        wide = self.linear(states, f"{name}.intermediate.dense")
        narrow = self.linear(self.node("Gelu", wide, domain=CONTRIB), f"{name}.output.dense")
        return self._normalised(self.node("Add", states, narrow), f"{name}.output.LayerNorm")

    def _attended(self, states: str, name: str) -> str:
        heads = self._shape.heads
        width = self._weights[f"{name}.attention.output.dense.weight"].shape[0]
        own = f"{name}.attention.self"
        joined = self.linear(states, f"{own}.query", f"{own}.key", f"{own}.value")
        apart = self.node("Reshape", joined, self.ints(0, 0, 3, heads, width // heads))
        turned = self.node("Transpose", apart, perm=[2, 0, 3, 1, 4])
        query, key, value = self._made("Split", [turned], 3, "", {"axis": 0, "num_outputs": 3})
        scale = (width // heads) ** -0.5
        alike = self.node("FusedMatMul", query, key, domain=CONTRIB, transB=1, alpha=scale)
        mixed = self.node("MatMul", self.node("Softmax", alike, axis=-1), value)
        turned = self.node(
            "Transpose", self.node("Squeeze", mixed, self.ints(0)), perm=[0, 2, 1, 3]
        )
        return self.node("Reshape", turned, self.ints(0, 0, width))

    def _normalised(self, value: str, name: str) -> str:
        parts = [self.constant(f"{name}.{p}", self._weights[f"{name}.{p}"]) for p in PARTS]
        return self.node("LayerNormalization", value, *parts, epsilon=self._shape.epsilon)

    def _made(
        self, kind: str, inputs: Sequence[str], count: int, domain: str, attributes: dict[str, Any]
    ) -> list[str]:
        from onnx import helper

        made = [f"value {self._names + number}" for number in range(count)]
        self._names += count
        self._nodes.append(helper.make_node(kind, inputs, made, domain=domain, **attributes))
        return made


def in_bytes(weight: Matrix) -> tuple[NDArray[np.int8], Matrix]:
    """A matrix, shape (outputs, inputs), rounded to bytes, and the scale of each output."""
    scale = np.maximum(np.abs(weight).max(axis=1), 1e-9) / BYTE
    return np.round(weight / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def multiplies_bytes() -> bool:
    """Whether the processor has instructions for sums of byte products, without which int8 is
    slower than fp32."""
    if platform.machine() == "arm64":  # Apple's processors all have them and tell no flags
        return True
    try:
        return bool(BYTE_PRODUCTS & set(Path("/proc/cpuinfo").read_text().split()))
    except OSError:
        return False


def on_every_processor(run: Callable[[T], R], inputs: Sequence[T]) -> list[R]:
    """What `run` makes of each, in their order. One alone runs in this thread; of several the
    longest are first, so that no processor waits long for the last."""
    if len(inputs) < 2:
        return [run(one) for one in inputs]
    order = sorted(range(len(inputs)), key=lambda place: -len(inputs[place]))
    with ThreadPoolExecutor(min(len(inputs), _processors())) as pool:
        made = dict(zip(order, pool.map(run, (inputs[place] for place in order)), strict=True))
    return [made[place] for place in range(len(inputs))]


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
