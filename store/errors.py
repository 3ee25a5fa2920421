"""What can go wrong in the store, in words for the person.

StoreError
├── HomeInUse          another process owns the data directory
├── NotFound           no such document, conversation, trace or job
├── NameTaken          another thing of this kind has that name
├── EmbeddingMismatch  the vectors were made by another embedding model
└── StoreDamaged       a file of the store cannot be opened
"""


class StoreError(Exception):
    "A known failure of the store; its message is shown to the person as it is."


class HomeInUse(StoreError):
    "Another process owns this data directory."


class NotFound(StoreError):
    "Nothing with that id is kept."


class NameTaken(StoreError):
    "Another thing of this kind has that name."


class EmbeddingMismatch(StoreError):
    "The knowledge base holds vectors of another embedding model."


class StoreDamaged(StoreError):
    "A file of the store cannot be opened."
