"""Looks at what is installed, writable and loadable, and says what to do about the rest."""

import importlib.metadata
import platform
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from assistant.errors import AssistantError
from assistant.models.catalog import ModelCatalog
from assistant.models.embedding import SentenceEmbeddings
from assistant.models.reranking import Reranker
from assistant.settings import NO_RERANKER, Settings
from store.errors import HomeInUse, StoreError
from store.store import Store

PACKAGES = (
    "streamlit", "chromadb", "pypdf", "pypdfium2", "sentence-transformers", "onnxruntime", "torch",
    "transformers", "peft", "safetensors", "huggingface_hub",
    "langchain-core", "langchain-community", "tantivy", "SQLAlchemy", "rapidocr-onnxruntime",
)  # fmt: skip


def examine(settings: Settings) -> list[dict[str, Any]]:
    """A list of checks: {"name", "ok", "found"}; "found" says what is wrong and what to do."""
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("python", lambda _: platform.python_version()),
        ("packages", _packages),
        ("home", _home),
        ("store", _store),
        ("embedding", _embedding),
        ("reranker", _reranker),
        ("model", _model),
        ("ocr", _ocr),
    ]
    return [_checked(name, check, settings) for name, check in checks]


def _checked(name: str, check: Callable[[Settings], str], settings: Settings) -> dict[str, Any]:
    try:
        return {"name": name, "ok": True, "found": check(settings)}
    except (AssistantError, StoreError, OSError) as error:
        return {"name": name, "ok": False, "found": str(error)}


def _packages(_settings: Settings) -> str:
    found, missing = [], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(package)
    if missing:
        raise AssistantError(
            f"Missing: {', '.join(missing)}; run "
            "`pip install -r requirements.txt -c constraints.txt`."
        )
    return ", ".join(found)


def _home(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.home):
        return f"{settings.home} is writable"


def _store(settings: Settings) -> str:
    try:
        store = Store(settings.home, role="the doctor")
    except HomeInUse as error:
        return str(error)
    documents = len(store.documents.all())
    store.close()
    return f"opens, {documents} documents"


def _embedding(settings: Settings) -> str:
    embeddings = SentenceEmbeddings(settings.embedding)
    embeddings.load()
    return f"{embeddings.name} loads and makes vectors of {embeddings.dimension} numbers"


def _reranker(settings: Settings) -> str:
    if settings.reranker == NO_RERANKER:
        return "switched off"
    Reranker(settings.reranker).load()
    return f"{settings.reranker} loads"


def _model(settings: Settings) -> str:
    try:
        store = Store(settings.home, role="the doctor")
    except HomeInUse as error:
        return str(error)
    try:
        entry = ModelCatalog(settings, store).find(settings.model)
    finally:
        store.close()
    if entry.status.startswith("missing: "):
        raise AssistantError(entry.status.removeprefix("missing: "))
    return f"{entry.title}, {entry.status}"


def _ocr(settings: Settings) -> str:
    if not settings.ocr:
        return "switched off"
    if find_spec("rapidocr_onnxruntime") is None:
        raise AssistantError("Missing: rapidocr-onnxruntime; scanned pages cannot be read.")
    return "rapidocr-onnxruntime"
