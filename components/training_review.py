"""Proposed examples that wait for a person: keep, change or drop each, personal data marked."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from assistant.training import personal_data
from assistant.training.examples import answer_of, question_of
from components import dialogs, notices, training_example
from components.dialogs import Dialog
from components.notices import reporting
from components.resources import workspace
from components.wording import plain
from store.training_records import Example, ExampleSet, ExampleState

A_PAGE = 5
PLACE = "training_review"
NAMES = "names_to_mark"
SAFE = ":material/check_circle:"


def show(examples: ExampleSet) -> None:
    """The queue, oldest first, a page at a time."""
    waiting = workspace().store.examples.list(examples.id, state=ExampleState.WAITING)
    notices.kept(PLACE)
    if not waiting:
        st.markdown(
            "Nothing waits. Under *Add*, examples can be proposed from answers that people liked "
            "or corrected, and from documents; they count once somebody kept them here."
        )
        return
    pages = -(-len(waiting) // A_PAGE)
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, key="review_page") if pages > 1 else 1
        st.space("stretch")
        _names_box()
    shown = waiting[A_PAGE * (min(page, pages) - 1) : A_PAGE * page]
    _several(shown, waiting)
    names = names_to_mark()
    for one in shown:
        with st.container(border=True, gap="small", key=f"review_{one.id}"):
            _card(one, names)


def _names_box() -> None:
    with st.popover("Names to mark", icon=":material/badge:"):
        st.text_area(
            "Names",
            key=NAMES,
            placeholder="Ada Lovelace\nAcme Ltd",
            help="One on a line. They are marked and replaced like mail addresses and phone, card "
            "and account numbers.",
            persist_state="session",
        )


def names_to_mark() -> list[str]:
    return str(st.session_state.get(NAMES) or "").splitlines()


def _several(shown: Sequence[Example], waiting: Sequence[Example]) -> None:
    """Decide on more than one: those in view, or all without personal data."""
    names = names_to_mark()
    clean = [one.id for one in waiting if not personal_data.kinds_in(one, names)]
    with st.container(horizontal=True):
        st.button(
            f"Keep these {len(shown)}",
            icon=SAFE,
            key="keep_shown",
            on_click=_decide,
            args=([one.id for one in shown], ExampleState.READY),
        )
        st.button(
            f"Keep all {len(clean):,} without personal data",
            icon=SAFE,
            key="keep_clean",
            type="tertiary",
            disabled=not clean,
            on_click=_decide,
            args=(clean, ExampleState.READY),
        )
        st.button(
            f"Drop all {len(waiting):,}",
            icon=":material/delete:",
            key="drop_all",
            type="tertiary",
            on_click=_decide,
            args=([one.id for one in waiting], ExampleState.DROPPED),
        )


def _card(example: Example, names: Sequence[str]) -> None:
    st.markdown(f"**{_marked(question_of(example), names) or 'Plain text'}**")
    for line in answer_of(example).splitlines():
        if line.strip():
            st.markdown(_marked(line, names))
    if example.note:
        st.caption(plain(example.note))
    kinds = personal_data.kinds_in(example, names)
    if kinds:
        which = ", ".join(sorted(kind.label for kind in kinds))
        st.markdown(f":orange[:material/badge: This seems to be personal data: {which}.]")
    training_example.lineage(example)
    with st.expander("In full, as the model gets it", icon=":material/notes:"):
        training_example.draw(example)
    with st.container(horizontal=True):
        _button("Keep", SAFE, example, [example.id], ExampleState.READY)
        if kinds:
            st.button(
                "Replace personal data and keep",
                icon=":material/visibility_off:",
                key=f"scrub_{example.id}",
                on_click=_scrub,
                args=(example, names),
            )
        change = Dialog("Change the example", ":material/edit:", _change, (example.id,))
        dialogs.button(
            "Change", change, icon=change.icon, key=f"change_{example.id}", type="tertiary"
        )
        _button("Drop", ":material/delete:", example, [example.id], ExampleState.DROPPED)


def _button(
    label: str, icon: str, example: Example, ids: Sequence[str], state: ExampleState
) -> None:
    st.button(
        label,
        icon=icon,
        type="tertiary",
        key=f"{label}_{example.id}",
        on_click=_decide,
        args=(ids, state),
    )


def _marked(text: str, names: Sequence[str]) -> str:
    """The text as Markdown that shows it as it is, personal data on a coloured ground."""
    pieces, end = [], 0
    for mark in personal_data.find(text, names):
        pieces.append(_inner(text[end : mark.start]))
        pieces.append(f":orange-background[{_inner(text[mark.start : mark.end])}]")
        end = mark.end
    return "".join([*pieces, _inner(text[end:])]).strip() if pieces else plain(text)


def _inner(text: str) -> str:
    """A piece of a text made safe, with the blanks at its ends that `plain` takes away."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and text.strip() else ""
    return f"{before}{plain(text)}{after}"


def _decide(ids: Sequence[str], state: ExampleState) -> None:
    with notices.keeping(PLACE):
        workspace().store.examples.set_state(ids, state)


def _scrub(example: Example, names: Sequence[str]) -> None:
    with notices.keeping(PLACE):
        clean = personal_data.scrubbed(example, names)
        workspace().store.examples.change(replace(clean, state=ExampleState.READY))


def _change(example_id: str) -> None:
    """Question and answer in fields; what is saved is kept."""
    example = workspace().store.examples.get(example_id)
    with st.form("change_example", border=False):
        asked = st.text_area("Question", question_of(example), key=f"asked_{example_id}")
        said = st.text_area("Answer", answer_of(example), height=220, key=f"said_{example_id}")
        if not st.form_submit_button("Save and keep", type="primary"):
            return
    with reporting():
        changed = training_example.edited(example, question=asked or "", answer=said or "")
        workspace().store.examples.change(replace(changed, state=ExampleState.READY))
        dialogs.close()
        st.rerun()
