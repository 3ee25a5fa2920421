"""What can be done with the open conversation: rename, download, delete."""

import re
from collections.abc import Callable

import streamlit as st

from components import dialogs, session, training_lineage
from components.dialogs import Dialog
from components.notices import problem, reporting
from components.resources import workspace
from components.wording import count, plain
from store.answer_records import Conversation

LONGEST_TITLE = 120
MENU = "conversation_menu"


def show(conversation: Conversation) -> None:
    """The title of a conversation with its menu."""
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.subheader(plain(conversation.title), anchor=False)
        with st.popover(
            "",
            icon=":material/more_horiz:",
            type="tertiary",
            help="Rename, download or delete",
            key=MENU,
            on_change="rerun",
        ):
            _choice("Rename", ":material/edit:", "Rename conversation", _rename, conversation)
            st.download_button(
                "Download as Markdown",
                # Made now: what is made at the click is refused while the page is being drawn.
                data=workspace().conversations.export(conversation.id),
                file_name=f"{_file_name(conversation.title)}.md",
                mime="text/markdown",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                key="export",
            )
            _choice("Delete", ":material/delete:", "Delete conversation", _delete, conversation)


def _choice(
    label: str,
    icon: str,
    title: str,
    body: Callable[[Conversation], None],
    conversation: Conversation,
) -> None:
    st.button(
        label,
        icon=icon,
        type="tertiary",
        key=label.lower(),
        on_click=_open,
        args=(Dialog(title, icon, body, (conversation,)),),
    )


def _open(dialog: Dialog) -> None:
    st.session_state[MENU] = False  # else the menu stays open above the dialog
    dialogs.show(dialog)


def _rename(conversation: Conversation) -> None:
    with st.form("rename_conversation", border=False):
        title = st.text_input("Title", conversation.title, max_chars=LONGEST_TITLE, key="new_title")
        if not st.form_submit_button("Rename", type="primary"):
            return
    if not (title or "").strip():
        problem("The title is empty; write one.")
        return
    with reporting():
        workspace().conversations.rename(conversation.id, title.strip())
        dialogs.close()
        st.rerun()


def _delete(conversation: Conversation) -> None:
    messages = workspace().conversations.messages(conversation.id)
    made = workspace().store.examples.from_conversation(conversation.id)
    st.markdown(
        f"**{plain(conversation.title)}** and its {count(len(messages), 'message')} "
        f"will be deleted.{training_lineage.also_erased(made)} This cannot be undone."
    )
    dialogs.confirm("Delete", lambda: _remove(conversation))


def _remove(conversation: Conversation) -> None:
    workspace().conversations.remove(conversation.id)
    session.open_conversation(None)


def _file_name(title: str) -> str:
    return re.sub(r"[^\w -]+", "", title).strip()[:60] or "conversation"
