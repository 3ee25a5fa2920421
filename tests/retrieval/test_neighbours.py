"""Chunks beside the best hits, where they are asked for."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.retrieval.hits import Hit
from assistant.retrieval.retriever import Retriever
from assistant.settings import Settings
from assistant.timeline import Timeline
from tests.ingestion.small import done, opened
from tests.small_library import SmallLibrary

HARBOURS = b"\n\n".join(
    b"Pier %d. " % number + b"Boats of number %d lie there at noon. " % number * 20
    for number in range(12)
)


@pytest.fixture
def small(settings: Settings) -> Iterator[SmallLibrary]:
    """A library of one long text, of which a search takes a few chunks."""
    with opened(settings) as one:
        done(one, one.library.add("harbours.txt", HARBOURS))
        yield one


def found(small: SmallLibrary, settings: Settings, neighbours: int) -> tuple[list[Hit], Timeline]:
    """Hits for a question, with so many chunks beside the best of them."""
    wanted = replace(settings, candidates=2, neighbours=neighbours)
    timeline = Timeline()
    retriever = Retriever(small.store, small.library, small.models, wanted)
    return retriever.search("Boats of number 7", kb="library", timeline=timeline), timeline


def test_chunks_beside_the_best_follow_them(small: SmallLibrary, settings: Settings):
    plain, _ = found(small, settings, 0)
    wider, timeline = found(small, settings, 1)
    first = plain[0].chunk.position
    known = {hit.chunk.id for hit in plain}
    more = [hit for hit in wider if hit.chunk.id not in known]
    assert [hit.chunk.id for hit in wider if hit.chunk.id in known] == [h.chunk.id for h in plain]
    assert {first - 1, first + 1} <= {hit.chunk.position for hit in wider}
    assert more and all(0 < hit.scores["dense"] <= 1.001 for hit in more)
    [span] = [span for span in timeline.spans if span.name == "neighbours"]
    assert span.attributes["added"] == len(more)


def test_none_are_looked_at_unless_that_is_set(small: SmallLibrary, settings: Settings):
    _, timeline = found(small, settings, 0)
    assert "neighbours" not in [span.name for span in timeline.spans]
