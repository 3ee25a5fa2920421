"""Imports what models on this machine need, in one thread at a time: imported by two at once, some
of its modules come out half made, and what needs them then fails."""

import gc
import threading
from importlib import import_module

LIBRARIES = (
    "torch",
    "torch._dynamo",
    "transformers.generation",
    "transformers.models.auto",
    "transformers.models.llama.modeling_llama",
    "peft",
)
_importing = threading.Lock()
_imported: set[str] = set()


def import_libraries() -> None:
    """Import them, or wait until another thread has.

    Streamlit collects all garbage after every run of a page. What is imported is therefore frozen
    bit by bit: else each run would go through all of torch and hold up a model for minutes.
    """
    with _importing:
        for name in LIBRARIES:
            if name not in _imported:
                gc.freeze()
                import_module(name)
                gc.freeze()
                _imported.add(name)
