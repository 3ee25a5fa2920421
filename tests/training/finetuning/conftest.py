"""A tiny base and examples for it, made once for a file of tests."""

import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.training.rows import Split
from tests.models import tiny
from tests.training.tiny_training import CONTEXT, example, split_of

THINGS = ("lost property", "a parcel", "the ticket", "a bicycle", "the Campion", "a dog")


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Tiny models gain nothing from more, and wait for each other where others work too."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True, scope="module")
def calls() -> Iterator[list[Any]]:
    """Nothing in this file may look for another machine."""
    made: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI", raising=False)
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        patch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY", False)
        patch.setattr(socket, "getaddrinfo", lambda *a, **_: made.append(a))
        yield made
    assert made == []


@pytest.fixture(scope="module")
def split() -> Split:
    """18 to learn from and 3 to validate with, all alike."""
    return split_of(
        [
            example(n, f"What is kept {n}?", f"Thanks! It is {THINGS[n % 6]} that is kept.")
            for n in range(24)
        ]
    )


@pytest.fixture(scope="module")
def codes() -> Split:
    """Answers that cannot be known, only learned by heart."""
    draw = random.Random(1)
    return split_of(
        [
            example(n, f"Code {n}?", "".join(draw.choice("abcdefghijklmnop") for _ in range(12)))
            for n in range(14)
        ]
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_model(tmp_path_factory.mktemp("base") / "tiny", context=CONTEXT)
