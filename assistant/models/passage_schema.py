"""A JSON schema as it holds for one prompt: with only the passages there are in it.

Servers and the grammar of models on this machine then allow no other numbers, and openbook-mini,
which can do nothing but quote, no other texts than lines of the passage named beside them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.models.json_schema import (
    LITERAL,
    PASSAGE_NUMBER,
    PASSAGE_NUMBERS,
    Schema,
    ungrammatical,
)
from assistant.models.mini_format import PASSAGE

_ABOUT = {"$schema", "$id", "$defs", "definitions", "title", "description"}
_HELD = {"enum", "const", "pattern", "format"}  # keywords that say what a text may be
_COMBINING = {"allOf", "anyOf", "oneOf", "$ref", "patternProperties", "additionalProperties"}


def for_prompt(schema: Schema, prompt: str, *, quotes_only: bool = False) -> Schema:
    """What an answer to this prompt is held to; all that fits it fits the schema.

    Objects have no properties but those named, unless the schema says something of others. With
    `quotes_only` texts beside a passage are lines of it, and empty beside none. What the schema
    leaves no room for is not asked for.
    """
    lines: dict[int, list[str]] = defaultdict(list)
    for number, text in PASSAGE.findall(prompt):  # a passage may come in several pieces
        lines[int(number)] += [line for line in text.split("\n") if line.strip()]
    shut = _shut(schema)
    for wanted, quoting in ((shut, quotes_only), (shut, False), (schema, False)):
        made: Schema = _narrowed(wanted, lines, quoting)
        if not ungrammatical(made):
            return made
    return schema


def _shut(node: Any) -> Any:
    """The schema with objects that have only the properties it names."""
    if isinstance(node, list):
        return list(map(_shut, node))
    if not isinstance(node, Mapping):
        return node
    made = {key: value if key in LITERAL else _shut(value) for key, value in node.items()}
    if isinstance(made.get("properties"), Mapping) and not _COMBINING & made.keys():
        made["additionalProperties"] = False
    return made


def _narrowed(node: Any, lines: Mapping[int, list[str]], quotes_only: bool) -> Any:
    if isinstance(node, list):
        return [_narrowed(one, lines, quotes_only) for one in node]
    if not isinstance(node, Mapping):
        return node
    made = {
        key: value if key in LITERAL else _narrowed(value, lines, quotes_only)
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
    return {k: v if k in LITERAL else _held_to(texts, v) for k, v in node.items()}
