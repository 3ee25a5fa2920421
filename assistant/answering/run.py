"""What is known about one answer while it is made; passed along the straight line."""

from dataclasses import dataclass, field

from langchain_core.messages import BaseMessage

from assistant.answering.answer import Answer
from assistant.models.catalog import ModelEntry
from assistant.retrieval.retriever import Hit
from assistant.retrieval.selection import Selection
from assistant.timeline import Timeline
from store.answer_records import Message


@dataclass
class Run:
    """One answer: what was asked of which model, and what every stage found so far."""

    answer: Answer
    message: Message
    model: ModelEntry
    kb: str
    retrieval: bool
    timeline: Timeline
    rewritten: str = ""
    hits: list[Hit] = field(default_factory=list)
    selection: Selection | None = None
    prompt: list[BaseMessage] = field(default_factory=list)
    first_token_ms: float | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def standalone(self) -> str:
        """The question as it is searched for."""
        return self.rewritten or self.answer.question
