"""Examples from use: answers with a thumb up, answers that won a vote, and answers that a person
wrote instead; each with the very prompt and passages its model was given. They wait for review.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from assistant.answering.line import Line
from assistant.training.asked import Asked, Unusable, asked
from assistant.training.citing import as_in_prompt, uncited, with_markers
from assistant.training.examples import ASSISTANT, new_example
from assistant.training.passages import Finder
from store.answer_records import AnswerSentence, Message, MessageState, Verdict
from store.comparison_records import Column, Comparison, Outcome, Vote
from store.errors import NotFound
from store.training_records import Example, Origin, Turn

TWICE = "were proposed before"
STOPPED = "were stopped before their end"
NOT_READ = "rest on passages that this model would not get to read"
NO_TRACE = "have no trace any more"


@dataclass(frozen=True)
class Proposed:
    """Examples to be reviewed; `left_out` counts answers by the reason why they are none, worded to
    follow the number."""

    examples: tuple[Example, ...]
    left_out: Mapping[str, int]


def propose(line: Line, set_id: str, *, condensed: bool) -> Proposed:
    """Examples from all answers that people thought good, but for those that were proposed for the
    set before. `condensed` is that of the model that shall learn (ModelEntry.condensed)."""
    known = line.store.examples.list(set_id)
    seen = {one.message_id for one in known} | {one.comparison_id for one in known}
    found: list[Example] = []
    left_out: Counter[str] = Counter()
    for source_id, make in _Use(line, set_id, condensed).good_ones():
        try:
            if source_id in seen:
                raise Unusable(TWICE)
            found.append(make())
        except Unusable as reason:
            left_out[str(reason)] += 1
    return Proposed(tuple(found), left_out)


class _Use:
    """What people asked, and how they liked the answers."""

    def __init__(self, line: Line, set_id: str, condensed: bool) -> None:
        self._store = line.store
        self._finder = Finder(line)
        self._set_id = set_id
        self._condensed = condensed

    def good_ones(self) -> Iterator[tuple[str, Callable[[], Example]]]:
        """The id of every message and comparison with a good answer, and what makes an example of
        it, which raises Unusable."""
        conversations = self._store.conversations
        for conversation in reversed(conversations.list()):
            thumbs = conversations.thumbs(conversation.id)
            for message in conversations.messages(conversation.id):
                if (thumb := thumbs.get(message.id)) and thumb.helpful:
                    yield message.id, partial(self._liked, message, thumb.reason)
        for comparison, vote in self._store.comparisons.judged():
            if comparison.correction:
                yield comparison.id, partial(self._corrected, comparison, vote)
            elif vote and vote.outcome is Outcome.BEST:
                yield comparison.id, partial(self._voted, comparison, vote)

    def _liked(self, message: Message, reason: str) -> Example:
        prompt = self._asked(message.trace_id)
        note = f"Thumb up: “{reason}”" if reason else "Thumb up."
        return self._example(
            Origin.ANSWER,
            prompt,
            _answer(message, prompt),
            note=_with_verdicts(note, message.sentences),
            conversation_id=message.conversation_id,
            message_id=message.id,
        )

    def _voted(self, comparison: Comparison, vote: Vote) -> Example:
        column = _best(comparison, vote)
        if column is None:
            raise Unusable(NO_TRACE)
        prompt = self._asked(column.trace_id)
        return self._example(
            Origin.ANSWER,
            prompt,
            _answer(column, prompt),
            note=_with_verdicts("Voted the best answer of a comparison.", column.sentences),
            comparison_id=comparison.id,
        )

    def _corrected(self, comparison: Comparison, vote: Vote | None) -> Example:
        """What a person wrote, to the prompt of the best column that was asked. Where passages
        were looked for it must have some: a fact without its passage would be learned by heart."""
        best = _best(comparison, vote)
        retrieving = [one for one in comparison.columns if one.contestant.retrieval]
        columns = sorted(retrieving or comparison.columns, key=lambda one: one is not best)
        problem = Unusable(NO_TRACE)
        for column in columns:
            try:
                prompt = self._asked(column.trace_id)
            except Unusable as reason:
                problem = reason
            else:
                return self._example(
                    Origin.CORRECTION,
                    prompt,
                    said := _cited(comparison.correction, column, prompt),
                    note=_with_uncited("A better answer that a person wrote.", said, prompt),
                    comparison_id=comparison.id,
                )
        raise problem

    def _asked(self, trace_id: str | None) -> Asked:
        try:
            trace = self._store.traces.get(trace_id or "")
        except NotFound:
            raise Unusable(NO_TRACE) from None
        return asked(trace, self._finder, condensed=self._condensed)

    def _example(self, origin: Origin, prompt: Asked, said: str, **lineage: Any) -> Example:
        turns = (*prompt.turns, Turn(ASSISTANT, said))
        return new_example(self._set_id, origin, turns, documents=prompt.documents, **lineage)


def _best(comparison: Comparison, vote: Vote | None) -> Column | None:
    if vote is None or vote.best is None or vote.best >= len(comparison.columns):
        return None
    return comparison.columns[vote.best]


def _answer(shown: Message | Column, prompt: Asked) -> str:
    """A shown answer as its model should have written it. Raises Unusable."""
    if shown.state is not MessageState.DONE or not shown.text.strip():
        raise Unusable(STOPPED)
    said = as_in_prompt(shown.text, shown.citations, prompt.numbers)
    if said is None:
        raise Unusable(NOT_READ)
    return said


def _cited(correction: str, column: Column, prompt: Asked) -> str:
    """What a person wrote beside a shown answer, with the numbers of the prompt's passages."""
    shown = {
        citation.marker: prompt.numbers[citation.chunk_id]
        for citation in column.citations
        if citation.chunk_id in prompt.numbers
    }
    return with_markers(correction, prompt.passages, shown)


def _with_verdicts(note: str, sentences: Sequence[AnswerSentence]) -> str:
    bad = sum(sentence.verdict is Verdict.UNSUPPORTED for sentence in sentences)
    return f"{note} {_sentences(bad)} no support in what it cites." if bad else note


def _with_uncited(note: str, said: str, prompt: Asked) -> str:
    many = uncited(said) if prompt.passages else 0
    return f"{note} {_sentences(many)} no source in the passages." if many else note


def _sentences(many: int) -> str:
    return "1 sentence has" if many == 1 else f"{many} sentences have"
