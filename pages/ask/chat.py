"""Chat: ask the library and read a cited, checked answer."""

from components import conversation, conversation_list
from components.notices import reporting

with reporting():
    current = conversation_list.current()
    conversation_list.sidebar(current)
    with reporting():
        conversation.show(current)
    conversation.box(current)
