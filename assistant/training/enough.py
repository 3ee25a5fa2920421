"""How many examples each way of training needs, and where the figures come from."""

from dataclasses import dataclass
from enum import StrEnum

from assistant.training.recipe import Way


class Verdict(StrEnum):
    ENOUGH = "enough"
    FEW = "few"
    TOO_FEW = "too few"


@dataclass(frozen=True)
class Need:
    """From how many on there are few, and enough; `source` says in words where that comes from."""

    few: int
    enough: int
    source: str


INSTEAD = "Use retrieval or a few-shot prompt first."
# LoRA: OpenAI's guide to supervised fine-tuning recommends to start with 50 well-made examples, and
# sees improvements from 50 to 100. Articles on RAG against fine-tuning speak of hundreds to
# thousands. Measured here: 200 examples teach openbook-mini a voice (docs/decisions.md).
_ADAPTER = Need(
    50,
    200,
    "guides begin at 50 good examples and advise hundreds; 200 taught openbook-mini a voice",
)
# Full: LIMA (Zhou et al. 2023, arXiv 2305.11206) aligned a 65 B model with 1,000 chosen examples;
# the articles name 500 to 5,000 and more.
_FULL = Need(
    500, 1000, "guides advise 500 to 5,000 for changing all weights; LIMA (2023) needed 1,000"
)
# Continued pre-training: Gururangan et al. 2020 (arXiv 2004.10964) read on through 2 to 25 million
# documents of a domain; of texts of one task, 515 (HyperPartisan) were enough to help.
_CONTINUED = Need(
    100,
    500,
    "reading on helped from some 500 texts of a task and from millions of a domain, "
    "Gururangan et al. 2020",
)
# Embedding: no figure is published. The loss tells the questions of a batch apart; the articles'
# hundreds to thousands of examples count here too.
_EMBEDDING = Need(
    200, 1000, "below 200 questions there are a dozen batches to learn from; guides say thousands"
)
NEEDS = {
    Way.LORA: _ADAPTER,
    Way.QLORA: _ADAPTER,
    Way.FULL: _FULL,
    Way.CONTINUED: _CONTINUED,
    Way.EMBEDDING: _EMBEDDING,
}


def verdict(many: int, way: Way) -> Verdict:
    """Whether so many different examples are enough."""
    need = NEEDS[way]
    if many < need.few:
        return Verdict.TOO_FEW
    return Verdict.FEW if many < need.enough else Verdict.ENOUGH


def in_words(many: int, way: Way) -> str:
    """The verdict as a person reads it, with its reason."""
    need, found = NEEDS[way], verdict(many, way)
    how_many = f"{many:,} different example{'' if many == 1 else 's'}"
    if found is Verdict.ENOUGH:
        return f"Enough: {how_many} for {way.label} ({need.source})."
    if found is Verdict.FEW:
        return (
            f"Few: {how_many}; {way.label} does better with {need.enough:,} or more "
            f"({need.source}). It may work: look at the report before you publish."
        )
    return (
        f"Too few: {how_many}, and {way.label} needs at least {need.few:,} ({need.source}); "
        f"a model would learn them by heart. {INSTEAD}"
    )
