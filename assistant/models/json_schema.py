"""JSON schemas that answers are held to: which can be, and which answers fit.

An object of an answer cites by a property `passage`, a number, or `passages`, a list of them: what
stands in the object rests on these passages of the prompt.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.errors import BadInput

Schema = Mapping[str, Any]

PASSAGE_NUMBER, PASSAGE_NUMBERS = "passage", "passages"
LITERAL = {"enum", "const", "default", "examples"}  # keywords whose values are no schemas
LONGEST_REASON = 200  # characters


def read_schema(text: str) -> Schema:
    """The schema in a text. Raises BadInput when it is none that answers can be held to."""
    try:
        schema = json.loads(text)
    except ValueError as error:
        raise BadInput(f"The schema is not JSON ({error}).") from error
    check_schema(schema)
    return dict(schema)


def check_schema(schema: Any) -> None:
    """Whether answers can be held to a schema. Raises BadInput."""
    from jsonschema.exceptions import best_match

    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        raise BadInput('The schema must describe an object: "type": "object" at its top.')
    kind = _validator(schema)
    if error := best_match(kind(kind.META_SCHEMA).iter_errors(schema)):
        raise BadInput(f"The schema is not valid ({_where(error)}).")
    if reason := ungrammatical(schema):
        raise BadInput(f"Answers cannot be held to this schema ({_short(reason)}).")


def grammar(schema: Schema) -> str:
    """The schema as a grammar of llguidance."""
    from llguidance import LLMatcher

    # at most one blank between tokens: else a weak model may write blanks for ever
    return LLMatcher.grammar_from_json_schema(
        json.dumps(schema), overrides={"whitespace_pattern": " ?", "coerce_one_of": True}
    )


def ungrammatical(schema: Schema) -> str:
    """Why no text can be held to a schema, "" when it can."""
    from llguidance import LLMatcher

    failed, reasons = LLMatcher.validate_grammar_with_warnings(grammar(schema))
    return reasons[0] if failed else ""


def misfit(text: str, schema: Schema) -> str:
    """Why an answer does not fit a checked schema, in a sentence; "" when it does."""
    from jsonschema.exceptions import best_match

    try:
        value = read_json(text)
    except ValueError as error:
        return f"It is not JSON ({error})."
    found = best_match(_validator(schema)(schema).iter_errors(value))
    return f"{_where(found)}." if found else ""


def read_json(text: str) -> Any:
    """The value of a JSON text; its numbers are finite. Raises ValueError."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def pointed(key: str | int) -> str:
    """A key as a part of a JSON pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _validator(schema: Schema) -> Any:
    from jsonschema.validators import Draft202012Validator, validator_for

    return validator_for(schema, default=Draft202012Validator)


def _where(error: Any) -> str:
    place = "".join(f"[{at}]" if isinstance(at, int) else f".{at}" for at in error.absolute_path)
    return _short(f"{place.lstrip('.')}: {error.message}" if place else error.message)


def _short(reason: str) -> str:
    line = " ".join(reason.split()).rstrip(".")
    return line if len(line) <= LONGEST_REASON else f"{line[: LONGEST_REASON - 1]}…"


def closed(schema: Any) -> bool:
    """Whether every object that a schema describes has just the properties it names, all of them:
    what OpenAI calls strict."""
    if isinstance(schema, Mapping):
        if isinstance(named := schema.get("properties"), Mapping) or schema.get("type") == "object":
            if schema.get("additionalProperties") is not False:
                return False
            if {*(named or ())} != {*schema.get("required", ())}:
                return False
        return all(closed(value) for key, value in schema.items() if key not in LITERAL)
    return not isinstance(schema, list) or all(map(closed, schema))


def choices(schema: Any) -> Iterator[Any]:
    """The texts and numbers that a schema itself lists, for the model to choose from."""
    if isinstance(schema, Mapping):
        if "const" in schema:
            yield schema["const"]
        if isinstance(listed := schema.get("enum"), Sequence):
            yield from listed
        for key, value in schema.items():
            if key not in LITERAL:
                yield from choices(value)
    elif isinstance(schema, Sequence) and not isinstance(schema, str):
        for value in schema:
            yield from choices(value)
