"""What a model was asked once, from the trace of its answer, as a prompt to learn from."""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.answering.prompt import build_prompt
from assistant.models.message_terms import ROLES
from assistant.models.mini_format import PASSAGE
from assistant.retrieval.hits import Hit
from assistant.retrieval.selection import Passage
from assistant.training.examples import has_passages, turns_of
from assistant.training.passages import Finder
from store.answer_records import Candidate, Fate, Trace
from store.training_records import Turn


class Unusable(Exception):
    "Why an answer cannot be an example, in words that follow a number of answers."


@dataclass(frozen=True)
class Asked:
    """A prompt, the text of its passages by number, the numbers by chunk, and the documents."""

    turns: tuple[Turn, ...]
    passages: Mapping[int, str]
    numbers: Mapping[str, int]
    documents: tuple[str, ...]


def asked(trace: Trace, finder: Finder, *, condensed: bool) -> Asked:
    """The very prompt of an answer; built anew from the same passages where the model that shall
    learn reads only their best sentences (`condensed`) and the one that answered did not, or the
    other way round. Raises Unusable."""
    if not trace.prompt:
        raise Unusable("were declined before any model was asked")
    turns = tuple(Turn(ROLES.get(t["role"], t["role"]), t["content"]) for t in trace.prompt)
    kept = [c for c in trace.candidates if c.fate is Fate.KEPT and c.marker is not None]
    if not kept or not has_passages(turns[-1].content):
        return Asked(turns, {}, {}, ())
    if any(not candidate.document_id for candidate in kept):
        raise Unusable("were written from passages given by hand")
    if _is_condensed(turns[-1].content, kept) is not condensed:
        turns = _anew(trace, kept, finder, condensed=condensed)
    shown = {int(number) for number, _ in PASSAGE.findall(turns[-1].content)}
    read = [candidate for candidate in kept if candidate.marker in shown]
    return Asked(
        turns,
        {c.marker: f"{c.heading}\n{c.text}" for c in read if c.marker},
        {c.chunk_id: c.marker for c in read if c.marker},
        tuple(dict.fromkeys(candidate.document_id for candidate in read)),
    )


def _is_condensed(prompt: str, kept: list[Candidate]) -> bool:
    """Whole passages make a prompt longer than their texts together."""
    return len(prompt) < sum(len(candidate.text) for candidate in kept)


def _anew(
    trace: Trace, kept: list[Candidate], finder: Finder, *, condensed: bool
) -> tuple[Turn, ...]:
    """The prompt that answering would send a model of the other kind for the same passages."""
    kept = sorted(kept, key=lambda candidate: candidate.ranks.get("fused", candidate.marker or 0))
    chunks = finder.store.documents.chunks_by_id([candidate.chunk_id for candidate in kept])
    documents = finder.store.documents.by_id({candidate.document_id for candidate in kept})
    if any(c.chunk_id not in chunks or chunks[c.chunk_id].text != c.text for c in kept):
        raise Unusable("were written from documents that changed since")
    hits = [
        Hit(chunks[c.chunk_id], documents[c.document_id], dict(c.scores), dict(c.ranks))
        for c in kept
    ]
    question = trace.rewritten or trace.question
    reading = finder.read(question, hits)
    passages = [
        Passage(candidate.marker or 0, hit, its)
        for candidate, hit, its in zip(kept, hits, reading.by_hit, strict=True)
    ]
    passages.sort(key=lambda passage: passage.marker)
    return turns_of(build_prompt(question, passages, condensed=condensed), "")[:-1]
