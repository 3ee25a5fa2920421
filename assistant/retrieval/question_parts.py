"""Takes a question that asks two things apart, so that each of them is searched for as well."""

import re

from assistant.retrieval.query_rewriting import rewrite_follow_up

FEWEST_WORDS = 3  # of a part that can be searched for
_AND = re.compile(
    r"\?\s+(?=\w)|[,;]?\s+and\s+(?=(?:also\s+)?(?:what|how|when|where|who|whom|whose|why|which|"
    r"is|are|was|were|does|do|did|can|should|will)\b)",
    re.I,
)


def question_parts(question: str) -> tuple[str, ...]:
    """The parts, at least two of them, each as it would be asked alone; () when it asks one
    thing."""
    parts: list[str] = []
    for part in (part.strip(" ,;") for part in _AND.split(question)):
        if len(part.split()) >= FEWEST_WORDS:
            parts.append(rewrite_follow_up(part, parts))
    return tuple(parts) if len(parts) > 1 else ()
