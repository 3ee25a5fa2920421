"""What is known about one answer while it is made; passed along the straight line."""

from dataclasses import dataclass, field

from langchain_core.messages import BaseMessage
from langchain_core.messages.ai import UsageMetadata

from assistant.answering.answer import Answer
from assistant.models.catalog import ModelEntry
from assistant.retrieval.hits import Hit
from assistant.retrieval.selection import Selection
from assistant.timeline import Timeline
from store.answer_records import Message


@dataclass(frozen=True)
class FoundEvidence:
    """What retrieval found for a question, once; any number of models can write from it.

    `rewritten` is the question as it was searched for, "" when that is as it was asked.
    """

    rewritten: str
    hits: tuple[Hit, ...]
    selection: Selection
    notes: tuple[str, ...] = ()


@dataclass
class Run:
    """One answer: what was asked of which model, and what every stage found so far."""

    answer: Answer
    message: Message
    model: ModelEntry
    kb: str
    retrieval: bool
    timeline: Timeline
    evidence: FoundEvidence | None = None
    prompt: list[BaseMessage] = field(default_factory=list)
    first_token_ms: float | None = None
    waited_ms: float = 0.0  # for its turn at the model, and for that to be loaded
    usage: UsageMetadata | None = None  # tokens as the model counted them, if it did
    notes: list[str] = field(default_factory=list)

    @property
    def rewritten(self) -> str:
        """The question as it was searched for, "" when that is as it was asked."""
        return self.evidence.rewritten if self.evidence else ""

    @property
    def standalone(self) -> str:
        """The question as the model gets it."""
        return self.rewritten or self.answer.question

    @property
    def selection(self) -> Selection | None:
        """The passages with all candidates; None without retrieval."""
        return self.evidence.selection if self.evidence else None
