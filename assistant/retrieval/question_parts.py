"""Takes a question that asks two things apart, so that each of them is searched for as well."""

import re

FEWEST_WORDS = 3  # of a part that can be searched for
_AND = re.compile(
    r"\?\s+(?=\w)|[,;]?\s+and\s+(?=(?:also\s+)?(?:what|how|when|where|who|whom|whose|why|which|"
    r"is|are|was|were|does|do|did|can|should|will)\b)",
    re.I,
)


def question_parts(question: str) -> tuple[str, ...]:
    """The parts that can stand alone, at least two of them; () when it asks one thing."""
    parts = [part.strip(" ,;") for part in _AND.split(question)]
    parts = [part for part in parts if len(part.split()) >= FEWEST_WORDS]
    return tuple(parts) if len(parts) > 1 else ()
