"""What the compared models read and what the scripted one says."""

from store.comparison_records import Contestant

GUIDE = """Lost property

Lost property is kept for 90 days at the ticket office in Aldermouth.

Fares

The adult fare to Skarrow was 12.50 pounds in 2024. The adult fare to Skarrow is 13.40 pounds in
2025. Dogs travel free of charge on all ferries.
"""
SCRIPT = [
    {"match": "slowly", "delay": 0.05, "reply": "Lost property is kept for 90 days. [1] " * 20},
    {"match": "fails", "error": "The model is not answering; start it and try again."},
    {"match": "lost", "reply": "It is kept for 90 days. [1] It is kept in Bergen. [1]"},
]
LOST = "How long is lost property kept?"

READER, READER_FOUND = Contestant("reader", False), Contestant("reader", True)
SCRIPTED, SCRIPTED_FOUND = Contestant("scripted", False), Contestant("scripted", True)
EVERYONE = (READER, READER_FOUND, SCRIPTED, SCRIPTED_FOUND)
