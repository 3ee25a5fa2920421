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
from typing import TYPE_CHECKING

from assistant.answering.condensing import MOST_LINES, evidence_lines
from assistant.answering.line import Line
from assistant.answering.prompt import build_prompt
from assistant.models.mini_format import CANNOT_FIND
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.hits import Hit
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

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

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
    """Passages for a question: the right one and hard distractors, by what a prompt can show.

    `among` has the right one and those shown beside it, `others` those shown without it, each the
    best evidence first. `likeness` is the best evidence among the distractors as a share of that of
    the right line.
    """

    right: Passage
    among: tuple[Passage, ...]
    others: tuple[Passage, ...]
    likeness: float

    def with_right(self, distractors: int) -> tuple[Passage, ...] | None:
        """The right passage among so many of the best distractors; None if there are fewer."""
        beside = [passage for passage in self.among if passage is not self.right][:distractors]
        if len(beside) < distractors or self.right not in self.among:
            return None
        return _renumbered([p for p in self.among if p is self.right or p in beside])

    def without_right(self, distractors: int) -> tuple[Passage, ...] | None:
        """Distractors only: one more of them, so that the number of passages tells nothing; None
        if there are fewer, or one of them may answer."""
        if len(self.others) <= distractors or self.likeness > DECLINING:
            return None
        return _renumbered(self.others[: distractors + 1])


def propose(
    line: Line,
    documents: Sequence[Document],
    set_id: str,
    *,
    condensed: bool,
    distractors: int = DISTRACTORS,
    without: float = WITHOUT,
    refusal: str = CANNOT_FIND,
    model: "BaseChatModel | None" = None,
    seed: int = 1,
) -> Iterator[Example]:
    """Examples to be reviewed, at most one a passage, passages in random order; what the set has
    been proposed before is left out.

    `without` is the share (0-1) that lacks the right passage. `condensed` and `model` are as in
    from_documents.propose. Raises ModelUnavailable.
    """
    finder = Finder(line)
    if condensed:
        distractors = min(distractors, MOST_LINES - 1)
    known = known_questions(line.store, set_id)
    made = lacked = 0
    for pairs in pairs_of(line.store, documents, model=model, many=2, seed=seed):
        for pair in pairs[:TRIES]:
            if pair.question.lower() in known:
                continue
            mined = mine(finder, pair, distractors, condensed=condensed)
            passages = None
            if mined and lacked + 1 <= without * (made + 1):
                passages = mined.without_right(distractors)
            said = refusal if passages else ""
            if mined and not passages and (passages := mined.with_right(distractors)):
                said = _target(pair, passages, condensed=condensed)
            if not passages or not said:
                continue
            known.add(pair.question.lower())
            made, lacked = made + 1, lacked + (said == refusal)
            yield _example(pair, passages, said, set_id, condensed=condensed)
            break


def mine(finder: Finder, pair: Pair, distractors: int, *, condensed: bool) -> Mined | None:
    """The right passage and hits that do not answer the question; None if the retriever finds no
    right one or too few others, or if another answers much better."""
    right: Hit | None = None
    others: list[Hit] = []
    for hit in finder.hits(pair.question, pair.document.kb, SEARCHED):
        if _holds(hit, pair):
            right = right or hit
        elif (condensed or len(others) <= distractors) and not _says(hit, pair):
            others.append(hit)
    if right is None or len(others) < distractors:
        return None
    hits = sorted([right, *others], key=lambda hit: hit.ranks["fused"])
    passages = numbered(hits, finder.read(pair.question, hits))
    its = next(passage for passage in passages if passage.hit is right)
    line = [one for one in its.evidence if as_line(one.text, one.header) == pair.text][:1]
    own, best = (
        _best(line),
        max((_best(one.evidence) for one in passages if one is not its), default=0),
    )
    if own < WEAKEST or best > BOTH_SHOWN * own:
        return None
    if condensed:
        its, passages = _line_each(its, line, passages)
    beside = tuple(passage for passage in passages if passage is not its)
    if condensed:
        passages, beside = _shown(passages), _shown(beside)
    return Mined(its, passages, beside, best / own)


def _line_each(
    its: Passage, line: Sequence[Evidence], passages: Iterable[Passage]
) -> tuple[Passage, tuple[Passage, ...]]:
    """The right passage with its line alone, and all with one each: so few lines show many."""
    right = replace(its, evidence=tuple(line))
    each = (right if p is its else replace(p, evidence=p.evidence[:1]) for p in passages)
    return right, tuple(each)


def _shown(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Those of which a prompt of best lines shows one."""
    markers = {marker for marker, _ in evidence_lines(passages)}
    return tuple(passage for passage in passages if passage.marker in markers)


def _best(evidence: Sequence[Evidence]) -> float:
    return evidence[0].score if evidence else 0.0


def _target(pair: Pair, passages: Sequence[Passage], *, condensed: bool) -> str:
    """The line with the marker of its passage; "" where a prompt of these would not show it."""
    marker = marker_of(passages, pair.text, condensed=condensed)
    return target(pair, passages, marker) if marker else ""


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
