"""Adapters out of Openbook and into it: a zip of a PEFT folder, which `PeftModel.from_pretrained`
and vLLM load once it is unpacked, and a whole model with the adapter merged into it."""

import io
import json
import shutil
import uuid
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from assistant.errors import BadInput, ModelUnavailable
from assistant.models.json_schema import check_schema
from assistant.models.model_folder import ADAPTER_CONFIG, ADAPTER_WEIGHTS, check_adapter
from assistant.models.weights import AdapterFiles, Weights
from assistant.training.card import CARD, README, read_card

NEEDED = (ADAPTER_CONFIG, ADAPTER_WEIGHTS)
# Nothing else of an adapter's folder is taken along, and nothing else is unpacked.
FILES = (*NEEDED, CARD, README)
# Rank 64 on all layers of a model of 8 billion parameters has 0.7 GB in 32 bits.
LARGEST = 2_000_000_000  # bytes of all files unpacked
LARGEST_TEXT = 5_000_000  # bytes of every file but the weights
MANY = 1000  # entries of a zip that are looked at


def export_zip(folder: Path, base: str) -> bytes:
    """A zip of an adapter's folder; `base` names its model there, in the place of a folder of this
    machine. Raises ModelUnavailable."""
    check_adapter(folder)
    config = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    out, known = io.BytesIO(), str(config.get("base_model_name_or_path") or base)
    with zipfile.ZipFile(out, "w") as made:  # weights do not get smaller by packing
        for name in FILES:
            if name == ADAPTER_CONFIG:
                named = {**config, "base_model_name_or_path": base}
                made.writestr(name, json.dumps(named, indent=2, sort_keys=True))
            elif name == README and (folder / name).is_file():
                text = (folder / name).read_text(encoding="utf-8", errors="replace")
                made.writestr(name, text.replace(known, base))  # PEFT names the folder there
            elif (folder / name).is_file():
                made.write(folder / name, name)
    return out.getvalue()


def adapter_folder(source: str | Path | IO[bytes], home: Path) -> Path:
    """The folder of an adapter: as it is, or a new one in `home` for what is in a zip, which is
    given by its path or opened. Raises BadInput."""
    if isinstance(source, str | Path):
        source = Path(source).expanduser().absolute()
        if not source.is_file():
            return source
    return import_zip(source, home / uuid.uuid4().hex[:12])


def import_zip(file: IO[bytes] | Path, into: Path) -> Path:
    """Unpack the adapter in a zip into the folder `into`, which is made for it.

    Of the files beside its adapter_config.json, wherever in the zip that is, only those of FILES
    are taken, under their own names. Raises BadInput.
    """
    try:
        with zipfile.ZipFile(file) as opened:
            members = _members(opened)
            into.mkdir(parents=True)
            for name, member in members.items():
                _unpack(opened, member, into / name)
        _check(into)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        shutil.rmtree(into, ignore_errors=True)
        raise BadInput(f"The zip cannot be unpacked ({error}).") from error
    except BadInput:
        shutil.rmtree(into, ignore_errors=True)
        raise
    return into


def merge(source: Path, precision: str, adapter: Path, into: Path) -> Path:
    """Write a whole model into `into`: the base in `source` with the adapter merged into its
    weights, held in `precision` (bf16 for those of fewer bits). A model that is there is replaced.

    The base is loaded once more for this. Raises ModelUnavailable.
    """
    check_adapter(adapter)
    made = into.with_name(f".{into.name}")
    shutil.rmtree(made, ignore_errors=True)  # of a merge that did not end
    weights = Weights(source.name, source, "fp32" if precision == "fp32" else "bf16")
    try:
        weights.merge(AdapterFiles("merged", adapter.name, adapter)).save_pretrained(made)
    finally:
        weights.free()
    for file in source.iterdir():  # tokenizer and chat template
        if file.is_file() and ".safetensors" not in file.name and file.suffix != ".md":
            if not (made / file.name).exists():
                shutil.copy2(file, made)
    shutil.rmtree(into, ignore_errors=True)
    return made.replace(into)


def _members(opened: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files to take, by the names they get."""
    found = [one for one in opened.infolist() if not one.is_dir()]
    configs = [one for one in found[:MANY] if _name(one) == ADAPTER_CONFIG]
    if len(configs) != 1:
        raise BadInput(
            f"The zip holds {len(configs)} adapters; it should have one folder with "
            f"{' and '.join(NEEDED)}."
        )
    place = PurePosixPath(configs[0].filename).parent
    members = {
        _name(one): one
        for one in found[:MANY]
        if _name(one) in FILES and PurePosixPath(one.filename).parent == place
    }
    if ADAPTER_WEIGHTS not in members:
        raise BadInput(
            f"The zip has no {ADAPTER_WEIGHTS}; weights in other formats can run code when they "
            "are opened and are not read."
        )
    return members


def _unpack(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Write one file, as many bytes as it may have and no more, whatever the zip says."""
    most = LARGEST if target.name == ADAPTER_WEIGHTS else LARGEST_TEXT
    with opened.open(member) as packed, target.open("xb") as out:
        left = most
        while piece := packed.read(1 << 20):
            left -= len(piece)
            if left < 0:
                raise BadInput(f"{target.name} in the zip is larger than {most // 10**6:,} MB.")
            out.write(piece)


def _name(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).name


def _check(folder: Path) -> None:
    """Whether what was unpacked can be an adapter."""
    from safetensors import SafetensorError, safe_open

    try:
        check_adapter(folder)
    except ModelUnavailable as error:
        raise BadInput(f"{ADAPTER_CONFIG} in the zip cannot be read.") from error
    try:
        with safe_open(folder / ADAPTER_WEIGHTS, framework="numpy") as weights:
            empty = not list(weights.keys())
    except SafetensorError as error:
        raise BadInput(f"{ADAPTER_WEIGHTS} in the zip is damaged ({error}).") from error
    if empty:
        raise BadInput(f"{ADAPTER_WEIGHTS} in the zip holds no weights.")
    card = read_card(folder)
    if schema := card.schema if card else None:
        check_schema(schema)
