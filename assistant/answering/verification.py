"""Checks each sentence of an answer against the passages it cites, and gives a verdict.

Checks are deterministic: words, numbers, names and negation. Nothing here asks a model.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.citations import Cited
from assistant.answering.exchanges import Finding, find
from assistant.answering.hard_items import Text, Token, read
from assistant.retrieval.selection import Passage
from store.answer_records import AnswerSentence, Verdict

SUPPORTED = 0.75  # share of a sentence's words that its quote and passage must have
WEAK = 0.5
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_LEAD = re.compile(
    r"^(?:(?:according to|based on|as (?:stated|mentioned|described|noted|per) (?:in|by)?) "
    r"(?:the|this) (?:\w+ )?(?:documents?|passages?|texts?|sources?|context)(?: provided)?,? "
    r"|(?:the|this) (?:document|passage|text|source|context) (?:states|says|notes|mentions|"
    r"explains|describes|indicates) that )",
    re.I,
)


@dataclass(frozen=True)
class Judgement:
    """What is held of a sentence: the verdict, why, and how sure its support is (0-1)."""

    verdict: Verdict
    reason: str
    support: float


def verify(sentence: Cited, passages: Sequence[Passage]) -> AnswerSentence:
    """The sentence with its verdict and the reason, from the passages it cites."""
    found = judge(sentence, passages)
    return AnswerSentence(sentence.text, sentence.markers, found.verdict, found.reason)


def numbers_in(passage: Passage) -> list[str]:
    """The numbers of a passage as it writes them."""
    return _NUMBER.findall(f"{_headings(passage)}\n{passage.hit.chunk.text}")


def judge(
    sentence: Cited, passages: Sequence[Passage], *, supported: float = SUPPORTED
) -> Judgement:
    """How well the passages that the sentence cites support it; `supported` is the share of its
    words that they must have."""
    cited = [passage for passage in passages if passage.marker in sentence.markers]
    if not cited:
        return Judgement(Verdict.UNSUPPORTED, "It names no passage it rests on.", 0.0)
    said = Text(_LEAD.sub("", sentence.text))
    headings = "\n".join(_headings(passage) for passage in cited)
    known = Text("\n".join([headings, *(passage.hit.chunk.text for passage in cited)]))
    share = _share(said.tokens, {token.stem for token in known.tokens})
    near = _share_of_quotes(said.tokens, cited)
    finding = find(said, known, len(read(headings)))
    support = min(share, (share + near) / 2) * (1 - finding.gravity)
    verdict, reason = _verdict(share, near, finding, supported)
    return Judgement(verdict, reason, support)


def _verdict(share: float, near: float, finding: Finding, supported: float) -> tuple[Verdict, str]:
    if finding.verdict is Verdict.UNSUPPORTED:
        return finding.verdict, finding.reason
    if share < WEAK:
        return Verdict.UNSUPPORTED, f"Only {share:.0%} of its words stand in the passage it cites."
    if finding.verdict is Verdict.WEAK:
        return finding.verdict, finding.reason
    if share < supported or near < WEAK:
        return Verdict.WEAK, f"{near:.0%} of its words stand together in the passage it cites."
    return Verdict.SUPPORTED, f"{share:.0%} of its words stand in the passage it cites."


def _headings(passage: Passage) -> str:
    headers = dict.fromkeys(evidence.header for evidence in passage.evidence)
    return "\n".join([passage.hit.chunk.context, *headers])


def _share(said: Sequence[Token], there: set[str]) -> float:
    total = sum(token.weight for token in said)
    return sum(t.weight for t in said if t.stem in there) / total if total else 0.0


def _share_of_quotes(said: Sequence[Token], cited: Sequence[Passage]) -> float:
    """The share of the words that two sentences of the passages have between them."""
    texts = [p.hit.chunk.text[e.start : e.end] for p in cited for e in p.evidence]
    units = [{token.stem for token in read(text)} for text in texts] or [set()]
    first = max(units, key=lambda unit: _share(said, unit))
    return max(_share(said, first | unit) for unit in units)
