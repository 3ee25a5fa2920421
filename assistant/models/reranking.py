"""Scores passages for a question by reading both together, as cross-encoders do (Nogueira and Cho
2019, https://arxiv.org/abs/1901.04085): the one that comes with the product, or any by name.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from assistant.errors import ModelUnavailable
from assistant.models.embedding import built_in_folder
from assistant.models.encoder_graph import (
    BertGraph,
    Matrix,
    bert_shape,
    multiplies_bytes,
    on_every_processor,
    other_weights,
    word_vectors,
)
from assistant.models.libraries import import_libraries
from assistant.models.onnx_encoder import WEIGHTS as BASE_WEIGHTS
from assistant.settings import OPENBOOK_RERANKER

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding

WEIGHTS = Path(__file__).parents[2] / "weights" / OPENBOOK_RERANKER / "model.safetensors"
BERT, SCALE = "bert.", "|scale"  # before names of the encoder; behind those of scales of bytes
LONGEST = 512  # tokens of a question with its passage, all that BERT has places for
LONGEST_QUESTION = 64  # tokens


@dataclass(frozen=True)
class PairScore:
    """What reading a question with a passage gave.

    `fits` orders passages for one question, higher first. `answers` is the logit of the probability
    that the passage answers the question, None with models that do not tell. `begins` are the
    characters of the passage at which its tokens start, each with the logit that an answer starts
    there, beside 0 for none at all; empty with models that do not tell.
    """

    fits: float
    answers: float | None = None
    begins: tuple[tuple[int, float], ...] = ()


class Reranker:
    """A cross-encoder by name, loaded at first use; safe to call from any thread."""

    def __init__(self, name: str) -> None:
        """`name` is that of the one that comes along, or a sentence-transformers cross-encoder's
        name or folder."""
        self.name = name
        self._lock = threading.Lock()
        self._model: _Model | None = None

    def score(self, question: str, passages: Sequence[str]) -> list[PairScore]:
        """A score for each passage. Raises ModelUnavailable."""
        return self._loaded().score(question, passages) if passages else []

    def load(self) -> None:
        """Load the model now. Raises ModelUnavailable."""
        self._loaded()

    def _loaded(self) -> "_Model":
        with self._lock:
            if self._model is None:
                own = self.name == OPENBOOK_RERANKER
                self._model = _own_model() if own else _OtherModel(self.name)
            return self._model


class _Model(Protocol):
    def score(self, question: str, passages: Sequence[str]) -> list[PairScore]: ...


class _OwnModel:
    """openbook-reranker, through ONNX Runtime."""

    def __init__(self) -> None:
        from tokenizers import Tokenizer

        if not WEIGHTS.is_file():
            raise ModelUnavailable(
                f"The built-in reranker is missing at {WEIGHTS}; fetch it again, or set "
                "OPENBOOK_RERANKER=none."
            )
        base = built_in_folder()
        self._session = pair_session(base, WEIGHTS, int8=multiplies_bytes())
        # as in the built-in embedding model, not kept twice
        self._vectors = word_vectors(base / BASE_WEIGHTS)
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST, strategy="only_second")
        self._tokenizer.no_padding()
        self._words: Tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        self._words.enable_truncation(LONGEST_QUESTION)
        self._words.no_padding()

    def score(self, question: str, passages: Sequence[str]) -> list[PairScore]:
        asked = question[: self._words.encode(question).offsets[-2][1] or len(question)]
        encoded = self._tokenizer.encode_batch([(asked, passage) for passage in passages])
        return on_every_processor(self._score, encoded)

    def _score(self, encoded: "Encoding") -> PairScore:
        kinds = np.array([encoded.type_ids], dtype=np.int64)
        given = {"words": self._vectors[encoded.ids][None], "kinds": kinds}
        pair, tokens = self._session.run(None, given)
        fits, answers = np.asarray(pair)[0].tolist()
        return PairScore(fits, answers, _begins(encoded, np.asarray(tokens)[0, :, 0]))


@cache
def _own_model() -> _OwnModel:
    """One for the whole process: several libraries may be open in it."""
    return _OwnModel()


def pair_session(base: Path, weights: Path, *, int8: bool) -> "InferenceSession":
    """What runs the cross-encoder of `pretraining.reranker`, given the vectors of `words` and the
    `kinds` of the tokens: scores of the pair, shape (1, 2), fits and answers, and of its tokens,
    shape (1, tokens, 2)."""
    shape = bert_shape(base)
    assert shape is not None, f"{base} holds no BERT"
    kept = other_weights(weights)
    known = {name: value for name, value in kept.items() if not name.endswith(SCALE)}
    for name in known:
        if (scale := kept.get(name + SCALE)) is not None:
            known[name] = known[name] * scale[:, None]
    graph = BertGraph(known, shape, int8=int8)
    states = graph.states(kinds=True)
    first = graph.node("Slice", states, graph.ints(0), graph.ints(1), graph.ints(1))
    mixed = graph.node("Tanh", graph.linear(graph.node("Squeeze", first, graph.ints(1)), "mixed"))
    outputs = {"pair": graph.linear(mixed, "pair"), "tokens": graph.linear(states, "token")}
    return graph.session(outputs)


def _begins(encoded: "Encoding", starts: Matrix) -> tuple[tuple[int, float], ...]:
    """Where the tokens of the passage start, with their logits; the first token stands for none."""
    places = zip(encoded.offsets, encoded.type_ids, (starts - starts[0]).tolist(), strict=True)
    return tuple((first, logit) for (first, last), kind, logit in places if kind and last > first)


class _OtherModel:
    """Any cross-encoder of sentence-transformers."""

    def __init__(self, name: str) -> None:
        import_libraries()
        from sentence_transformers import CrossEncoder

        try:
            self._model = CrossEncoder(name)
        except Exception as error:
            raise ModelUnavailable(
                f"The reranker {name!r} cannot be loaded ({type(error).__name__}); "
                "check OPENBOOK_RERANKER, or unset it to use the built-in one."
            ) from error
        self._lock = threading.Lock()

    def score(self, question: str, passages: Sequence[str]) -> list[PairScore]:
        with self._lock:
            scores = self._model.predict(
                [(question, passage) for passage in passages], show_progress_bar=False
            )
        return [
            PairScore(float(score)) for score in np.asarray(scores).reshape(len(passages), -1)[:, 0]
        ]
