"""A little prose and a few questions with their evidence, as pretraining reads them."""

import gzip
import json
from pathlib import Path

import pytest

from pretraining.synthesis import Source

PROSE = (
    "The ferry leaves the northern harbour at nine in the morning.",
    "Umbrellas that were left behind are kept for ninety days.",
    "A ticket bought on board costs two crowns more than ashore.",
    "Dogs must be kept on a lead while they are on the upper deck.",
    "The bridge was painted green after the long winter of 1962.",
)
ASKED = "When was the bridge painted?"
QUESTION = {
    "question": ASKED,
    "fact": True,
    "lines": [
        {"number": 2, "document": "Ships", "heading": "", "text": "The ship was painted blue."},
        {"number": 1, "document": "Town", "heading": "Bridge", "text": PROSE[4]},
        {"number": 2, "document": "Ships", "heading": "", "text": "It was sold in 1971."},
    ],
    "answers": ["1962"],
}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of data as pretraining.train takes it, and a file of pairs."""
    rows = [
        {"source": "guide", "path": f"page-{page}.md", "heading": "Guide", "text": " ".join(PROSE)}
        for page in range(3)
    ]
    (tmp_path / "prose").mkdir()
    with gzip.open(tmp_path / "prose" / "paragraphs.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(json.dumps(QUESTION) + "\n", encoding="utf-8")
    return tmp_path, pairs


@pytest.fixture
def source(files: tuple[Path, Path]) -> Source:
    return Source(files[0] / "prose" / "paragraphs.jsonl.gz", files[1], seed=3)
