"""JSON schemas: which can be used, which answers fit, what one comes down to for a prompt."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assistant.answering.prompt import ask_of, fence
from assistant.errors import BadInput
from assistant.models.built_in import WEIGHTS
from assistant.models.json_schema import check_schema, choices, closed, misfit, read_schema
from assistant.models.mini_format import PASSAGE
from assistant.models.passage_schema import for_prompt

SAMPLES = WEIGHTS.parent / "samples"
SCHEMA = json.loads((SAMPLES / "json-format.schema.json").read_bytes())
LINES = {
    1: ["The Campion cost “18.4 million” crowns.", 'She was called "Kestrel" until 1998.'],
    3: ["Lost property is kept for 90 days."],
}
PROMPT = ask_of(
    [fence(n, "Report", 3, "Fleet", text="\n".join(lines)) for n, lines in LINES.items()], "What?"
)


def an_object(**properties: Any) -> dict[str, Any]:
    """The schema of an object with these properties, all of them required."""
    return {"type": "object", "properties": properties, "required": list(properties)}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
NUMBERS = {"type": "array", "items": NUMBER}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{'type': 'object'}", "The schema is not JSON"),
        ('{"type": "object"', "The schema is not JSON"),
        ('["object"]', "must describe an object"),
        ('{"type": "string"}', "must describe an object"),
        ('{"type": "object", "required": "name"}', "(required: 'name' is not of type 'array')"),
        (json.dumps(an_object(name={"type": "text"})), "(properties.name.type: 'text' is not"),
        (
            json.dumps(an_object(name={"not": TEXT})),
            'held to this schema (Unimplemented keys: ["not',
        ),
        (json.dumps(an_object(name={**TEXT, "pattern": "(?=a)"})), "held to this schema (regex"),
        (json.dumps(an_object(name={"$ref": "https://example.com/name"})), "https://example.com"),
    ],
)
def test_schema_that_cannot_be_used_gets_one_sentence(text: str, said: str):
    with pytest.raises(BadInput) as raised:
        read_schema(text)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value) and str(raised.value).endswith(".")
    assert len(str(raised.value)) < 300


def test_usual_schemas_can_be_used():
    kinds = {"enum": ["fare", "timetable"]}
    check_schema(an_object(kind=kinds, price={"type": "number", "minimum": 0}, at={**TEXT}))
    check_schema({**an_object(item={"$ref": "#/$defs/item"}), "$defs": {"item": an_object(a=TEXT)}})
    check_schema(an_object(day={**TEXT, "format": "date"}, items={"type": "array", "items": TEXT}))
    check_schema({"type": "object", "oneOf": [an_object(a=TEXT), an_object(b=NUMBER)]})
    assert read_schema(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"answer": "Yes.", "passage": 1, "found": true}', ""),
        (' {"found": false, "passage": null, "answer": ""}\n', ""),
        ("Yes. [1]", "It is not JSON"),
        ('{"answer": "Yes.", "passage": 1, "fou', "It is not JSON"),
        ('{"answer": "Yes.", "passage": NaN, "found": true}', "NaN is no number"),
        ('{"a": ' * 5000, "It is not JSON"),
        ('{"answer": "Yes.", "passage": 1}', "'found' is a required property."),
        ('{"answer": "Yes.", "passage": "1", "found": true}', "passage: '1' is not of type"),
        ("[]", "[] is not of type 'object'."),
    ],
)
def test_answer_fits_or_the_reason_is_told(text: str, said: str):
    found = misfit(text, SCHEMA)
    assert said in found and bool(said) == bool(found)
    assert not found or found.endswith(".")


def test_what_a_schema_lists_is_known_wherever_it_stands():
    item = {"anyOf": [{"const": "none"}, {"type": "array", "items": {"enum": ["a", 2]}}]}
    found = choices({**an_object(item={"$ref": "#/$defs/item"}), "$defs": {"item": item}})
    assert list(found) == ["none", "a", 2]


def test_closed_schemas_are_told_from_open_ones():
    inner = {**an_object(a=TEXT), "additionalProperties": False}
    assert closed(SCHEMA) and closed({**an_object(items=inner), "additionalProperties": False})
    assert not closed(an_object(a=TEXT))
    assert not closed({**an_object(items=an_object(a=TEXT)), "additionalProperties": False})
    assert not closed({**inner, "required": []})


def test_only_passages_of_the_prompt_can_be_named():
    held = for_prompt(SCHEMA, PROMPT)
    assert held["properties"]["passage"]["enum"] == [1, 3, None]
    assert held["properties"]["answer"] == SCHEMA["properties"]["answer"]
    several = for_prompt(
        an_object(items={"type": "array", "items": an_object(passages=NUMBERS)}), PROMPT
    )
    assert several["properties"]["items"]["items"]["properties"]["passages"]["items"]["enum"] == [
        1,
        3,
    ]
    assert closed(several)


def test_without_passages_none_is_named_where_that_can_be_said():
    assert for_prompt(SCHEMA, "What?")["properties"]["passage"]["enum"] == [None]
    assert for_prompt(an_object(passage=NUMBER), "What?")["properties"]["passage"] == NUMBER


QUOTED = [
    ({"answer": LINES[1][1], "passage": 1, "found": True}, True),
    ({"answer": LINES[3][0], "passage": 3, "found": False}, True),
    ({"answer": "", "passage": None, "found": False}, True),
    ({"answer": LINES[3][0], "passage": 1, "found": True}, False),
    ({"answer": "The Campion", "passage": 1, "found": True}, False),
    ({"answer": LINES[3][0], "passage": None, "found": True}, False),
    ({"answer": "", "passage": 1, "found": True}, False),
]


@pytest.mark.parametrize(("answer", "allowed"), QUOTED)
def test_model_that_only_quotes_can_write_nothing_but_lines_of_the_passage(answer, allowed):
    held = for_prompt(SCHEMA, PROMPT, quotes_only=True)
    assert Draft202012Validator(held).is_valid(answer) is allowed
    assert not misfit(json.dumps(answer), SCHEMA)


def test_quotes_may_come_from_several_passages():
    held = Draft202012Validator(
        for_prompt(
            an_object(quotes={"type": "array", "items": TEXT}, passages=NUMBERS),
            PROMPT,
            quotes_only=True,
        )
    )
    both = [LINES[1][0], LINES[3][0]]
    assert held.is_valid({"quotes": both, "passages": [1, 3]})
    assert held.is_valid({"quotes": [""], "passages": []})
    assert not held.is_valid({"quotes": both, "passages": []})
    assert not held.is_valid({"quotes": ["Anything."], "passages": [1]})


@pytest.mark.parametrize(
    "schema",
    [
        an_object(answer={**TEXT, "minLength": 200}, passage=NUMBER),  # no line is that long
        {"type": "object", "allOf": [an_object(a=TEXT), an_object(b=TEXT)]},  # not to be shut
        {**an_object(answer=TEXT), "additionalProperties": TEXT},
    ],
)
def test_what_a_schema_leaves_no_room_for_is_not_asked_for(schema):
    check_schema(schema)
    held = for_prompt(schema, PROMPT, quotes_only=True)
    check_schema(held)
    made = {"answer": "a" * 200, "passage": 3, "a": "", "b": ""}
    fitting = {name: made[name] for name in (schema.get("properties") or {"a": 0, "b": 0})}
    assert not misfit(json.dumps(fitting), held)


@pytest.mark.parametrize(("name", "count"), [("json-format", 200), ("json-format-test", 40)])
def test_samples_fit_their_schema_and_quote_the_passage_they_name(name: str, count: int):
    rows = (SAMPLES / f"{name}.jsonl").read_text("utf-8").splitlines()
    assert len(rows) == count
    found = 0
    for row in rows:
        *_, asked, said = (turn["content"] for turn in json.loads(row)["messages"])
        assert not misfit(said, SCHEMA)
        answer = json.loads(said)
        there = [
            lines.split("\n") for n, lines in PASSAGE.findall(asked) if int(n) == answer["passage"]
        ]
        quoted = any(answer["answer"] in lines for lines in there)
        assert quoted if answer["found"] else answer == QUOTED[2][0]
        found += answer["found"]
    assert found == 0.8 * count
