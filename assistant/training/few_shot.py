"""A few-shot prompt: examples shown to a model in its prompt, to try before training it.

The prompt is that of answering, with examples as earlier turns.
"""

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from assistant.answering.prompt import build_prompt
from assistant.retrieval.selection import Passage
from assistant.sentences import count_words
from assistant.training.examples import answer_of, has_passages, question_of
from store.keywords import stems
from store.training_records import Example

SHOTS = 4
MOST_TOKENS = 2000  # of the examples together, estimated
TOKENS_PER_WORD = 4 / 3


def few_shot_prompt(
    examples: Sequence[Example],
    question: str,
    passages: Sequence[Passage] | None,
    *,
    condensed: bool,
    shots: int = SHOTS,
    most_tokens: int = MOST_TOKENS,
) -> list[BaseMessage]:
    """Messages for a question with the examples most like it before it, the most like last.

    `passages` and `condensed` are those of answering/prompt.py. Examples with passages are shown
    where the question has some, others where it has none; if there are no such, any. Those that do
    not fit into `most_tokens` are left out.
    """
    system, asked = build_prompt(question, passages, condensed=condensed)
    shown: list[BaseMessage] = []
    left = float(most_tokens)
    for example in _nearest(examples, question, with_passages=passages is not None):
        said = [turn for turn in example.turns if turn.role != "system"]
        cost = sum(count_words(turn.content) for turn in said) * TOKENS_PER_WORD
        if cost > left:
            continue
        left -= cost
        shown[:0] = [
            HumanMessage(turn.content) if turn.role == "user" else AIMessage(turn.content)
            for turn in said
        ]
        shots -= 1
        if not shots:
            break
    return [system, *shown, asked]


def _nearest(examples: Sequence[Example], question: str, *, with_passages: bool) -> list[Example]:
    """Examples that answer something, those that share most words with the question first."""
    answered = [example for example in examples if question_of(example) and answer_of(example)]
    alike = [example for example in answered if _has_passages(example) is with_passages]
    wanted = set(stems(question))

    def likeness(example: Example) -> float:
        own = set(stems(question_of(example)))
        return len(own & wanted) / max(1, len(own | wanted))

    return sorted(alike or answered, key=likeness, reverse=True)


def _has_passages(example: Example) -> bool:
    return any(has_passages(turn.content) for turn in example.turns if turn.role == "user")
