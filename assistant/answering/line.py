"""The straight line from a question to its checked answer, stage by stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from langchain_core.messages.ai import add_usage

from assistant.answering import refusal
from assistant.answering.citations import Quote, Resolved, find_quote, renumber, resolve_markers
from assistant.answering.claims import claims, declines
from assistant.answering.prompt import build_prompt
from assistant.answering.run import FoundEvidence, Run
from assistant.answering.structured import check_values
from assistant.answering.verification import verify
from assistant.errors import PromptTooLong
from assistant.models.json_schema import misfit
from assistant.models.message_terms import PLACE
from assistant.retrieval.evidence import read_evidence
from assistant.retrieval.hits import Hit, readable
from assistant.retrieval.query_rewriting import rewrite_follow_up
from assistant.retrieval.retriever import Retriever
from assistant.retrieval.selection import READ, Passage, select_passages
from assistant.retrieval.spelling import correct_spelling
from assistant.settings import Settings
from assistant.timeline import Timeline
from store.answer_records import Citation, Message, MessageState, SchemaFit
from store.errors import NotFound
from store.records import Block, Box, Chunk
from store.store import Store
from store.word_boxes import line_boxes


@dataclass(frozen=True)
class Line:
    """What the stages need."""

    store: Store
    retriever: Retriever
    settings: Settings

    def answer(self, run: Run) -> Message:
        """Find evidence if that is asked for, then write and check."""
        if run.retrieval:
            earlier = self._earlier(run.message)
            run.evidence = self.find_evidence(
                run.answer.question, kb=run.kb, earlier=earlier, timeline=run.timeline
            )
        return self.write(run)

    def find_evidence(
        self, question: str, *, kb: str, earlier: Sequence[str] = (), timeline: Timeline
    ) -> FoundEvidence:
        """Rewrite, search and choose evidence. `earlier` are the questions before this one as they
        were searched for. Raises EmbeddingMismatch."""
        with timeline.span("rewrite") as span:
            searched = rewrite_follow_up(question, earlier)
            span["rewritten"] = searched != question
            spelt, exchanged = correct_spelling(searched, self.store.keywords)
            parts = self.retriever.parts(searched)
            span["parts"] = len(parts)
        hits = self.retriever.search(
            searched, kb=kb, spelt=spelt, parts=parts, quarantined=True, timeline=timeline
        )
        with timeline.span("choose evidence") as span:
            reading = read_evidence(
                self.retriever.questions(searched),
                readable(hits)[:READ],
                self._blocks,
                self.retriever.embeddings,
            )
            selection = select_passages(hits, reading, self.settings)
            span["sentences"] = sum(map(len, reading.by_hit))
            span["confidence"] = round(selection.confidence, 3)
            span["passages"] = len(selection.passages)
        return FoundEvidence(
            rewritten=searched if searched != question else "",
            hits=tuple(hits),
            selection=selection,
            notes=(
                *(f"read “{word}” as “{known}”" for word, known in exchanged.items()),
                *(f"also searched for “{part}”" for part in parts),
            ),
        )

    def write(self, run: Run) -> Message:
        """From the evidence that the run has, or from none: refuse or write, then check."""
        passages = None
        if run.evidence:
            run.notes += run.evidence.notes
            passages = run.evidence.selection.passages
            if not passages:
                return self._refuse(run, run.evidence)
        text, cut = _written(run, passages)
        given = passages or ()
        message = self._check_values(run, text, given) or self._check(run, text, given, cut=cut)
        state = MessageState.STOPPED if cut else MessageState.DONE
        return replace(message, state=state, rewritten=run.rewritten)

    def _blocks(self, chunk: Chunk) -> Sequence[Block]:
        return self.store.documents.blocks(chunk.document_id, chunk.page)

    def _earlier(self, answer: Message) -> list[str]:
        """The questions before this one, as they were searched for."""
        asked: list[str] = []
        for message in self.store.conversations.messages(answer.conversation_id):
            if message.id == answer.id:
                break
            if message.role == "user":
                asked.append(message.text)
            elif message.rewritten and asked:
                asked[-1] = message.rewritten
        return asked[:-1]

    def _refuse(self, run: Run, evidence: FoundEvidence) -> Message:
        documents = self.store.documents.all(run.kb)
        text = refusal.explain(run.standalone, documents, readable(evidence.hits))
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
            judged = {
                index: verify(sentence, passages)
                for index, sentence in enumerate(whole)
                if sentence.markers or claims(sentence.text)
            }
            span["sentences"] = len(judged)
        if resolved.invented:
            run.notes.append(f"{resolved.invented} invented markers removed")
        order = list(dict.fromkeys(quotes.values()))
        numbers = {place: order.index(quote) + 1 for place, quote in quotes.items()}
        sentences = tuple(
            replace(sentence, citations=tuple(numbers[index, m] for m in sentence.citations))
            for index, sentence in judged.items()
        )
        return replace(
            run.message,
            text=renumber(resolved, numbers),
            refused=not judged and any(declines(sentence.text) for sentence in whole),
            sentences=sentences,
            citations=self._citations(passages, order),
            fit=SchemaFit(False, misfit(text, schema)) if (schema := run.model.schema) else None,
        )

    def _check_values(self, run: Run, text: str, passages: Sequence[Passage]) -> Message | None:
        """The message of an answer in JSON; None for any other."""
        if run.model.schema is None:
            return None
        with run.timeline.span("check") as span:
            checked = check_values(text, run.model.schema, passages)
            span["values"] = len(checked.sentences) if checked else 0
        if checked is None:
            return None
        if checked.invented:
            run.notes.append(f"{checked.invented} invented markers removed")
        return replace(
            run.message,
            text=checked.text,
            refused=checked.refused,
            sentences=checked.sentences,
            citations=self._citations(passages, checked.quotes),
            fit=checked.fit,
        )

    def _citations(
        self, passages: Sequence[Passage], quotes: Sequence[Quote]
    ) -> tuple[Citation, ...]:
        return tuple(
            self._citation(number, passages, quote) for number, quote in enumerate(quotes, 1)
        )

    def _citation(self, number: int, passages: Sequence[Passage], quote: Quote) -> Citation:
        marker, start, end = quote
        hit = next(p.hit for p in passages if p.marker == marker)
        chunk = hit.chunk
        text = chunk.text[start:end]
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
            quote=text,
            stored_page=chunk.page,
            start=start,
            end=end,
            boxes=self._boxes(hit, start, end),
        )

    def _boxes(self, hit: Hit, start: int, end: int) -> tuple[Box, ...]:
        try:
            page = self.store.documents.page(hit.document.id, hit.chunk.page)
        except NotFound:  # evidence that is no document, or one that was deleted meanwhile
            return ()
        return line_boxes(page.words, start, end)


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


def _written(run: Run, passages: Sequence[Passage] | None) -> tuple[str, bool]:
    """What the model makes of the passages, or of their best sentences if that is all it can take,
    and whether it was stopped before it had written all."""
    # what is fine-tuned has learned its format from examples, whose prompts tell nothing of it
    schema = run.model.schema if run.model.base is None else None
    run.prompt = build_prompt(
        run.standalone, passages, condensed=run.model.condensed, schema=schema
    )
    try:
        return _write(run)
    except PromptTooLong as too_long:
        if not passages or run.model.condensed:
            raise
        run.notes.append(f"Cut down to the best sentences of the passages. {too_long}")
    run.prompt = build_prompt(run.standalone, passages, condensed=True, schema=schema)
    return _write(run)


def _write(run: Run) -> tuple[str, bool]:
    """What the model wrote, and whether it was stopped before it had written all."""
    pieces: list[str] = []
    begun = run.timeline.now()
    with run.timeline.span("write"):
        for chunk in run.model.open().stream(run.prompt):
            if run.answer.stopped:
                return "".join(pieces), True
            if PLACE in chunk.response_metadata:
                run.answer.note_place(chunk.response_metadata[PLACE])
                run.waited_ms = run.timeline.now() - begun
            piece = str(chunk.text)
            if piece and run.first_token_ms is None:
                run.first_token_ms = run.timeline.now()
            pieces.append(piece)
            run.answer.write(piece)
            if chunk.usage_metadata:
                run.usage = add_usage(run.usage, chunk.usage_metadata)
    return "".join(pieces), False
