"""Bringing in a file of examples: what can be used, what cannot and why, and examples to try."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

import streamlit as st

from assistant.errors import AssistantError, BadInput
from assistant.library import SAMPLES
from assistant.models.json_schema import read_schema
from assistant.training.example_files import (
    ENDINGS,
    MEGABYTES,
    ExampleFile,
    as_examples,
    read_examples,
)
from assistant.training.examples import answer_of, question_of
from components import notices, training_mending, training_open
from components.resources import workspace
from components.wording import count, plain
from store.errors import StoreError
from store.training_records import ExampleSet

PLACE = "training_import"
TAKEN = "training_files_taken"  # a new box for every file, else the old one stays in it
READ = "training_file_read"  # the file in the box as it was read, with its id
NAME = "new_set_name"
SHOWN = 5
LONGEST_NAME = 80
FORMS = (
    "JSON lines with `messages`, with `instruction`, `input` and `output`, or with `question` and "
    "`answer`; or CSV with the columns `question` and `answer`."
)
SUPPORT_VOICE = "support-voice"
SAMPLE_SETS = {
    SUPPORT_VOICE: (
        "Try with the sample examples",
        "200 answers in the voice of a support desk, from the sample documents.",
    ),
    "json-format": ("Try with answers as JSON", "200 answers that fit a JSON schema."),
}


def new_set() -> None:
    """Make a set from a file, or an empty one."""
    with st.container(border=True):
        file = _box("Make a set from a file of examples")
        if file:
            _preview(file)
            _name_and_make(PurePath(file.name).stem, file)
        else:
            with st.expander("Make an empty set", icon=":material/add:"):
                _name_and_make("", None)
    notices.kept(PLACE)


def add_to(examples: ExampleSet) -> None:
    """Add the examples of a file to a set."""
    file = _box("Add examples from a file")
    if file:
        _preview(file)
        st.button(
            f"Add {count(len(file.accepted), 'example')}",
            type="primary",
            icon=":material/add:",
            key="add_examples",
            disabled=not file.accepted,
            on_click=_keep,
            args=(lambda: examples, file),
        )
    notices.kept(PLACE)


def checked_name(name: str) -> str:
    """The name of a set without blanks around it. Raises BadInput."""
    if not (name := " ".join(name.split())):
        raise BadInput("Give the set a name.")
    return name


def _box(label: str) -> ExampleFile | None:
    """The upload box, and the file in it as far as it could be read."""
    taken = st.session_state.setdefault(TAKEN, 0)
    given = st.file_uploader(
        label,
        type=list(ENDINGS),
        max_upload_size=MEGABYTES,
        key=f"example_file_{taken}",
        help=FORMS,
    )
    if given is None:
        return None
    known, file = st.session_state.get(READ, ("", None))
    if known != given.file_id:
        file = read_examples(given.name, given.getvalue())
        st.session_state[READ] = (given.file_id, file)
        training_mending.forget()
    return training_mending.mended(file)


def _preview(file: ExampleFile) -> None:
    """What can be used, and what cannot."""
    st.markdown(
        f"**{count(len(file.accepted), 'example')}** in {plain(file.name)} can be used"
        + (f", **{count(len(file.refused), 'row')}** cannot." if file.refused else ".")
    )
    if file.note:
        st.caption(f":orange[:material/warning:] {plain(file.note)}")
    training_mending.show()
    first = as_examples(replace(file, accepted=file.accepted[:SHOWN]), "")
    if first:
        st.dataframe(
            {
                "Line": [one.line for one in first],
                "Question": [question_of(one) for one in first],
                "Answer": [answer_of(one) for one in first],
            },
            column_config={
                "Line": st.column_config.NumberColumn(width="small"),
                "Question": st.column_config.TextColumn(width="large"),
                "Answer": st.column_config.TextColumn(width="large"),
            },
            hide_index=True,
            alt="The first examples of the file",
        )
        if len(file.accepted) > len(first):
            st.caption(f"The first {len(first)} of {len(file.accepted):,}.")


def _name_and_make(suggested: str, file: ExampleFile | None) -> None:
    many = len(file.accepted) if file else 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name of the set",
            suggested,
            max_chars=LONGEST_NAME,
            key=f"{NAME}_{suggested}",
            placeholder="support desk",
        )
        st.button(
            f"Make a set of {count(many, 'example')}" if file else "Make it",
            type="primary" if file else "secondary",
            icon=":material/add:",
            key="make_set",
            disabled=file is not None and not many,
            on_click=_keep,
            args=(lambda: workspace().store.examples.make_set(checked_name(name or "")), file),
        )


def _keep(into: Callable[[], ExampleSet], file: ExampleFile | None) -> None:
    """Put what can be used of a file into a set, and look at that."""
    try:
        made = into()
        if file:
            workspace().store.examples.add(as_examples(file, made.id))
    except (AssistantError, StoreError) as error:
        notices.keep(PLACE, [str(error)])
    else:
        notices.keep(PLACE, [])
        st.session_state[TAKEN] += 1
        st.session_state.pop(READ, None)
        training_mending.forget()
        training_open.show_set(made.id)


def samples(*, first: bool = False) -> None:
    """Examples that come along, as long as they are not there yet; `first` when nothing is."""
    there = {one.name for one in workspace().store.examples.sets()}
    with st.container(horizontal=True):
        for name, (label, help) in SAMPLE_SETS.items():
            if name not in there and (SAMPLES / f"{name}.jsonl").exists():
                st.button(
                    label,
                    icon=":material/auto_stories:",
                    type="primary" if first and name == SUPPORT_VOICE else "tertiary",
                    key=f"sample_{name}",
                    help=help,
                    on_click=_take_sample,
                    args=(name,),
                )


def _take_sample(name: str) -> None:
    file = SAMPLES / f"{name}.jsonl"
    schema = SAMPLES / f"{name}.schema.json"

    def made() -> ExampleSet:
        held_to = read_schema(schema.read_text(encoding="utf-8")) if schema.exists() else None
        return workspace().store.examples.make_set(name, held_to)

    _keep(made, read_examples(file.name, file.read_bytes()))
