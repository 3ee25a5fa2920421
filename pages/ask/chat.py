"""Chat: ask the library and read a cited, checked answer."""

from collections.abc import Sequence

from components import conversation, conversation_list, live_answer
from components.notices import reporting
from store.answer_records import Message

with reporting():
    current = conversation_list.current()
    conversation_list.sidebar(current)
    messages: Sequence[Message] = ()
    with reporting():
        messages = conversation.show(current)
    conversation.box(current)
    live_answer.wait_a_moment(messages)
