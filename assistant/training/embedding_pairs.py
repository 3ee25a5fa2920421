"""Questions with the passages that answer them, from what Openbook keeps: what an embedding model
learns from.

They come from answers with a thumb up, from sentences that their citations support, from reviewed
examples, and from questions made by rule of passages that nobody asked about. What people open is
not kept, so there are none from clicks. A pair is found again by its key: no text is written down.
"""

import random
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.retrieval.units import units
from assistant.training.examples import USER, answer_of, question_of
from assistant.training.questions import questions_about
from store.answer_records import Citation, Message, MessageState, Verdict
from store.conversations import Conversations
from store.database import Database
from store.documents import Documents
from store.examples import Examples
from store.records import Block, Chunk
from store.training_records import Example, ExampleState

MADE_UP_PER_CHUNK = 2
_PASSAGE = re.compile(
    r'<passage number="(\d+)" document="[^"]*"(?: page="\d+")? heading="[^"]*">\n(.*?)\n</passage>',
    re.S,
)
_MARKER = re.compile(r"\[(\d+)\]")
_WORD = re.compile(r"\w+")


class PairSource(StrEnum):
    """What a pair was made from."""

    LIKED = "liked"  # an answer with a thumb up: all it cites
    SUPPORTED = "supported"  # any other answer: what supports its sentences
    EXAMPLE = "example"  # an example that is ready
    MADE_UP = "made-up"  # a question made by rule

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    PairSource.LIKED: "answers with a thumb up",
    PairSource.SUPPORTED: "answers whose sentences are supported",
    PairSource.EXAMPLE: "reviewed examples",
    PairSource.MADE_UP: "questions made from passages",
}


@dataclass(frozen=True)
class Pair:
    """A question and the ids of the chunks that answer it."""

    key: str
    question: str
    chunks: tuple[str, ...]
    source: PairSource


class Passages:
    """The chunks of a knowledge base that models may read, by id, and where they stand."""

    def __init__(self, documents: Documents, kb: str) -> None:
        self.documents = documents
        self.chunks: dict[str, Chunk] = {
            chunk.id: chunk
            for document in documents.all(kb)
            for chunk in documents.chunks(document.id)
            if not chunk.quarantined
        }
        self._by_document: dict[str, list[Chunk]] = {}
        for chunk in self.chunks.values():
            self._by_document.setdefault(chunk.document_id, []).append(chunk)
        self._blocks: dict[tuple[str, int], Sequence[Block]] = {}

    def cited(self, citation: Citation) -> str | None:
        """The id of the chunk that holds what was cited, also after its document was read again."""
        if citation.chunk_id in self.chunks:
            return citation.chunk_id
        return next(
            (
                chunk.id
                for chunk in self._by_document.get(citation.document_id, ())
                if chunk.page == citation.stored_page
                and chunk.start <= citation.start
                and citation.end <= chunk.end
            ),
            None,
        )

    def holding(self, text: str, documents: Iterable[str]) -> str | None:
        """The id of the chunk in one of these documents that has every line of a text."""
        lines = [plain(line) for line in text.splitlines() if plain(line)]
        for document_id in documents:
            for chunk in self._by_document.get(document_id, ()):
                inside = plain(chunk.text)
                if lines and all(line in inside for line in lines):
                    return chunk.id
        return None

    def next_to(self, chunk: Chunk) -> list[Chunk]:
        """The chunks before and after it, which share some of its words."""
        its = self._by_document[chunk.document_id]
        return [other for other in its if abs(other.position - chunk.position) == 1]

    def blocks(self, chunk: Chunk) -> Sequence[Block]:
        place = (chunk.document_id, chunk.page)
        if place not in self._blocks:
            self._blocks[place] = self.documents.blocks(*place)
        return self._blocks[place]


def plain(text: str) -> str:
    """The words of a text, in order, in lower case."""
    return " ".join(_WORD.findall(text.lower()))


def kept_pairs(database: Database, kb: str, passages: Passages) -> list[Pair]:
    """What people and examples say answers what, each question once."""
    found = [
        *_of_answers(Conversations(database), kb, passages),
        *_of_examples(Examples(database), passages),
    ]
    return _merged(found)


def made_up_pairs(
    passages: Passages, *, most: int, seed: int, but_for: Collection[str] = ()
) -> list[Pair]:
    """At most so many questions made by rule, of passages drawn by the seed; those `but_for` which
    are asked about already."""
    free = sorted(set(passages.chunks) - set(but_for))
    random.Random(seed).shuffle(free)
    found: list[Pair] = []
    for chunk_id in free:
        if len(found) >= most:
            break
        found += made_up_of(passages, chunk_id)[:MADE_UP_PER_CHUNK]
    return found[:most]


