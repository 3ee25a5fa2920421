"""Examples from documents: questions with their answers, proposed passage by passage.

A chosen model writes the questions where it can, rules do where it cannot. A question is proposed
only when answering would find its sentence: the prompt is the one that answering would send.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answering.citations import Cited
from assistant.answering.line import Line
from assistant.answering.prompt import build_prompt
from assistant.answering.verification import verify
from assistant.retrieval.selection import Passage
from assistant.retrieval.units import units
from assistant.training.examples import new_example, question_of, turns_of
from assistant.training.passages import Finder, as_line, marker_of
from assistant.training.question_writer import write_questions
from assistant.training.questions import questions_about
from store.answer_records import Verdict
from store.page_names import place
from store.records import Chunk, Document
from store.store import Store
from store.training_records import Example, Origin

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

TRIES = 3  # questions of one passage that are tried before it is left
GIVE_UP = 3  # passages in a row for which a model wrote nothing that can be used
LUCK = 0.4  # how far chance may change what a question is worth, so that not all ask alike


@dataclass(frozen=True)
class Pair:
    """A question, and the line of a passage that answers it, as prompts show it.

    `quote` is that line as it stands in the chunk. `answer` is one in a model's own words, "" if
    rules made the question.
    """

    question: str
    text: str
    quote: str
    chunk: Chunk
    document: Document
    answer: str = ""

    @property
    def origin(self) -> str:
        """Where it comes from in a sentence."""
        where = place(
            self.document.name, self.chunk.page if self.document.paged else None, self.chunk.label
        )
        by = "a model" if self.answer else "rules"
        return f"From {where}; the question was written by {by}."


def propose(
    line: Line,
    documents: Sequence[Document],
    set_id: str,
    *,
    condensed: bool,
    model: "BaseChatModel | None" = None,
    per_passage: int = 1,
    seed: int = 1,
) -> Iterator[Example]:
    """Examples to be reviewed, one by one, passages in random order; what the set has been proposed
    before is left out.

    `condensed` is that of the model that shall learn (ModelEntry.condensed). Raises
    ModelUnavailable.
    """
    finder = Finder(line)
    known = known_questions(line.store, set_id)
    for pairs in pairs_of(line.store, documents, model=model, many=per_passage + 1, seed=seed):
        made = 0
        for pair in pairs[: TRIES * per_passage]:
            if made == per_passage:
                break
            if pair.question.lower() in known:
                continue
            if example := grounded(finder, pair, set_id, condensed=condensed):
                known.add(pair.question.lower())
                made += 1
                yield example


def pairs_of(
    store: Store,
    documents: Sequence[Document],
    *,
    model: "BaseChatModel | None",
    many: int,
    seed: int,
) -> Iterator[list[Pair]]:
    """For every chunk that models may read its pairs, the best first; chunks in random order."""
    draw = random.Random(seed)
    chunks = [
        (document, chunk)
        for document in documents
        for chunk in store.documents.chunks(document.id)
        if not chunk.quarantined
    ]
    draw.shuffle(chunks)
    in_vain = 0
    for document, chunk in chunks:
        pairs: list[Pair] = []
        if model is not None and in_vain < GIVE_UP:
            pairs = by_model(store, model, chunk, document, many)
            in_vain = 0 if pairs else in_vain + 1
        yield pairs or _by_rules(store, chunk, document, draw)


def known_questions(store: Store, set_id: str) -> set[str]:
    """What a set has been asked before in examples from documents, dropped ones among them."""
    return {
        question_of(example).lower()
        for example in store.examples.list(set_id)
        if example.origin is Origin.DOCUMENT
    }


def target(pair: Pair, passages: Sequence[Passage], marker: int) -> str:
    """What a model shall say: the model's answer if the passage bears it out, else the line."""
    if pair.answer:
        judged = verify(Cited(pair.answer, (marker,)), passages)
        if judged.verdict is Verdict.SUPPORTED:
            return f"{pair.answer} [{marker}]"
    return f"{pair.text} [{marker}]"


def documents_in(passages: Sequence[Passage]) -> tuple[str, ...]:
    """The ids of the documents whose text stands in the passages."""
    return tuple(dict.fromkeys(passage.hit.document.id for passage in passages))


def grounded(finder: Finder, pair: Pair, set_id: str, *, condensed: bool) -> Example | None:
    """The pair with what answering finds for it; None if that has not its line."""
    passages = finder.passages(pair.question, pair.document.kb)
    marker = marker_of(passages, pair.text, condensed=condensed)
    if marker is None:
        return None
    prompt = build_prompt(pair.question, passages, condensed=condensed)
    return new_example(
        set_id,
        Origin.DOCUMENT,
        turns_of(prompt, target(pair, passages, marker)),
        documents=documents_in(passages),
        note=pair.origin,
    )


def _by_rules(store: Store, chunk: Chunk, document: Document, draw: random.Random) -> list[Pair]:
    found: list[tuple[float, Pair]] = []
    heading = None
    for unit in units(chunk, store.documents.blocks(chunk.document_id, chunk.page)):
        text = chunk.text[unit.start : unit.end]
        above = unit.heading or chunk.heading
        asked = questions_about(
            text, heading=above, header=unit.header, opens=above != heading and bool(unit.heading)
        )
        heading = above
        for question in asked:
            pair = Pair(question.text, as_line(text, unit.header), text, chunk, document)
            found.append((question.worth + draw.random() * LUCK, pair))
    found.sort(key=lambda one: -one[0])
    return [pair for _, pair in found]


def by_model(
    store: Store, model: "BaseChatModel", chunk: Chunk, document: Document, many: int
) -> list[Pair]:
    """What a model asks about a chunk, its answers found in it. Raises ModelUnavailable."""
    its = list(units(chunk, store.documents.blocks(chunk.document_id, chunk.page)))
    pairs = []
    for written in write_questions(model, chunk, document, many):
        around = [unit for unit in its if unit.start <= written.start < unit.end]
        if around:
            unit = min(around, key=lambda unit: unit.end - unit.start)
            quote = chunk.text[unit.start : unit.end]
            text = as_line(quote, unit.header)
            answer = written.answer or text
            pairs.append(Pair(written.question, text, quote, chunk, document, answer))
    return pairs
