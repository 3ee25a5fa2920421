"""The words of a refusal: what was searched, what came closest, what would help."""

from collections.abc import Sequence

from assistant.retrieval.hits import Hit
from assistant.sentences import shorten
from store.page_names import place
from store.records import Document


def explain(question: str, documents: Sequence[Document], hits: Sequence[Hit]) -> str:
    """A refusal for a question whose evidence is too weak."""
    if not documents:
        return (
            "The library is empty, so there is nothing to answer from. Add documents and ask again."
        )
    many = "1 document" if len(documents) == 1 else f"{len(documents)} documents"
    passages = sum(document.chunks for document in documents)
    text = (
        f"I could not find an answer to this in the library. I searched {many} "
        f"({passages:,} passages) for “{shorten(question, 120)}”, and nothing I found answers it."
    )
    if hits:
        best = hits[0]
        where = place(best.document.name, best.page, best.chunk.label)
        text += f" The closest passage is in {where}."
    return text + (
        " It may help to ask in the words the documents use, to name the document or topic, "
        "or to add a document that covers it."
    )
