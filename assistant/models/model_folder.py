"""Folders of models and adapters: where they are, whether all is there, and how large they are.

Knows file names and formats only; nothing is loaded, and nothing is fetched from anywhere.
"""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.errors import ModelUnavailable
from assistant.models.hub import HUB_FILES

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt")
WEIGHTS, SHARDS = "model.safetensors", "model.safetensors.index.json"
ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_HUB_NAME = re.compile(r"[\w-][\w.-]*(/[\w.-]+)?")


class NeedsDownload(ModelUnavailable):
    "A model on the hub of which this machine has no whole copy."


def model_folder(source: str) -> Path:
    """The folder of a model, checked. Raises NeedsDownload or ModelUnavailable.

    `source` is a folder, or a name on the hub, which is looked for among downloaded models.
    """
    if not is_hub_name(source):
        folder = Path(source).expanduser()
        check_model(folder)
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(source, local_files_only=True, **HUB_FILES))
        check_model(folder)
    except (LocalEntryNotFoundError, HFValidationError, ModelUnavailable) as error:
        raise NeedsDownload(
            f"The model {source} has not been downloaded to this machine; download it, or give "
            "the folder in which it is."
        ) from error
    return folder


def is_hub_name(source: str) -> bool:
    """Whether this names a model on the hub; what exists as a folder is one."""
    return bool(_HUB_NAME.fullmatch(source)) and not Path(source).is_dir()


def check_model(folder: Path) -> None:
    """Look whether everything is there that a model needs. Raises ModelUnavailable."""
    if not folder.is_dir():
        raise ModelUnavailable(f"There is no folder {folder}.")
    if not (folder / "config.json").is_file():
        if (folder / ADAPTER_CONFIG).is_file():
            raise ModelUnavailable(
                f"{folder} holds an adapter, not a model; add it to the model it was made for."
            )
        raise ModelUnavailable(
            f"{folder} is not the folder of a Hugging Face model: it has no config.json."
        )
    _read(folder / "config.json")
    _check_weights(folder)
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise ModelUnavailable(
            f"{folder} has no tokenizer ({TOKENIZER_FILES[0]}); save the model's tokenizer there."
        )


def check_adapter(folder: Path) -> None:
    """Look whether everything is there that an adapter needs. Raises ModelUnavailable."""
    if not folder.is_dir():
        raise ModelUnavailable(f"There is no folder {folder}.")
    for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS):
        if not (folder / name).is_file():
            raise ModelUnavailable(
                f"{folder} is not the folder of a PEFT adapter: it has no {name}."
            )
    _read(folder / ADAPTER_CONFIG)


def folder_bytes(folder: Path) -> int:
    """The size of all files in a folder on disk; 0 when it is not there."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def quotes_in_tokens(folder: Path) -> bool:
    """Whether the model writes quotes between tokens of its own (see mini_format.py)."""
    file = folder / "tokenizer.json"
    return file.is_file() and _has_cite_tokens(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _has_cite_tokens(tokenizer: Path, _changed: int) -> bool:
    text = tokenizer.read_bytes()  # reading megabytes of JSON takes longer than looking for this
    return b'"<cite:1>"' in text and b'"</cite>"' in text


def _check_weights(folder: Path) -> None:
    if (folder / WEIGHTS).is_file():
        return
    if not (folder / SHARDS).is_file():
        raise ModelUnavailable(
            f"{folder} has no weights in the safetensors format ({WEIGHTS}); other formats can run "
            "code when they are opened and are not read."
        )
    named = _read(folder / SHARDS).get("weight_map", {}).values()
    if missing := sorted(name for name in set(named) if not (folder / name).is_file()):
        raise ModelUnavailable(
            f"{folder} is incomplete: {len(missing)} of {len(set(named))} files with weights are "
            f"missing, first {missing[0]}."
        )


def _read(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"{file} cannot be read ({error}).") from error
    if not isinstance(value, dict):
        raise ModelUnavailable(f"{file} cannot be read (it holds no JSON object).")
    return value
