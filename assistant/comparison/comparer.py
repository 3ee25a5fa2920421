"""Puts one question to several contestants at once, from the same evidence, and keeps the answers.

Evidence is found once and frozen: every column with retrieval writes from the very same passages.
"""

import logging
import random
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from assistant.answering import recording
from assistant.answering.answer import Answer
from assistant.answering.ask import FAULT, attempt, checked_question, failed
from assistant.answering.line import Line
from assistant.answering.run import FoundEvidence, Run
from assistant.comparison.contestants import check
from assistant.comparison.given_evidence import checked_passages, given_evidence
from assistant.comparison.measures import measured
from assistant.comparison.running import RunningComparison
from assistant.models.catalog import ModelCatalog, ModelEntry
from assistant.timeline import Timeline
from store.answer_records import Message, MessageState
from store.comparison_records import Column, Comparison, Contestant
from store.errors import NotFound
from store.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Evidence:
    """Evidence that is being looked for, with the stages of looking for it."""

    found: Future[FoundEvidence]
    timeline: Timeline


class Comparer:
    """Runs comparisons over one store; any number at a time."""

    def __init__(self, store: Store, line: Line, models: ModelCatalog) -> None:
        self._store = store
        self._line = line
        self._models = models
        self._running: dict[str, RunningComparison] = {}
        self._threads: set[threading.Thread] = set()

    def compare(
        self,
        question: str,
        contestants: Sequence[Contestant],
        *,
        kb: str,
        blind: bool = False,
        passages: Sequence[str] | None = None,
        batch_id: str | None = None,
        position: int = 0,
    ) -> RunningComparison:
        """Start a comparison; it is kept from now on. A blind one has its columns shuffled.
        `passages` are evidence in the place of what the library would give.

        Raises BadInput or ModelUnavailable.
        """
        question = checked_question(question, self._line.settings)
        check(contestants, self._models)
        order = random.sample(contestants, len(contestants)) if blind else contestants
        entries = [self._models.find(contestant.model) for contestant in order]
        comparison = self._store.comparisons.add(
            Comparison(
                id=uuid.uuid4().hex[:16],
                question=question,
                kb=kb,
                kb_version=self._store.documents.version(kb),
                created_at=datetime.now(UTC),
                columns=tuple(
                    Column(contestant, entry.title)
                    for contestant, entry in zip(order, entries, strict=True)
                ),
                blind=blind,
                passages=() if passages is None else checked_passages(passages),
                batch_id=batch_id,
                position=position,
            )
        )
        return self._start(comparison, entries)

    def running(self, comparison_id: str) -> RunningComparison | None:
        """The comparison while it is being made."""
        return self._running.get(comparison_id)

    def close(self) -> None:
        """Stop every running comparison and wait until what was written is kept."""
        for running in list(self._running.values()):
            running.stop()
        for thread in list(self._threads):
            thread.join(timeout=10)

    def _start(self, comparison: Comparison, entries: Sequence[ModelEntry]) -> RunningComparison:
        runs = [_run(comparison, index, entry) for index, entry in enumerate(entries)]
        running = RunningComparison(comparison.id, tuple(run.answer for run in runs))
        self._running[comparison.id] = running
        listening = [run.answer for run in runs if run.retrieval]
        evidence = Evidence(Future(), Timeline(partial(_tell, listening)))
        if listening:
            self._in_a_thread(self._find, comparison, evidence)
        for index, run in enumerate(runs):
            self._in_a_thread(self._answer, comparison, index, run, evidence)
        return running

    def _in_a_thread(self, work: Callable[..., None], *given: object) -> None:
        def run() -> None:
            work(*given)
            self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=run, name="comparison", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _find(self, comparison: Comparison, evidence: Evidence) -> None:
        try:
            found = self._evidence(comparison, evidence.timeline)
        except BaseException as error:
            evidence.found.set_exception(error)
        else:
            evidence.found.set_result(found)

    def _evidence(self, comparison: Comparison, timeline: Timeline) -> FoundEvidence:
        question, kb = comparison.question, comparison.kb
        if not comparison.passages:
            return self._line.find_evidence(question, kb=kb, timeline=timeline)
        return given_evidence(
            question,
            comparison.passages,
            kb=kb,
            corpus=self._store.keywords,
            embeddings=self._line.retriever.embeddings,
            timeline=timeline,
        )

    def _answer(self, comparison: Comparison, index: int, run: Run, evidence: Evidence) -> None:
        message = attempt(lambda run: self._write(run, evidence), run)
        try:
            message = self._keep(comparison, index, run, message)
        except NotFound:
            message = failed(run, "This comparison was deleted.")
        except Exception:
            log.exception("a column could not be kept")
            message = failed(run, FAULT)
        run.answer.finish(message)
        running = self._running.get(comparison.id)
        if running and running.done:
            self._running.pop(comparison.id, None)

    def _write(self, run: Run, evidence: Evidence) -> Message:
        if run.retrieval:
            try:
                run.evidence = evidence.found.result()
            finally:
                run.timeline.spans[:0] = evidence.timeline.spans
        return self._line.write(run)

    def _keep(self, comparison: Comparison, index: int, run: Run, message: Message) -> Message:
        trace = recording.trace_of(
            run, message, kb_version=comparison.kb_version, settings=self._line.settings
        )
        self._store.traces.add(replace(trace, conversation_id=None, message_id=None))
        message = replace(message, trace_id=trace.id, milliseconds=recording.times(run))
        self._store.comparisons.change(
            comparison.id,
            lambda kept: with_column(kept, index, measured(kept.columns[index], run, message)),
        )
        return message


def _run(comparison: Comparison, index: int, model: ModelEntry) -> Run:
    retrieval = comparison.columns[index].contestant.retrieval
    message = Message(
        id=f"{comparison.id}-{index}",
        conversation_id="",
        role="assistant",
        text="",
        created_at=comparison.created_at,
        state=MessageState.RUNNING,
        model=model.name,
        retrieval=retrieval,
    )
    answer = Answer(comparison.question, message)
    return Run(answer, message, model, comparison.kb, retrieval, Timeline(answer.note_stage))


def with_column(comparison: Comparison, index: int, column: Column) -> Comparison:
    """The comparison with one column exchanged; finished when that was the last one running."""
    columns = (*comparison.columns[:index], column, *comparison.columns[index + 1 :])
    running = any(column.state is MessageState.RUNNING for column in columns)
    finished = None if running else datetime.now(UTC)
    return replace(comparison, columns=columns, finished_at=finished)


def _tell(answers: Sequence[Answer], stage: str, milliseconds: float | None) -> None:
    for answer in answers:
        answer.note_stage(stage, milliseconds)
