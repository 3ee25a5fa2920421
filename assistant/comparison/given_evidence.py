"""Evidence that a person wrote, or a data set has, in the place of what the library would give."""

from collections.abc import Sequence
from datetime import UTC, datetime

from assistant.answering.run import FoundEvidence
from assistant.errors import BadInput
from assistant.models.embedding import SentenceEmbeddings
from assistant.retrieval.evidence import read_evidence
from assistant.retrieval.hits import Hit
from assistant.retrieval.question import Corpus, Question
from assistant.retrieval.selection import Passage, Selection
from assistant.timeline import Timeline
from store.answer_records import Candidate, Fate
from store.records import Chunk, Document, Media

MOST = 10
LONGEST = 4000  # characters


def checked_passages(texts: Sequence[str]) -> tuple[str, ...]:
    """The passages that are not empty. Raises BadInput."""
    passages = tuple(text for given in texts if (text := given.replace("\x00", "").strip()))
    if not passages:
        raise BadInput("The evidence is empty; leave at least one passage.")
    if len(passages) > MOST:
        raise BadInput(f"There are {len(passages)} passages; the most is {MOST}.")
    if too_long := [text for text in passages if len(text) > LONGEST]:
        raise BadInput(
            f"A passage has {len(too_long[0]):,} characters; the most is {LONGEST:,}. Shorten it."
        )
    return passages


def given_evidence(
    question: str,
    passages: Sequence[str],
    *,
    kb: str,
    corpus: Corpus,
    embeddings: SentenceEmbeddings,
    timeline: Timeline,
) -> FoundEvidence:
    """The passages with their sentences scored, the best first; nothing is refused for being weak.

    `corpus` tells how rare words are.
    """
    with timeline.span("choose evidence") as span:
        vectors = embeddings.encode([question, *passages])
        likeness = (vectors[1:] @ vectors[0]).tolist()
        hits = [
            Hit(_chunk(text, number), _document(text, number, kb), {"dense": score}, {})
            for number, (text, score) in enumerate(zip(passages, likeness, strict=True), start=1)
        ]
        reading = read_evidence(
            [Question.read(question, corpus)], hits, lambda _chunk: (), embeddings
        )
        read = sorted(
            zip(hits, reading.by_hit, strict=True),
            key=lambda pair: -max((evidence.score for evidence in pair[1]), default=0.0),
        )
        chosen = tuple(
            Passage(marker, hit, found) for marker, (hit, found) in enumerate(read, start=1)
        )
        span["passages"] = len(chosen)
    candidates = tuple(_candidate(passage) for passage in chosen)
    return FoundEvidence("", tuple(hits), Selection(chosen, candidates, reading.confidence))


def _document(text: str, number: int, kb: str) -> Document:
    return Document(
        id="",
        kb=kb,
        name=f"Passage {number}",
        title=f"Passage {number}",
        sha256="",
        media=Media.TEXT,
        size=len(text.encode()),
        pages=1,
        chunks=1,
        added_at=datetime.now(UTC),
    )


def _chunk(text: str, number: int) -> Chunk:
    return Chunk(
        id=f"passage-{number}",
        document_id="",
        position=number,
        page=1,
        label=None,
        heading="",
        start=0,
        end=len(text),
        text=text,
        context="",
    )


def _candidate(passage: Passage) -> Candidate:
    hit = passage.hit
    best = max((evidence.score for evidence in passage.evidence), default=0.0)
    return Candidate(
        chunk_id=hit.chunk.id,
        document_id="",
        document=hit.document.name,
        page=None,
        label=None,
        heading="",
        text=hit.chunk.text,
        scores={**hit.scores, "evidence": best},
        ranks={"evidence": passage.marker},
        fate=Fate.KEPT,
        reason="given by hand",
        marker=passage.marker,
    )
