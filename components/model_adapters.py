"""The adapters of a base model: their versions, which one is published, what to do with each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import streamlit as st

from assistant.models.built_in import is_sample
from assistant.models.catalog import ModelEntry
from assistant.training import publishing, registry
from components import adapter_export, dialogs, model_removal, model_schema, model_state
from components.dialogs import Dialog
from components.notices import reporting
from components.resources import workspace
from components.wording import count, moment, plain, size
from store.model_records import Adapter, AdapterState

SHOWN = 3
ADAPTER, DELETE, WARNS = ":material/tune:", ":material/delete:", ":material/gpp_maybe:"
PUBLISHES = "Makes this version the fine-tuned model of its base."
ROLLS_BACK = "Publishes the version that was published before; without one, the base stands alone."
ARCHIVES = "Puts this version away; it answers nothing until it is published again."
BADGES: dict[AdapterState, tuple[str, Literal["green", "blue", "gray"]]] = {
    AdapterState.PUBLISHED: ("Published", "green"),
    AdapterState.CANDIDATE: ("Candidate", "blue"),
    AdapterState.ARCHIVED: ("Archived", "gray"),
}


def show(base: ModelEntry) -> None:
    """Draw the adapters, the published one and then the newest first, and the way to add one."""
    adapters = sorted(
        workspace().models.adapters(base.name),
        key=lambda one: (one.state is AdapterState.PUBLISHED, one.created_at),
        reverse=True,
    )
    for adapter in adapters[:SHOWN]:
        _row(adapter)
    if older := adapters[SHOWN:]:
        with st.expander(count(len(older), "more version"), key=f"more_{base.name}"):
            for adapter in older:
                _row(adapter)
    dialogs.button(
        "Add an adapter",
        Dialog("Add an adapter", ADAPTER, _add, (base,)),
        icon=ADAPTER,
        key=f"add_adapter_{base.name}",
        type="tertiary",
        help="A PEFT adapter that was made for this model, in a zip or a folder.",
    )


def _row(adapter: Adapter) -> None:
    entry = workspace().models.get(adapter.model)  # archived ones answer no questions
    words, color = BADGES[adapter.state]
    disk = workspace().models.use(entry.name).disk if entry else 0
    facts = [moment(adapter.created_at)] + ([size(disk)] if disk else [])
    with st.container(horizontal=True, vertical_alignment="center", key=f"adapter_{adapter.id}"):
        st.badge(words, icon=ADAPTER, color=color)
        st.markdown(f"{adapter.name}, version {adapter.version}", width="content")
        st.caption(" · ".join(facts), width="content")
        st.space("stretch")
        with st.container(horizontal=True, wrap=False, width="content"):
            _actions(adapter, entry)
    _checks(adapter)
    if adapter.state is AdapterState.PUBLISHED:
        for sentence in registry.moved_on(adapter, workspace().store, workspace().models):
            st.caption(f":material/update: {plain(sentence)}")
    if entry:
        model_state.outcome(entry)


def _checks(adapter: Adapter) -> None:
    """What its report comes to, and why it was published all the same."""
    if (report := publishing.report_of(adapter, workspace().store)) and report.guards:
        red = [guard for guard in report.guards if guard.red]
        if red:
            told = f"{count(len(red), 'check')} of {len(report.guards)} "
            told += f"{'warns' if len(red) == 1 else 'warn'}: "
            told += " ".join(plain(guard.text) for guard in red)
            st.caption(f"{WARNS} {told}")
        else:
            st.caption(f":material/verified_user: All {len(report.guards)} checks are in order.")
    if adapter.reason:
        st.caption(f"Published all the same: {plain(adapter.reason)}")


def _actions(adapter: Adapter, entry: ModelEntry | None) -> None:
    if entry:
        model_state.try_out(entry)
    _publish_button(adapter)
    with st.popover("", icon=":material/more_horiz:", type="tertiary", key=f"menu_{adapter.id}"):
        if entry:
            model_schema.button(entry)
        take_out = Dialog("Take the adapter elsewhere", adapter_export.ICON, adapter_export.show)
        _choice("Export", take_out, adapter)
        if adapter.state is not AdapterState.ARCHIVED:
            _button("Archive", ":material/archive:", _archive, adapter, ARCHIVES)
        if not is_sample(adapter.id):
            question = Dialog("Remove the adapter", DELETE, model_removal.adapter)
            _choice("Remove", question, adapter)


def _publish_button(adapter: Adapter) -> None:
    report = publishing.report_of(adapter, workspace().store)
    if adapter.state is AdapterState.PUBLISHED:
        _button("Roll back", ":material/undo:", _roll_back, adapter, ROLLS_BACK, "publish")
    elif report and report.red and not adapter.reason:
        why = Dialog("Publish it although checks warn", WARNS, _reason)
        _choice("Publish…", why, adapter, "publish")
    else:
        _button("Publish", ":material/publish:", _publish, adapter, PUBLISHES)


def _choice(label: str, dialog: Dialog, adapter: Adapter, key: str = "") -> None:
    """A button that opens a dialog about an adapter."""
    key = f"{key or label.lower()}_{adapter.id}"
    about = replace(dialog, args=(adapter,))
    dialogs.button(label, about, icon=dialog.icon, key=key, type="tertiary")


def _button(
    label: str,
    icon: str,
    act: Callable[[Adapter], None],
    adapter: Adapter,
    help: str,
    key: str = "",
) -> None:
    """A button that does something with an adapter at once."""
    key = f"{key or label.lower()}_{adapter.id}"
    st.button(label, icon=icon, key=key, type="tertiary", help=help, on_click=act, args=(adapter,))


def _publish(adapter: Adapter) -> None:
    with reporting():
        workspace().models.publish(adapter.id)


def _roll_back(adapter: Adapter) -> None:
    with reporting():
        workspace().models.roll_back(adapter.base)


def _archive(adapter: Adapter) -> None:
    with reporting():
        workspace().models.archive(adapter.id)


def _reason(adapter: Adapter) -> None:
    _checks(adapter)
    reason = st.text_area("Why it is published all the same", key="publish_reason", max_chars=500)
    dialogs.confirm("Publish", lambda: workspace().models.publish(adapter.id, reason=reason or ""))


def _add(base: ModelEntry) -> None:
    with st.form("adapter_form", border=False):
        file = st.file_uploader(
            "Zip", type="zip", key="adapter_zip", help="As Openbook exports it."
        )
        folder = st.text_input(
            "Or a folder on the server", key="adapter_folder", placeholder="/srv/adapters/support"
        )
        name = st.text_input(
            "Name",
            key="adapter_name",
            placeholder="support",
            help="A name that is there already gets the next version.",
        )
        if not st.form_submit_button("Add", type="primary"):
            return
    with reporting():
        source = file or (folder or "").strip()
        workspace().models.add_adapter(source, base.name, (name or "").strip())
        dialogs.close()
        st.rerun()
