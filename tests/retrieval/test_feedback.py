"""A search that is moved towards its best hits finds what these are about."""

from dataclasses import replace

from assistant.retrieval.hits import Hit
from assistant.retrieval.retriever import Retriever
from assistant.settings import Settings
from assistant.timeline import Timeline
from tests.ingestion.small import done, opened
from tests.small_library import SmallLibrary

TEXTS = {
    "asked.txt": b"Puffins breed on the skerries and cliffs of Stora each spring.",
    "alike.txt": b"Skerries, cliffs of Stora: each spring birds breed on them.",
    "other.txt": b"Puffins are sold as toys in the shop beside the ticket office.",
}


def test_hits_like_the_best_come_earlier(settings: Settings):
    with opened(settings) as small:
        done(small, *(small.library.add(name, text) for name, text in TEXTS.items()))
        plain, moved = (_found(small, replace(settings, feedback=weight)) for weight in (0, 3.0))
        assert plain[0].document.name == moved[0].document.name == "asked.txt"
        assert _share(moved, "alike.txt") > _share(plain, "alike.txt")
        assert [hit.scores["dense"] for hit in _by_name(moved)] == [
            hit.scores["dense"] for hit in _by_name(plain)
        ], "the similarity to what was asked is told"


def test_trace_tells_that_the_search_was_moved(settings: Settings):
    with opened(settings) as small:
        done(small, small.library.add("asked.txt", TEXTS["asked.txt"]))
        for weight, told in ((0.0, False), (0.7, True)):
            timeline = Timeline()
            _found(small, replace(settings, feedback=weight), timeline)
            [span] = [span for span in timeline.spans if span.name == "fusion"]
            assert ("feedback" in span.attributes) is told


def _found(small: SmallLibrary, settings: Settings, timeline: Timeline | None = None) -> list[Hit]:
    retriever = Retriever(small.store, small.library, small.models, settings)
    return retriever.search("Where do puffins breed?", kb="library", timeline=timeline)


def _share(hits: list[Hit], name: str) -> float:
    """The score of a document's hit as a share of the best."""
    score = {hit.document.name: hit.scores["fused"] for hit in hits}
    return score[name] / max(score.values())


def _by_name(hits: list[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: hit.document.name)
