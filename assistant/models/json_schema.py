"""JSON schemas that answers are held to: which can be, which answers fit, and what a schema comes
down to for one prompt.

An object of an answer cites by a property `passage`, a number, or `passages`, a list of them: what
stands in the object rests on these passages of the prompt.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.errors import BadInput
from assistant.models.mini_format import PASSAGE

Schema = Mapping[str, Any]

PASSAGE_NUMBER, PASSAGE_NUMBERS = "passage", "passages"
_LITERAL = {"enum", "const", "default", "examples"}  # keywords whose values are no schemas
_ABOUT = {"$schema", "$id", "$defs", "definitions", "title", "description"}
_HELD = {"enum", "const", "pattern", "format"}  # keywords that say what a text may be
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
        return all(closed(value) for key, value in schema.items() if key not in _LITERAL)
    return not isinstance(schema, list) or all(map(closed, schema))


def choices(schema: Any) -> Iterator[Any]:
    """The texts and numbers that a schema itself lists, for the model to choose from."""
    if isinstance(schema, Mapping):
        if "const" in schema:
            yield schema["const"]
        if isinstance(listed := schema.get("enum"), Sequence):
            yield from listed
        for key, value in schema.items():
            if key not in _LITERAL:
                yield from choices(value)
    elif isinstance(schema, Sequence) and not isinstance(schema, str):
        for value in schema:
            yield from choices(value)


def for_prompt(schema: Schema, prompt: str, *, quotes_only: bool = False) -> dict[str, Any]:
    """The schema with only the passages there are in a prompt; `quotes_only` is for models that can
    do nothing but quote: the texts beside a passage are lines of it then, or empty beside none,
    unless the schema leaves no room for that."""
    lines: dict[int, list[str]] = defaultdict(list)
    for number, text in PASSAGE.findall(prompt):  # a passage may come in several pieces
        lines[int(number)] += [line for line in text.split("\n") if line.strip()]
    if quotes_only and not ungrammatical(quoting := _narrowed(schema, lines, True)):
        return dict(quoting)
    return dict(_narrowed(schema, lines, False))


def _narrowed(node: Any, lines: Mapping[int, list[str]], quotes_only: bool) -> Any:
    if isinstance(node, list):
        return [_narrowed(one, lines, quotes_only) for one in node]
    if not isinstance(node, Mapping):
        return node
    made = {
        key: value if key in _LITERAL else _narrowed(value, lines, quotes_only)
        for key, value in node.items()
    }
    if not (key := _citing(made)):
        return made
    if quotes_only:
        return _quoting(made, key, lines)
    allowed = _allowed(made["properties"][key], lines)
    return {**made, "properties": {**made["properties"], key: allowed}}


def _citing(node: Mapping[str, Any]) -> str:
    """The property by which objects of this schema cite, "" when they do not."""
    properties = node.get("properties")
    if not isinstance(properties, Mapping):
        return ""
    if "integer" in _types(properties.get(PASSAGE_NUMBER)):
        return PASSAGE_NUMBER
    many: Any = properties.get(PASSAGE_NUMBERS)
    lists = "array" in _types(many) and "integer" in _types(many.get("items"))
    return PASSAGE_NUMBERS if lists else ""


def _types(schema: Any) -> set[str]:
    """The types that a schema names for its values."""
    if not isinstance(schema, Mapping):
        return set()
    named = schema.get("type", [])
    others = [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    return {named} if isinstance(named, str) else {*named}.union(*map(_types, others))


def _allowed(cited: Schema, lines: Mapping[int, list[str]]) -> Schema:
    """The citing property with only the passages there are, unless that would leave nothing."""
    types = _types(cited)
    if "array" in types:
        return {**cited, "items": {"type": "integer", "enum": [*lines]}} if lines else cited
    numbers = [*lines, *([None] if "null" in types else [])]
    return {"type": sorted(types), "enum": numbers} if numbers else cited


def _quoting(node: Mapping[str, Any], key: str, lines: Mapping[int, list[str]]) -> dict[str, Any]:
    """The schema of an object that cites as one schema for every passage it may cite."""
    variants = []
    for passages, texts in _passages(node["properties"][key], lines):
        properties = {
            name: passages if name == key else _held_to(texts, value)
            for name, value in node["properties"].items()
        }
        own = {name: value for name, value in node.items() if name not in _ABOUT}
        variants.append({**own, "properties": properties})
    about = {name: value for name, value in node.items() if name in _ABOUT}
    return {**about, "anyOf": variants} if variants else dict(node)


def _passages(
    cited: Schema, lines: Mapping[int, list[str]]
) -> Iterator[tuple[Schema, Sequence[str]]]:
    """What the citing property may be, each with the texts that may then stand beside it."""
    types = _types(cited)
    if "array" in types:
        if lines:
            least = max(1, cited.get("minItems", 0))
            every = [line for texts in lines.values() for line in texts]
            yield {**_allowed(cited, lines), "minItems": least}, every
        if not cited.get("minItems"):
            yield {"type": "array", "maxItems": 0}, [""]
        return
    for number, texts in lines.items():
        yield {"const": number}, texts
    if "null" in types:
        yield {"const": None}, [""]


def _held_to(texts: Sequence[str], node: Any) -> Any:
    """A schema whose free texts are held to these."""
    if isinstance(node, list):
        return [_held_to(texts, one) for one in node]
    if not isinstance(node, Mapping):
        return node
    types = node.get("type")
    if types in ("string", ["string", "null"], ["null", "string"]) and not _HELD & node.keys():
        return {**node, "enum": [*dict.fromkeys(texts), *([] if types == "string" else [None])]}
    return {k: v if k in _LITERAL else _held_to(texts, v) for k, v in node.items()}
