"""The command `train`: from a file of examples to a candidate adapter."""

import argparse
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import Field, fields, replace
from math import isfinite
from pathlib import Path
from typing import Any, get_type_hints

from assistant.errors import AssistantError, BadInput, JobCancelled
from assistant.settings import Settings
from assistant.training.example_files import ExampleFile, as_examples, read_examples
from assistant.training.recipe import Recipe, Way
from assistant.workspace import Workspace, open_workspace
from store.errors import StoreError
from store.example_versions import turns_sha256
from store.examples import Examples
from store.training_records import ExampleState, RunState, TrainingRun

WAYS = [way for way in Way if way is not Way.EMBEDDING]  # which learns from no file
STOPPED = "Stopped; the run is paused and can be resumed on the page Fine-tuning."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `train`: what to train, and every choice of the recipe."""
    parser.add_argument("--examples", required=True, metavar="FILE", help="JSON lines or CSV")
    parser.add_argument("--base", required=True, help="the model to start from")
    parser.add_argument("--name", required=True, help="what to call the adapter")
    parser.add_argument("--schema", metavar="FILE", help="JSON schema that answers are to fit")
    ways = [way.value for way in WAYS]
    parser.add_argument("--way", choices=ways, default=Way.LORA.value, help="kind of training")
    kinds = get_type_hints(Recipe)
    for entry in _choices():
        known = entry.metadata
        parser.add_argument(
            f"--{entry.name.replace('_', '-')}",
            type=kinds[entry.name],
            choices=known["choices"] or None,
            metavar=None if known["choices"] else kinds[entry.name].__name__.upper(),
            help=f"{known['title']}: {known['help']}",
        )


def train(given: argparse.Namespace, settings: Settings) -> tuple[int, dict[str, Any]]:
    """Import the examples, train, and tell what came of it: exit code and result."""
    file, schema = _examples(Path(given.examples)), _schema(given.schema)
    with closing(open_workspace(settings, role="the command line")) as workspace:
        source = workspace.models.folder(given.base)
        chosen = {e.name: getattr(given, e.name) for e in _choices()}
        usual = Recipe.defaults(Way(given.way), source)
        recipe = replace(usual, **{k: v for k, v in chosen.items() if v is not None})
        run = _finished(workspace, _begun(workspace, given, file, schema, recipe))
        result = _result(workspace, run)
    if run.state is RunState.DONE:
        return 0, result
    return 1, {**result, "error": run.reason or f"The run was {run.state}."}


def _choices() -> list[Field[Any]]:
    return [
        entry
        for entry in fields(Recipe)
        if entry.metadata and not set(WAYS).isdisjoint(entry.metadata["ways"])
    ]


def _examples(path: Path) -> ExampleFile:
    try:
        file = read_examples(path.name, path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error
    if file.refused:
        first, more = file.refused[0], len(file.refused) - 1
        others = f" {more} more rows cannot be used." if more else ""
        raise BadInput(f"{path.name}, line {first.line}: {first.reason}{others}")
    return file


def _schema(name: str | None) -> Mapping[str, Any] | None:
    if name is None:
        return None
    try:
        schema = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{name} cannot be read as a JSON schema ({error}).") from error
    if not isinstance(schema, dict):
        raise BadInput(f"{name} is no JSON schema: it holds no object.")
    return schema


def _begun(
    workspace: Workspace,
    given: argparse.Namespace,
    file: ExampleFile,
    schema: Mapping[str, Any] | None,
    recipe: Recipe,
) -> TrainingRun:
    """Import the examples and queue a run on them; what cannot be trained leaves nothing."""
    known = known_set(workspace.store.examples, file, schema)
    set_id = known or _new_set(workspace, file, schema)
    try:
        return workspace.training.begin(given.name, given.base, set_id, recipe)
    except (AssistantError, StoreError):
        if not known:
            workspace.store.examples.remove_set(set_id)
        raise


def known_set(
    examples: Examples, file: ExampleFile, schema: Mapping[str, Any] | None
) -> str | None:
    """The set that has exactly the examples of a file, so that it is not imported twice."""
    wanted = turns_sha256(as_examples(file, ""))
    for made in examples.sets():
        ready = examples.list(made.id, state=ExampleState.READY)
        if made.schema == schema and turns_sha256(ready) == wanted:
            return made.id
    return None


def _new_set(workspace: Workspace, file: ExampleFile, schema: Mapping[str, Any] | None) -> str:
    examples = workspace.store.examples
    taken, name = {made.name for made in examples.sets()}, Path(file.name).stem
    names = [name, *(f"{name} {number}" for number in range(2, len(taken) + 3))]
    made = examples.make_set(next(name for name in names if name not in taken), schema)
    examples.add(as_examples(file, made.id))
    return made.id


def _finished(workspace: Workspace, run: TrainingRun) -> TrainingRun:
    try:
        return workspace.training.wait(run.id)
    except KeyboardInterrupt:
        workspace.training.pause(run.id)
        workspace.training.wait(run.id)
        raise JobCancelled(STOPPED) from None


def _result(workspace: Workspace, run: TrainingRun) -> dict[str, Any]:
    rows = workspace.training.progress(run.id)
    report = run.report
    names = {adapter.id: adapter.model for adapter in workspace.models.adapters(run.base)}
    return {
        "run": run.id,
        "status": str(run.state),
        "adapter": names.get(run.result, run.result) or None,
        "validation": [
            {"step": row.step, "loss": _number(row.validation_loss)}
            for row in rows
            if row.validation_loss is not None
        ],
        "seconds": round(run.seconds, 1),
        "summary": run.summary,
        "warnings": [warning.text for warning in run.warnings],
        "figures": [
            {"name": name, "before": _number(before), "after": _number(after)}
            for name, (before, after) in (report.figures.items() if report else ())
        ],
        "guards": [guard.text for guard in report.guards if guard.red] if report else [],
    }


def _number(value: float | None) -> float | None:
    """JSON has no NaN."""
    return value if value is not None and isfinite(value) else None
