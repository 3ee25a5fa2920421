"""Every setting, read once from the environment; nothing below workspace.py reads it again."""

import math
import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from assistant.errors import BadInput

PREFIX = "OPENBOOK_"
MINILM = "all-MiniLM-L6-v2"
OPENBOOK_RERANKER, NO_RERANKER = "openbook-reranker", "none"


KINDS = {bool: "yes or no", int: "a whole number", float: "a number", Path: "a folder"}
SWITCH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _setting(default: Any, help: str, least: float | None = None, most: float = math.inf) -> Any:
    return field(default=default, metadata={"help": help, "least": least, "most": most})


@dataclass(frozen=True)
class Settings:
    """All settings; each can be given as an environment variable OPENBOOK_<NAME IN CAPITALS>."""

    home: Path = _setting(Path("~/.openbook"), "Folder in which everything is kept.")
    kb: str = _setting("library", "Knowledge base used when none is named.")
    model: str = _setting("reader", "Model that answers when none is chosen.")
    embedding: str = _setting(
        MINILM, "Embedding model: the built-in one, or a sentence-transformers name or folder."
    )
    script: str = _setting("", "JSON file with the replies of the scripted model.")
    chunk_words: int = _setting(160, "Words a chunk aims at.", 10)
    chunk_overlap: int = _setting(40, "Words of the end of a chunk repeated in the next one.", 0)
    candidates: int = _setting(50, "Chunks taken from each of dense and keyword search.", 1)
    split_questions: bool = _setting(True, "Search for both parts of a question that asks two.")
    statement_lines: bool = _setting(
        True, "Search for the lines of statements that a financial ratio is worked out from."
    )
    reranker: str = _setting(
        OPENBOOK_RERANKER,
        "Reranker: the built-in one, a cross-encoder's name or folder, or none.",
    )
    rerank_candidates: int = _setting(20, "Best candidates that the reranker reads.", 1)
    rerank_milliseconds: int = _setting(1500, "Time a question may spend on reranking.", 0)
    feedback: float = _setting(0.5, "How far a search is moved to its best two hits (0: not).", 0)
    neighbours: int = _setting(0, "Chunks before and behind the best three that are read too.", 0)
    near_duplicates: bool = _setting(False, "Keep passages that are nearly the same.")
    diversity: float = _setting(0.0, "Share that differing from better passages has (0-1).", 0, 1)
    passages: int = _setting(5, "Most passages given to the model.", 1)
    passage_tokens: int = _setting(1200, "Token budget of all passages together.", 1)
    refusal_threshold: float = _setting(0.45, "Evidence below this (0-1) ends in a refusal.", 0, 1)
    ocr: bool = _setting(True, "Read pages without text by OCR.")
    upload_megabytes: int = _setting(200, "Largest file taken in, in megabytes.", 1)
    page_limit: int = _setting(5000, "Most pages of one file.", 1)
    page_seconds: int = _setting(60, "Seconds one page may take to read before its file fails.", 1)
    reader_megabytes: int = _setting(4096, "Memory the process that reads a file may use.", 512)
    question_characters: int = _setting(4000, "Longest question, in characters.", 1)

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, **given: Any
    ) -> "Settings":
        """Settings from OPENBOOK_* variables; keyword arguments win. Raises BadInput."""
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for entry in fields(cls):
            raw = environment.get(PREFIX + entry.name.upper(), "").strip()
            if raw:
                values[entry.name] = _parse(entry, raw)
        values = {"home": cls.home, **values, **given}
        made = cls(**{**values, "home": Path(values["home"]).expanduser().resolve()})
        if made.chunk_overlap >= made.chunk_words:
            raise BadInput(
                f"{PREFIX}CHUNK_OVERLAP is {made.chunk_overlap}, which must be less than "
                f"{PREFIX}CHUNK_WORDS, which is {made.chunk_words}."
            )
        return made


def _parse(entry: Field[Any], raw: str) -> Any:
    kind: type[Any] = type(entry.default)
    kind = Path if issubclass(kind, Path) else kind
    least, most = entry.metadata["least"], entry.metadata["most"]
    name = PREFIX + entry.name.upper()
    try:
        value = SWITCH[raw.lower()] if kind is bool else kind(raw)
    except (KeyError, ValueError):
        raise BadInput(f"{name} is {raw!r}, which is not {KINDS[kind]}.") from None
    if least is not None and not least <= value <= most:
        bounds = f"at least {least}" if most == math.inf else f"from {least} to {most}"
        raise BadInput(f"{name} is {raw}, which is not {bounds}.")
    return value
