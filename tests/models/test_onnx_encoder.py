"""The built-in embedding model is prepared once, and a killed preparation leaves nothing behind."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from assistant.models.embedding import built_in_folder
from assistant.models.onnx_encoder import OnnxEncoder
from assistant.settings import Settings

PATIENCE = 60
PREPARE = (
    "import sys; from pathlib import Path; from assistant.models.onnx_encoder import OnnxEncoder; "
    "OnnxEncoder(Path(sys.argv[1]), Path(sys.argv[2]))"
)


def kept(prepared: Path) -> list[str]:
    """What stands in the folder beside empty lock files."""
    return [entry.name for entry in prepared.iterdir() if entry.suffix != ".lock"]


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The folder of a process that was killed while it prepared the model."""
    prepared = tmp_path / "models"
    process = subprocess.Popen([sys.executable, "-c", PREPARE, built_in_folder(), prepared])
    end = time.monotonic() + PATIENCE
    while not list(prepared.glob("*.making")) and time.monotonic() < end:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert len(kept(prepared)) == 1, "it was killed too early or too late"
    return prepared


def test_killed_preparation_is_done_again_and_leaves_nothing(killed: Path) -> None:
    encoder = OnnxEncoder(built_in_folder(), killed)
    [graph] = kept(killed)
    assert graph.endswith(".onnx")
    cat, alike, other = encoder.encode(["A cat sat down.", "The cat is sitting.", "Taxes rose."])
    assert cat @ alike > cat @ other + 0.3


def test_leftover_beside_a_ready_model_goes_when_it_is_opened(
    settings: Settings, tmp_path: Path
) -> None:
    OnnxEncoder(built_in_folder(), settings.prepared_folder)
    [ready] = settings.prepared_folder.glob("*.onnx")
    prepared = tmp_path / "models"
    left = prepared / f"{ready.stem}.making"
    left.mkdir(parents=True)
    (left / "whole.onnx").write_bytes(b"half")
    (prepared / ready.name).write_bytes(ready.read_bytes())
    vectors = OnnxEncoder(built_in_folder(), prepared).encode(["one", "two"])
    assert kept(prepared) == [ready.name]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
