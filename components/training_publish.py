"""What a run made: publish it, roll back, ask it, take it out of Openbook."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from assistant.training import registry
from components import adapter_export, choices, dialogs, model_adapters, session, training_state
from components.dialogs import Dialog
from components.notices import reporting
from components.resources import workspace
from components.wording import plain
from store.model_records import Adapter, AdapterState
from store.training_records import TrainingRun

ASK = "pages/ask/chat.py"
WARNS = ":material/gpp_maybe:"


def head(run: TrainingRun) -> None:
    """The name of the run, the state of what it made, and what can be done with that."""
    made = adapter(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(run.name), anchor=False, width="content")
        if made:
            words, color = model_adapters.BADGES[made.state]
            st.badge(words, icon=model_adapters.ADAPTER, color=color)
        else:
            training_state.badge(run)
        st.space("stretch")
        if made:
            _actions(run, made)
        elif run.result in workspace().models:
            _ask_button(run.result, fine_tuned=False)
    st.caption(training_state.facts(run))
    if made:
        _told(made)


def adapter(run: TrainingRun) -> Adapter | None:
    """What a run made, unless it was removed or is no adapter."""
    return next((one for one in workspace().models.adapters() if one.id == run.result), None)


def _told(made: Adapter) -> None:
    """Why it was published, and what changed since it was made."""
    if made.reason:
        st.caption(f"{WARNS} Published although checks warn: {plain(made.reason)}")
    for sentence in registry.moved_on(made, workspace().store, workspace().models):
        st.info(plain(sentence), icon=":material/update:")


def _actions(run: TrainingRun, made: Adapter) -> None:
    published = made.state is AdapterState.PUBLISHED
    red = run.report is not None and run.report.red and not made.reason
    take_out = Dialog("Take it elsewhere", adapter_export.ICON, adapter_export.show, (made,))
    dialogs.button("Export", take_out, icon=take_out.icon, key=f"export_{made.id}", type="tertiary")
    if published:
        _button("Roll back", ":material/undo:", _roll_back, made, "tertiary")
        _ask_button(made.base, fine_tuned=True)
    elif red:
        dialog = Dialog("Publish it although checks warn", WARNS, _reason, (made,))
        dialogs.button("Publish…", dialog, icon=":material/publish:", key="publish")
    else:
        _button("Publish", ":material/publish:", _publish, made, "primary")


def _button(
    label: str,
    icon: str,
    act: Callable[[Adapter], object],
    made: Adapter,
    kind: Literal["primary", "tertiary"],
) -> None:
    st.button(
        label,
        icon=icon,
        type=kind,
        key=label.lower().replace(" ", "_"),
        on_click=_do,
        args=(act, made),
    )


def _do(act: Callable[[Adapter], object], made: Adapter) -> None:
    with reporting():
        act(made)


def _publish(made: Adapter) -> None:
    workspace().models.publish(made.id)


def _roll_back(made: Adapter) -> None:
    workspace().models.roll_back(made.base)


def _reason(made: Adapter) -> None:
    st.markdown("Say why it is published all the same; whoever looks at it later will read this.")
    reason = st.text_area("Reason", key="publish_reason", max_chars=500)
    dialogs.confirm("Publish", lambda: workspace().models.publish(made.id, reason=reason or ""))


def _ask_button(model: str, *, fine_tuned: bool) -> None:
    if st.button("Ask it in the chat", icon=":material/chat:", type="primary", key="ask_it"):
        session.open_conversation(None)
        st.session_state[choices.LAST] = {
            "model": model,
            "fine_tuned": fine_tuned,
            "retrieval": True,
        }
        st.switch_page(ASK)
