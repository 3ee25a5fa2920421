"""The frame around every page: name, navigation and what must be known everywhere."""

from pathlib import Path

import streamlit as st

# first, as app.py does at the same time: threads that import in another order could meet modules
# of third parties half read
import components.resources
from components import dialogs, frame_notices, session
from components.notices import reporting

CHAT = "Chat"
PICTURES = Path(__file__).parent / "components"

# A picture of our own, set before the navigation: icons of pages would be fetched from elsewhere.
st.set_page_config(
    page_title="Openbook",
    page_icon=PICTURES / "icon.svg",
    menu_items={"about": "Openbook: answers from your own documents, cited and checked."},
)
st.logo(PICTURES / "logo.svg", size="large", icon_image=PICTURES / "icon.svg")

page = st.navigation(
    {
        "Ask": [
            st.Page("pages/ask/chat.py", title=CHAT, icon=":material/chat:", default=True),
            st.Page("pages/ask/compare.py", title="Compare", icon=":material/compare_arrows:"),
            st.Page("pages/ask/traces.py", title="Traces", icon=":material/account_tree:"),
        ],
        "Library": [
            st.Page("pages/library/documents.py", title="Documents", icon=":material/folder_open:"),
        ],
        "Improve": [
            st.Page("pages/improve/fine_tuning.py", title="Fine-tuning", icon=":material/tune:"),
        ],
        "Settings": [
            st.Page("pages/settings/models.py", title="Models", icon=":material/neurology:"),
        ],
    }
)
st.set_page_config(
    page_title=f"{page.title} · Openbook", layout="centered" if page.title == CHAT else "wide"
)

if session.page_changed(page.title):
    dialogs.close()

with reporting():
    frame_notices.show()

page.run()
dialogs.draw()
components.resources.drawn.set()
