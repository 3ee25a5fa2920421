"""Scores passages for a question by reading both together, as cross-encoders do (Nogueira and Cho
2019, https://arxiv.org/abs/1901.04085): the one that comes with the product, or any by name.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from assistant.errors import ModelUnavailable
from assistant.models.embedding import built_in_folder
from assistant.models.onnx_encoder import Matrix, opened_graph
from assistant.settings import OPENBOOK_RERANKER

if TYPE_CHECKING:
    from tokenizers import Encoding

GRAPH = Path(__file__).parents[2] / "weights" / OPENBOOK_RERANKER / "reranker-int8.onnx"
LONGEST = 288  # tokens of a question with its passage, as the model was trained
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
                self._model = _OwnModel() if own else _OtherModel(self.name)
            return self._model


class _Model(Protocol):
    def score(self, question: str, passages: Sequence[str]) -> list[PairScore]: ...


class _OwnModel:
    """openbook-reranker, through ONNX Runtime."""

    def __init__(self) -> None:
        from tokenizers import Tokenizer

        if not GRAPH.is_file():
            raise ModelUnavailable(
                f"The built-in reranker is missing at {GRAPH}; fetch it again, or set "
                "OPENBOOK_RERANKER=none."
            )
        self._session = opened_graph(GRAPH)
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(built_in_folder() / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST, strategy="only_second")
        self._tokenizer.enable_padding()
        self._words: Tokenizer = Tokenizer.from_file(str(built_in_folder() / "tokenizer.json"))
        self._words.enable_truncation(LONGEST_QUESTION)
        self._words.no_padding()

    def score(self, question: str, passages: Sequence[str]) -> list[PairScore]:
        asked = question[: self._words.encode(question).offsets[-2][1] or len(question)]
        encoded = self._tokenizer.encode_batch([(asked, passage) for passage in passages])
        pairs, tokens = self._session.run(
            None,
            {
                "ids": np.array([e.ids for e in encoded], dtype=np.int64),
                "mask": np.array([e.attention_mask for e in encoded], dtype=np.int64),
                "kinds": np.array([e.type_ids for e in encoded], dtype=np.int64),
            },
        )
        return [
            PairScore(float(pair[0]), float(pair[1]), _begins(e, its[:, 0]))
            for pair, e, its in zip(pairs, encoded, tokens, strict=True)
        ]


def _begins(encoded: "Encoding", starts: Matrix) -> tuple[tuple[int, float], ...]:
    """Where the tokens of the passage start, with their logits; the first token stands for none."""
    places = zip(encoded.offsets, encoded.type_ids, (starts - starts[0]).tolist(), strict=True)
    return tuple((first, logit) for (first, last), kind, logit in places if kind and last > first)


class _OtherModel:
    """Any cross-encoder of sentence-transformers."""

    def __init__(self, name: str) -> None:
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
