"""The straight line from a question to its checked answer, stage by stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.answering import refusal
from assistant.answering.citations import Resolved, find_quote, renumber, resolve_markers
from assistant.answering.prompt import build_prompt
from assistant.answering.run import Run
from assistant.answering.verification import verify
from assistant.retrieval.evidence import read_evidence
from assistant.retrieval.query_rewriting import rewrite_follow_up
from assistant.retrieval.question import Question
from assistant.retrieval.retriever import Retriever, readable
from assistant.retrieval.selection import READ, Passage, select_passages
from assistant.retrieval.spelling import correct_spelling
from assistant.settings import Settings
from store.answer_records import Citation, Message, MessageState
from store.records import Block, Chunk
from store.store import Store
from store.word_boxes import line_boxes

Quote = tuple[int, int, int]  # marker of the passage, start and end in its text


@dataclass(frozen=True)
class Line:
    """What the stages need."""

    store: Store
    retriever: Retriever
    settings: Settings

    def answer(self, run: Run) -> Message:
        """Rewrite, search, choose evidence, refuse or write, then check."""
        if run.retrieval:
            self._find_evidence(run)
            if run.selection and not run.selection.passages:
                return self._refuse(run)
        passages = run.selection.passages if run.selection else None
        run.prompt = build_prompt(run.standalone, passages, condensed=run.model.condensed)
        text, cut = _write(run)
        return self._check(run, text, passages or (), cut=cut)

    def _find_evidence(self, run: Run) -> None:
        question = run.answer.question
        with run.timeline.span("rewrite") as span:
            rewritten = rewrite_follow_up(question, self._earlier(run))
            run.rewritten = rewritten if rewritten != question else ""
            span["rewritten"] = bool(run.rewritten)
            spelt, exchanged = correct_spelling(run.standalone, self.store.keywords)
            run.notes += [f"read “{word}” as “{known}”" for word, known in exchanged.items()]
        run.hits = self.retriever.search(
            run.standalone, kb=run.kb, spelt=spelt, quarantined=True, timeline=run.timeline
        )
        with run.timeline.span("choose evidence") as span:
            weighed = Question.read(spelt, self.store.keywords)
            reading = read_evidence(
                weighed, readable(run.hits)[:READ], self._blocks, self.retriever.embeddings
            )
            run.selection = select_passages(run.hits, reading, self.settings)
            span["sentences"] = sum(map(len, reading.by_hit))
            span["confidence"] = round(run.selection.confidence, 3)
            span["passages"] = len(run.selection.passages)

    def _blocks(self, chunk: Chunk) -> Sequence[Block]:
        return self.store.documents.blocks(chunk.document_id, chunk.page)

    def _earlier(self, run: Run) -> list[str]:
        """The questions before this one, as they were searched for."""
        asked: list[str] = []
        for message in self.store.conversations.messages(run.message.conversation_id):
            if message.id == run.message.id:
                break
            if message.role == "user":
                asked.append(message.text)
            elif message.rewritten and asked:
                asked[-1] = message.rewritten
        return asked[:-1]

    def _refuse(self, run: Run) -> Message:
        documents = self.store.documents.all(run.kb)
        text = refusal.explain(run.standalone, documents, readable(run.hits))
        run.answer.write(text)
        return replace(
            run.message,
            text=text,
            state=MessageState.DONE,
            refused=True,
            rewritten=run.rewritten,
        )

    def _check(self, run: Run, text: str, passages: Sequence[Passage], *, cut: bool) -> Message:
        with run.timeline.span("check") as span:
            resolved = resolve_markers(text, [p.marker for p in passages], cut=cut)
            quotes = _quotes(resolved, {p.marker: p for p in passages})
            # nothing can be said for or against a sentence that was never finished
            whole = resolved.sentences[: -1 if resolved.unfinished else None]
            judged = [verify(sentence, passages) for sentence in whole]
            span["sentences"] = len(judged)
        if resolved.invented:
            run.notes.append(f"{resolved.invented} invented markers removed")
        order = list(dict.fromkeys(quotes.values()))
        numbers = {place: order.index(quote) + 1 for place, quote in quotes.items()}
        sentences = tuple(
            replace(sentence, citations=tuple(numbers[index, m] for m in sentence.citations))
            for index, sentence in enumerate(judged)
        )
        return replace(
            run.message,
            text=renumber(resolved, numbers),
            state=MessageState.STOPPED if cut else MessageState.DONE,
            rewritten=run.rewritten,
            sentences=sentences,
            citations=tuple(
                self._citation(number, passages, quote) for number, quote in enumerate(order, 1)
            ),
        )

    def _citation(self, number: int, passages: Sequence[Passage], quote: Quote) -> Citation:
        marker, start, end = quote
        hit = next(p.hit for p in passages if p.marker == marker)
        chunk = hit.chunk
        page = self.store.documents.page(hit.document.id, chunk.page)
        start, end = chunk.start + start, chunk.start + end
        return Citation(
            marker=number,
            document_id=hit.document.id,
            document=hit.document.name,
            page=hit.page,
            label=chunk.label,
            heading=chunk.heading,
            chunk_id=chunk.id,
            passage=chunk.text,
            quote=page.text[start:end],
            stored_page=chunk.page,
            start=start,
            end=end,
            boxes=line_boxes(page.words, start, end),
        )


def _quotes(resolved: Resolved, passages: Mapping[int, Passage]) -> dict[tuple[int, int], Quote]:
    """For every place of a marker (sentence, marker) what it quotes; each quote gets a number of
    its own, in the order of the text, so that a number always opens the words it stands for."""
    return {
        (index, marker): (
            marker,
            *find_quote(resolved.sentences[index].text, passages[marker]),
        )
        for index, marker in resolved.places
    }


def _write(run: Run) -> tuple[str, bool]:
    """What the model wrote, and whether it was stopped before it had written all."""
    pieces: list[str] = []
    with run.timeline.span("write"):
        for chunk in run.model.open().stream(run.prompt):
            if run.answer.stopped:
                return "".join(pieces), True
            piece = str(chunk.text)
            if piece and run.first_token_ms is None:
                run.first_token_ms = run.timeline.now()
            pieces.append(piece)
            run.answer.write(piece)
    return "".join(pieces), False
