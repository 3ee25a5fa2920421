"""Examples that are plain text of documents, for continued pre-training: nothing asks for them."""

from collections.abc import Iterator, Sequence

from assistant.training.examples import ASSISTANT, answer_of, new_example
from store.page_names import place
from store.records import Document
from store.store import Store
from store.training_records import Example, Origin, Turn


def propose(store: Store, documents: Sequence[Document], set_id: str) -> Iterator[Example]:
    """The text of documents passage by passage, each word once, to be reviewed; what the set has
    been proposed before is left out, and so is what models may not read."""
    known = {answer_of(example) for example in store.examples.list(set_id)}
    for document in documents:
        ends: dict[int, int] = {}  # of what was taken of each page
        for chunk in store.documents.chunks(document.id):
            if chunk.quarantined:
                continue
            taken = max(0, ends.get(chunk.page, 0) - chunk.start)
            ends[chunk.page] = max(ends.get(chunk.page, 0), chunk.end)
            text = chunk.text[taken:].strip()
            if not text or text in known:
                continue
            known.add(text)
            where = place(document.name, chunk.page if document.paged else None, chunk.label)
            yield new_example(
                set_id,
                Origin.DOCUMENT,
                (Turn(ASSISTANT, text),),
                documents=(document.id,),
                note=f"From {where}.",
            )