def made_up_of(passages: Passages, chunk_id: str) -> list[Pair]:
    """The questions made by rule of one chunk, the best first."""
    chunk = passages.chunks[chunk_id]
    asked: dict[str, float] = {}
    for unit in units(chunk, passages.blocks(chunk)):
        text = chunk.text[unit.start : unit.end]
        for one in questions_about(text, heading=unit.heading, header=unit.header):
            asked[one.text] = max(one.worth, asked.get(one.text, 0.0))
    best = sorted(asked, key=lambda text: -asked[text])
    return [
        Pair(f"made-up/{chunk_id}/{number}", text, (chunk_id,), PairSource.MADE_UP)
        for number, text in enumerate(best)
    ]


def pairs_of(database: Database, kb: str, passages: Passages, keys: Sequence[str]) -> list[Pair]:
    """The pairs with these keys, in their order; those whose origin was deleted are left out."""
    by_key = {pair.key: pair for pair in kept_pairs(database, kb, passages)}
    for key in keys:
        kind, _, rest = key.partition("/")
        chunk_id = rest.rpartition("/")[0]
        if kind == PairSource.MADE_UP and chunk_id in passages.chunks:
            by_key |= {pair.key: pair for pair in made_up_of(passages, chunk_id)}
    return [by_key[key] for key in keys if key in by_key]


def shown_passages(example: Example) -> dict[int, str]:
    """The texts of the passages in an example's prompt, by number."""
    asked = [turn.content for turn in example.turns[:-1] if turn.role == USER]
    return {int(number): text for number, text in _PASSAGE.findall(asked[-1] if asked else "")}


def cited_passages(example: Example) -> list[str]:
    """Those of them that the answer cites, in its order."""
    shown = shown_passages(example)
    cited = dict.fromkeys(int(number) for number in _MARKER.findall(answer_of(example)))
    return [shown[number] for number in cited if number in shown]


def counts(pairs: Iterable[Pair]) -> Mapping[PairSource, int]:
    """How many pairs each source gave."""
    found = dict.fromkeys(PairSource, 0)
    for pair in pairs:
        found[pair.source] += 1
    return found


def _of_answers(conversations: Conversations, kb: str, passages: Passages) -> Iterator[Pair]:
    for conversation in conversations.list(kb=kb):
        asked, thumbs = "", conversations.thumbs(conversation.id)
        for message in conversations.messages(conversation.id):
            if message.role == "user":
                asked = message.text
                continue
            thumb = thumbs.get(message.id)
            if message.state is not MessageState.DONE or (thumb and not thumb.helpful):
                continue
            found = [passages.cited(c) for c in _trusted(message, everything=thumb is not None)]
            chunks = tuple(dict.fromkeys(filter(None, found)))
            question = message.rewritten or asked
            if chunks and question:
                source = PairSource.LIKED if thumb else PairSource.SUPPORTED
                yield Pair(f"message/{message.id}", question, chunks, source)


def _trusted(message: Message, *, everything: bool) -> Iterator[Citation]:
    """The citations that support a sentence, or all."""
    supporting = {
        marker
        for sentence in message.sentences
        if sentence.verdict is Verdict.SUPPORTED
        for marker in sentence.citations
    }
    return (c for c in message.citations if everything or c.marker in supporting)


def _of_examples(examples: Examples, passages: Passages) -> Iterator[Pair]:
    for example_set in examples.sets():
        for example in examples.list(example_set.id, state=ExampleState.READY):
            chunks = tuple(dict.fromkeys(_cited_in(example, passages)))
            if chunks and (question := question_of(example)):
                yield Pair(f"example/{example.id}", question, chunks, PairSource.EXAMPLE)


def _cited_in(example: Example, passages: Passages) -> Iterator[str]:
    """The chunks of the passages in an example's prompt that its answer cites."""
    for text in cited_passages(example) if example.documents else ():
        if chunk_id := passages.holding(text, example.documents):
            yield chunk_id


def _merged(pairs: Iterable[Pair]) -> list[Pair]:
    """Every question once, with all that answers it, under the key it was first found by."""
    found: dict[str, Pair] = {}
    for pair in sorted(pairs, key=lambda pair: list(PairSource).index(pair.source)):
        said = plain(pair.question)
        first = found.get(said, pair)
        chunks = tuple(dict.fromkeys((*first.chunks, *pair.chunks)))
        found[said] = Pair(first.key, first.question, chunks, first.source)
    return list(found.values())
