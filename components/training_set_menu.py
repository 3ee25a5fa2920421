"""The name of a set, how many examples it has, and what can be done with it as a whole."""

import json
from functools import partial

import streamlit as st

from assistant.models.json_schema import read_schema
from assistant.training.example_files import to_json_lines
from components import dialogs, training_import, training_open
from components.dialogs import Dialog
from components.notices import reporting
from components.resources import workspace
from components.wording import count, plain
from store.training_records import ExampleSet, ExampleState

SCHEMA_HELP = (
    "A JSON schema that every answer is to fit. Models trained on this set are held to it when "
    "they answer."
)


def show(examples: ExampleSet) -> None:
    """Draw them."""
    counts = workspace().store.examples.counts(examples.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(examples.name), anchor=False, width="content")
        if examples.schema:
            st.badge("JSON", icon=":material/data_object:", color="blue", help=SCHEMA_HELP)
        st.space("stretch")
        _actions(examples, any(counts.values()))
    words = [f"{count(counts[ExampleState.READY], 'example')} ready"]
    if waiting := counts[ExampleState.WAITING]:
        words.append(f"{waiting:,} to review")
    if dropped := counts[ExampleState.DROPPED]:
        words.append(f"{dropped:,} dropped")
    st.caption(", ".join(words) + ".")


def _actions(examples: ExampleSet, any_there: bool) -> None:
    for label, dialog in (
        ("Rename", Dialog("Rename the set", ":material/edit:", _rename, (examples,))),
        ("JSON schema", Dialog("JSON schema", ":material/data_object:", _schema, (examples,))),
        ("Delete", Dialog("Delete the set", ":material/delete:", _delete, (examples,))),
    ):
        dialogs.button(label, dialog, icon=dialog.icon, key=f"{label}_set", type="tertiary")
    st.download_button(
        "Download",
        data=partial(_as_file, examples.id),
        file_name=f"{examples.name}.jsonl",
        mime="application/jsonl",
        icon=":material/download:",
        type="tertiary",
        key="download_set",
        on_click="ignore",
        disabled=not any_there,
        help="The examples that are ready, as chat JSON lines.",
    )


def _as_file(set_id: str) -> str:
    return to_json_lines(workspace().store.examples.list(set_id, state=ExampleState.READY))


def _rename(examples: ExampleSet) -> None:
    with st.form("rename_set_form", border=False):
        name = st.text_input("Name", examples.name, max_chars=80, key="set_name")
        if not st.form_submit_button("Rename", type="primary"):
            return
    with reporting():
        workspace().store.examples.rename_set(examples.id, training_import.checked_name(name))
        dialogs.close()
        st.rerun()


def _schema(examples: ExampleSet) -> None:
    st.caption(SCHEMA_HELP)
    kept = json.dumps(examples.schema, indent=2, ensure_ascii=False) if examples.schema else ""
    with st.form("schema_form", border=False):
        text = st.text_area(
            "Schema",
            kept,
            height=320,
            key="set_schema",
            placeholder='{"type": "object", "properties": {"answer": {"type": "string"}}}',
            help="Nothing means that answers are free text.",
        )
        if not st.form_submit_button("Save", type="primary"):
            return
    with reporting():
        schema = read_schema(text) if text.strip() else None
        workspace().store.examples.set_schema(examples.id, schema)
        dialogs.close()
        st.rerun()


def _delete(examples: ExampleSet) -> None:
    st.markdown(
        f"**{plain(examples.name)}** with its examples and versions will be deleted. Runs made "
        "from it stay, but cannot be repeated. This cannot be undone."
    )
    dialogs.confirm("Delete", lambda: _remove(examples.id))


def _remove(set_id: str) -> None:
    workspace().proposals.cancel(set_id)
    workspace().store.examples.remove_set(set_id)
    training_open.show_set(None)
