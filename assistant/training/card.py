"""The card of an adapter: what it was made from and how it does, in card.json beside its weights,
and the same for people in README.md."""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.models.model_folder import ADAPTER_CONFIG
from assistant.training.figures import FIGURES
from store.changes import ADD, REMOVE, REPLACE, Change
from store.serialization import from_json, to_json
from store.training_records import Report, TrainingRun

log = logging.getLogger(__name__)

CARD, README = "card.json", "README.md"
_CHANGED = {ADD: "added", REPLACE: "replaced", REMOVE: "removed"}


@dataclass(frozen=True)
class Examples:
    """The version of a set of examples that something was learned from."""

    name: str
    version: int
    count: int
    sha256: str


@dataclass(frozen=True)
class WeightFiles:
    """The weights in a folder: bytes, the SHA-256 of the file, or of the list of files and theirs,
    and when they were last written, in seconds since 1970."""

    size: int
    sha256: str
    modified: float


@dataclass(frozen=True)
class Card:
    """What is known of an adapter or a model that was made here. `document_change` is the number of
    the last change of the documents at that time."""

    name: str
    base: str
    made_at: datetime
    weights: WeightFiles
    base_weights: WeightFiles | None = None
    run_id: str = ""
    examples: Examples | None = None
    recipe: Mapping[str, Any] | None = None
    seconds: float = 0.0
    report: Report | None = None
    schema: Mapping[str, Any] | None = None
    document_change: int = 0


def write_card(
    folder: Path,
    run: TrainingRun,
    *,
    made_at: datetime,
    examples: Examples | None,
    document_change: int,
) -> Card:
    """Write the card of what a run with its report made into `folder`, which holds the weights."""
    card = Card(
        name=run.name,
        base=run.base,
        made_at=made_at,
        weights=weight_files(folder),
        base_weights=weight_files(Path(run.source)),
        run_id=run.id,
        examples=examples,
        recipe=run.recipe,
        seconds=run.seconds,
        report=run.report,
        schema=run.schema,
        document_change=document_change,
    )
    text = json.dumps(to_json(card), ensure_ascii=False, indent=1)
    (folder / CARD).write_text(text, encoding="utf-8")
    (folder / README).write_text(in_words(card), encoding="utf-8")
    _name_base(folder / ADAPTER_CONFIG, run.base)
    return card


def read_card(folder: Path) -> Card | None:
    """The card in a folder; None where there is none that can be read."""
    try:
        return from_json(Card, json.loads((folder / CARD).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        log.warning("the card in %s cannot be read", folder, exc_info=True)
        return None


def weight_files(folder: Path) -> WeightFiles:
    """The weights in a folder, read to the last byte unless they were before."""
    files = sorted(folder.glob("*.safetensors"))
    stats = [file.stat() for file in files]
    hashes = [
        _sha256(file, stat.st_size, stat.st_mtime_ns)
        for file, stat in zip(files, stats, strict=True)
    ]
    if len(files) != 1:
        listed = "".join(f"{sha}  {file.name}\n" for sha, file in zip(hashes, files, strict=True))
        hashes = [hashlib.sha256(listed.encode()).hexdigest()]
    modified = max((stat.st_mtime for stat in stats), default=0.0)
    return WeightFiles(sum(stat.st_size for stat in stats), hashes[0], modified)


def moved_on(card: Card, changes: Sequence[Change], base: Path | None) -> list[str]:
    """Sentences for a person about what changed since: documents, given all `changes` after the
    card's, and the weights of the base in its folder."""
    sentences = []
    latest = {change.document_id: change.kind for change in changes}
    if counted := Counter(_CHANGED[kind] for kind in latest.values()):
        parts = [f"{many} {what}" for what, many in sorted(counted.items())]
        sentences.append(
            f"Documents moved on since it was made: {', '.join(parts)}. Its examples may say what "
            "no document says any more; look through them and train it again."
        )
    if base and card.base_weights and _changed(card.base_weights, base):
        sentences.append(
            f"The weights of {card.base} are not those it was made for, so its report does not "
            "hold; train it again."
        )
    return sentences


def in_words(card: Card) -> str:
    """The card as Markdown, with the metadata that model hubs read."""
    return "\n".join(_lines(card))


def _lines(card: Card) -> Iterator[str]:
    yield from ("---", f"base_model: {json.dumps(card.base)}", "library_name: peft")
    yield from ("tags: [lora, openbook]", "---", "", f"# {card.name}", "")
    yield f"Made by Openbook on {card.made_at:%d %B %Y} for {card.base}."
    yield ""
    if card.examples:
        made = card.examples
        yield (
            f"- Examples: {made.name}, version {made.version}, {made.count} of them, SHA-256 "
            f"`{made.sha256}`"
        )
    yield f"- Weights: {card.weights.size:,} bytes, SHA-256 `{card.weights.sha256}`"
    if card.base_weights:
        yield f"- Weights of the base: SHA-256 `{card.base_weights.sha256}`"
    if card.seconds:
        yield f"- Training: {card.seconds:.0f} seconds"
    if card.recipe:
        told = ", ".join(f"{name} {value}" for name, value in card.recipe.items())
        yield f"- Recipe: {told}"
    if card.report:
        yield from ("", "## Report", "")
        yield from _report(card.report)
    yield ""


def _report(report: Report) -> Iterator[str]:
    yield from ("| Figure | Base | Tuned |", "|---|---|---|")
    for name, (before, after) in report.figures.items():
        title = FIGURES[name].title if name in FIGURES else name
        yield f"| {title} | {written(name, before)} | {written(name, after)} |"
    yield ""
    for guard in report.guards:
        yield f"- {'Warning' if guard.red else 'In order'}: {guard.text}"
    for note in report.notes:
        yield f"- {note}"


def written(name: str, value: float | None) -> str:
    """A figure as people read it: a share in per cent, anything else with its unit."""
    if value is None:
        return "–"
    unit = FIGURES[name].unit if name in FIGURES else ""
    return f"{value:.3g} {unit}" if unit else f"{value:.1%}"


def _changed(then: WeightFiles, folder: Path) -> bool:
    """Whether the weights are others now; they are not read where their dates tell."""
    files = [file.stat() for file in folder.glob("*.safetensors")]
    if not files:
        return False  # they are gone, which is another matter
    if sum(stat.st_size for stat in files) != then.size:
        return True
    if max(stat.st_mtime for stat in files) == then.modified:
        return False
    return weight_files(folder).sha256 != then.sha256


@lru_cache(maxsize=64)
def _sha256(file: Path, _size: int, _changed_at: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _name_base(config: Path, base: str) -> None:
    """Put the name of the base in the place of its folder, which is nobody's business elsewhere."""
    if config.is_file():
        known = json.loads(config.read_text(encoding="utf-8"))
        known["base_model_name_or_path"] = base
        config.write_text(json.dumps(known, indent=2, sort_keys=True), encoding="utf-8")
