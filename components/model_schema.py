"""The JSON schema that answers of a model or an adapter are held to."""

import json

import streamlit as st

from assistant.models.catalog import ModelEntry
from assistant.models.json_schema import read_schema
from components import dialogs
from components.dialogs import Dialog
from components.notices import reporting
from components.resources import workspace
from components.wording import plain

ICON = ":material/data_object:"
EXAMPLE = """{
  "type": "object",
  "properties": {
    "answer": {"type": "string"},
    "passage": {"type": ["integer", "null"]}
  },
  "required": ["answer", "passage"],
  "additionalProperties": false
}"""


def button(entry: ModelEntry) -> None:
    """Draw the way to the schema of an added model or of an adapter."""
    held = entry.schema is not None
    dialogs.button(
        "Answers in JSON" if held else "JSON schema",
        Dialog("JSON schema", ICON, _form, (entry,)),
        icon=ICON,
        key=f"schema_{entry.name}",
        type="tertiary",
        help="Its answers are held to a JSON schema." if held else "Have it answer in JSON.",
    )


def _form(entry: ModelEntry) -> None:
    st.caption(
        f"Answers of {plain(entry.title)} will be JSON objects that fit this schema. A property "
        "`passage` with the number of a passage, or `passages` with several, tells what the values "
        "beside it rest on; without one, none of them counts as supported."
    )
    schema = json.dumps(entry.schema, ensure_ascii=False, indent=2) if entry.schema else ""
    text = st.text_area("Schema", schema, key="schema_text", height=280, placeholder=EXAMPLE)
    with st.container(horizontal=True):
        if st.button("Save", type="primary", key="save_schema"):
            with reporting():
                _set(entry, text or "")
        if entry.schema is not None and st.button("Answer in text again", key="remove_schema"):
            with reporting():
                _set(entry, "")


def _set(entry: ModelEntry, text: str) -> None:
    workspace().models.set_schema(entry.name, read_schema(text) if text.strip() else None)
    dialogs.close()
    st.rerun()
