"""The built-in embedding model through ONNX Runtime gives what torch gives."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from assistant.models.embedding import built_in_folder
from assistant.models.onnx_encoder import OnnxEncoder, fits

TEXTS = [
    "A cat sat down.",
    "The cat is sitting.",
    "Taxes rose in 2021 by four per cent, the council of Aldermouth says. " * 40,
    "",
]


@pytest.fixture(scope="module")
def exact() -> np.ndarray:
    """What sentence-transformers makes of the texts."""
    model = SentenceTransformer(str(built_in_folder()), device="cpu")
    return np.asarray(model.encode(TEXTS, normalize_embeddings=True))


def test_vectors_are_those_of_torch(exact: np.ndarray) -> None:
    vectors = OnnxEncoder(built_in_folder(), int8=False).encode(TEXTS)
    assert np.allclose(vectors, exact, atol=1e-4)


def test_vectors_of_bytes_are_nearly_those_of_torch(exact: np.ndarray) -> None:
    vectors = OnnxEncoder(built_in_folder(), int8=True).encode(TEXTS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors * exact).sum(axis=1).min() > 0.98


def test_vector_is_the_same_in_any_company() -> None:
    encoder = OnnxEncoder(built_in_folder())
    together = encoder.encode(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert np.array_equal(encoder.encode([text])[0], vector)


def test_first_numbers_of_a_vector_are_kept_at_length_one() -> None:
    short = OnnxEncoder(built_in_folder(), dimension=96).encode(TEXTS)
    assert short.shape == (len(TEXTS), 96)
    assert np.allclose(np.linalg.norm(short, axis=1), 1, atol=1e-5)


def test_other_kinds_of_models_do_not_fit(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(built_in_folder(), folder)
    assert fits(folder)
    config = (folder / "config.json").read_text()
    (folder / "config.json").write_text(config.replace('"gelu"', '"relu"'))
    assert not fits(folder)
    (folder / "config.json").unlink()
    assert not fits(folder)
