"""The import rule, held by reading the source: who may import whom, and what only where.

pages, frame, app → components → assistant → store, and api → assistant; never upward, never
sideways between pages.
"""

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "app": {"app", "api", "components", "assistant", "store"},
    "frame": {"components", "assistant", "store"},
    "pages": {"components", "assistant", "store"},
    "components": {"components", "assistant", "store"},
    "api": {"api", "assistant", "store"},
    "assistant": {"assistant", "store"},
    "store": {"store"},
}
OURS = {*MAY_IMPORT, "tests", "samples", "benchmarks", "pretraining"}
RUNTIME = ("requirements.txt", "requirements-ocr.txt")
MODELS = ("assistant/models/", "assistant/training/", "assistant/retrieval/reranking.py")
ONLY_IN = {
    "streamlit": ("app.py", "frame.py", "pages/", "components/"),
    "chromadb": ("store/vectors.py",),
    "langchain_community": ("assistant/ingestion/",),
    "torch": MODELS,
    "transformers": MODELS,
    "peft": MODELS,
    "sentence_transformers": MODELS,
}
LAZY = {"torch", "transformers", "peft", "sentence_transformers", "rapidocr_onnxruntime", "cv2"}


class Import(NamedTuple):
    """One import: the dotted name, its line, and whether it runs when the module is loaded."""

    name: str
    line: int
    eager: bool

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]


def imports(node: ast.AST, *, eager: bool = True) -> Iterator[Import]:
    """Every import under a node; relative ones keep their leading dots."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, eager) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield Import("." * child.level + (child.module or ""), child.lineno, eager)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) or for_types(child)
            yield from imports(child, eager=eager and not inside)


def for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def broken_rules(path: str, source: str) -> list[str]:
    """What a file of the product imports although it may not, one sentence each."""
    layer = PurePosixPath(path).parts[0].removesuffix(".py")
    found = []
    for entry in imports(ast.parse(source)):
        where = f"{path}:{entry.line}: {entry.name}"
        if entry.name.startswith("."):
            found.append(f"{where} is relative")
        elif entry.package in OURS and entry.package not in MAY_IMPORT[layer]:
            found.append(f"{where} is above {layer} or beside it")
        if layer == "store" and entry.package.startswith("langchain"):
            found.append(f"{where} does not belong in the store")
        if entry.package in ONLY_IN and not path.startswith(ONLY_IN[entry.package]):
            found.append(f"{where} belongs in {', '.join(ONLY_IN[entry.package])} only")
        if entry.package in LAZY and entry.eager:
            found.append(f"{where} is slow: import it inside the function that needs it")
    return found


def sources(*tops: str) -> list[str]:
    """The Python files of these top-level folders and modules that exist, relative to the root."""
    files = [file for top in tops for file in (ROOT / top).rglob("*.py")]
    files += [file for top in tops if (file := ROOT / f"{top}.py").exists()]
    return sorted(file.relative_to(ROOT).as_posix() for file in files)


def required(*names: str) -> set[str]:
    """The distributions that requirement files name."""
    lines = [line for name in names for line in (ROOT / name).read_text().splitlines()]
    return {
        canonicalize_name(Requirement(line).name)
        for line in lines
        if line and not line.startswith(("#", "-"))
    }


@pytest.mark.parametrize("path", sources(*MAY_IMPORT))
def test_file_keeps_the_import_rule(path: str):
    assert broken_rules(path, (ROOT / path).read_text()) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("store/files.py", "import assistant.settings"),
        ("store/files.py", "from langchain_core.documents import Document"),
        ("assistant/ask.py", "from components import answer"),
        ("assistant/ask.py", "def show():\n    import streamlit"),
        ("assistant/ask.py", "import chromadb.config"),
        ("assistant/ask.py", "from . import prompt"),
        ("assistant/models/mini.py", "import torch"),
        ("assistant/models/mini.py", "class Mini:\n    from transformers import pipeline"),
        ("assistant/answering/ask.py", "def load():\n    import torch"),
        ("api/chat.py", "from components import answer"),
        ("pages/ask/chat.py", "from pages.ask import compare"),
        ("components/answer.py", "from pages.ask import chat"),
    ],
)
def test_forbidden_import_is_found(path: str, source: str):
    assert len(broken_rules(path, source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("pages/ask/chat.py", "import streamlit\nfrom components import answer"),
        ("store/vectors.py", "import chromadb"),
        ("assistant/models/mini.py", "def load():\n    import torch"),
        ("assistant/models/mini.py", "if TYPE_CHECKING:\n    import torch"),
        ("api/chat.py", "from assistant.answering.ask import ask"),
    ],
)
def test_allowed_import_passes(path: str, source: str):
    assert broken_rules(path, source) == []


def test_pages_stand_in_section_folders():
    assert list((ROOT / "pages").glob("*.py")) == [], "these would run without frame.py"


def test_store_and_assistant_are_read():
    assert {"store/records.py", "assistant/settings.py"} <= set(sources(*MAY_IMPORT))


@pytest.mark.parametrize(
    ("folders", "files"),
    [
        (tuple(MAY_IMPORT), RUNTIME),
        (tuple(OURS - set(MAY_IMPORT)), (*RUNTIME, "requirements-dev.txt")),
    ],
    ids=["product", "tools"],
)
def test_imported_packages_are_required_by_name(folders: tuple[str, ...], files: tuple[str, ...]):
    known = packages_distributions()
    missing = set()
    for path in sources(*folders):
        for entry in imports(ast.parse((ROOT / path).read_text())):
            if entry.package in OURS or entry.package in sys.stdlib_module_names:
                continue
            owners = {canonicalize_name(owner) for owner in known.get(entry.package, [])}
            if not owners & required(*files):
                missing.add(f"{path}:{entry.line}: {entry.package}")
    assert missing == set()


def test_everything_is_pinned_to_one_public_version():
    for name in (*RUNTIME, "requirements-dev.txt", "constraints.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith("#"):
                assert [s.operator for s in Requirement(line).specifier] == ["=="], line
                assert "+" not in line, line
