"""RAFT: examples that teach a model to read, by giving it passages that mislead.

Every prompt has the right passage and hard distractors that the retriever found for the same
question; a share has distractors only, and then declining is right. After Zhang et al. 2024,
“RAFT: Adapting Language Model to Domain Specific RAG” (arXiv 2403.10131), which trains with one
right document and four distractors. There, rows without it are to be answered from memory; here a
model must not, so their target is the refusal. Targets quote the passage word for word and cite
it, and its fence names the page.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from langchain_core.language_models import BaseChatModel

from assistant.answering.line import Line
from assistant.answering.prompt import build_prompt
from assistant.models.mini_format import CANNOT_FIND
from assistant.retrieval.retriever import Hit
from assistant.retrieval.selection import Passage
from assistant.training.examples import new_example, turns_of
from assistant.training.findings import plain
from assistant.training.from_documents import (
    TRIES,
    Pair,
    documents_in,
    known_questions,
    pairs_of,
    target,
)
from assistant.training.passages import Finder, as_line, marker_of, numbered
from store.keywords import stems
from store.records import Document
from store.training_records import Example, Origin

DISTRACTORS = 4
WITHOUT = 0.2  # of the rows; 0 to 60 % were best in the paper, depending on the data
SAYS_THE_SAME = 0.7  # share of the right line's words from which on a sentence answers as well
# The best sentence of the distractors may be this much stronger evidence than the right line where
# both are shown, and must be this much weaker where declining is right (looked at by hand on 70
# questions: beyond a half, one in four distractors answered as well).
BOTH_SHOWN, DECLINING = 1.5, 0.5
WEAKEST = 0.1  # evidence of the right line; below, the question asks for something else
SEARCHED = 40  # hits among which distractors are looked for


@dataclass(frozen=True)
class Mined:
    """Passages for a question: the right one and hard distractors, the best evidence first.

    `likeness` is the best evidence among the distractors as a share of that of the right line.
    """

    right: Passage
    all: tuple[Passage, ...]
    likeness: float

    def with_right(self, distractors: int) -> tuple[Passage, ...]:
        """The right passage among so many of the best distractors."""
        others = [passage for passage in self.all if passage is not self.right][:distractors]
        return _renumbered([p for p in self.all if p is self.right or p in others])

    def without_right(self) -> tuple[Passage, ...]:
        """Distractors only: one more of them, so that the number of passages tells nothing."""
        return _renumbered([passage for passage in self.all if passage is not self.right])


def propose(
    line: Line,
    documents: Sequence[Document],
    set_id: str,
    *,
    condensed: bool,
    distractors: int = DISTRACTORS,
    without: float = WITHOUT,
    refusal: str = CANNOT_FIND,
    model: BaseChatModel | None = None,
    seed: int = 1,
) -> Iterator[Example]:
    """Examples to be reviewed, at most one a passage, passages in random order; what the set has
    been proposed before is left out.

    `without` is the share (0-1) that lacks the right passage. `condensed` and `model` are as in
    from_documents.propose. Raises ModelUnavailable.
    """
    finder = Finder(line)
    known = known_questions(line.store, set_id)
    made = lacked = 0
    for pairs in pairs_of(line.store, documents, model=model, many=2, seed=seed):
        for pair in pairs[:TRIES]:
            mined = None if pair.question.lower() in known else mine(finder, pair, distractors + 1)
            if mined is None:
                continue
            lacking = lacked + 1 <= without * (made + 1) and mined.likeness <= DECLINING
            passages = mined.without_right() if lacking else mined.with_right(distractors)
            marker = None if lacking else marker_of(passages, pair.text, condensed=condensed)
            if marker is None and not lacking:
                continue
            said = target(pair, passages, marker) if marker else refusal
            known.add(pair.question.lower())
            made, lacked = made + 1, lacked + lacking
            yield _example(pair, passages, said, set_id, condensed=condensed)
            break


def mine(finder: Finder, pair: Pair, many: int) -> Mined | None:
    """The right passage and the best `many` hits that do not answer the question; None if the
    retriever finds no right one or too few others, or if another answers much better."""
    right: Hit | None = None
    others: list[Hit] = []
    for hit in finder.hits(pair.question, pair.document.kb, SEARCHED):
        if _holds(hit, pair):
            right = right or hit
        elif len(others) < many and not _says(hit, pair):
            others.append(hit)
    if right is None or len(others) < many:
        return None
    hits = sorted([right, *others], key=lambda hit: hit.ranks["fused"])
    passages = numbered(hits, finder.read(pair.question, hits))
    its = next(passage for passage in passages if passage.hit is right)
    own = max((e.score for e in its.evidence if as_line(e.text, e.header) == pair.text), default=0)
    best = max((p.evidence[0].score for p in passages if p is not its and p.evidence), default=0)
    if own < WEAKEST or best > BOTH_SHOWN * own:
        return None
    return Mined(its, passages, best / own)


def _renumbered(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    return tuple(replace(passage, marker=n) for n, passage in enumerate(passages, start=1))


def _example(
    pair: Pair, passages: Sequence[Passage], said: str, set_id: str, *, condensed: bool
) -> Example:
    return new_example(
        set_id,
        Origin.DOCUMENT,
        turns_of(build_prompt(pair.question, passages, condensed=condensed), said),
        documents=documents_in(passages),
        note=f"{pair.origin}{_what(pair, passages)}",
    )


def _what(pair: Pair, passages: Sequence[Passage]) -> str:
    if any(_holds(passage.hit, pair) for passage in passages):
        return f" It stands among {len(passages) - 1} distractors."
    return " Its passage was left out: there are distractors only."


def _holds(hit: Hit, pair: Pair) -> bool:
    """Whether the chunk has the very line; chunks overlap."""
    return _squeezed(pair.quote) in _squeezed(hit.chunk.text)


def _says(hit: Hit, pair: Pair) -> bool:
    """Whether the chunk says what the line says, perhaps in other words: no distractor then."""
    wanted = set(stems(pair.quote))
    for sentence in re.split(r"(?<=[.!?])\s+|\n", hit.chunk.text):
        if len(wanted & set(stems(sentence))) >= SAYS_THE_SAME * len(wanted):
            return True
    return False


def _squeezed(text: str) -> str:
    return f" {plain(text)} "
