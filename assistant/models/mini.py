"""Exact quotes by decoding: inside `<cite:2>` … `</cite>` only a line of passage 2 can be written.

Works for openbook-mini and whatever is made from it; the passages are read off the prompt's own
tokens, so the model sees and quotes the same words (format: models/mini_format.py).
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.models.mini_format import END_OF_CITE, PASSAGE
from assistant.sentences import words

if TYPE_CHECKING:
    from transformers import LogitsProcessor, PreTrainedTokenizerBase

MOST_QUOTES = 5
TRUST_IN_ORDER = 2.0  # added to the logit of the first line in the first quote
COPIED_WORDS = 4  # in a row; a voice shares shorter runs with passages by chance
_OPENING = re.compile(r"<cite:(\d)>")
_SENTENCE_END = re.compile(r"[.!?…:](?=\s)|\n")
_PARTIAL = re.compile(r"<[^<>]{0,8}$")  # what may become a token of the format


def writes_quotes(tokenizer: "PreTrainedTokenizerBase") -> bool:
    """Whether this tokenizer has the tokens that quotes are written between."""
    known = tokenizer.get_vocab()
    return "<cite:1>" in known and END_OF_CITE in known


def quote_processor(
    tokenizer: "PreTrainedTokenizerBase", prompt_ids: Sequence[int]
) -> "LogitsProcessor":
    """Allows, of all answers to this prompt, those whose quotes stand in its passages."""
    from transformers import LogitsProcessor

    grammar = QuoteGrammar(tokenizer, prompt_ids)

    class QuoteProcessor(LogitsProcessor):
        def __call__(self, input_ids: Any, scores: Any) -> Any:
            import torch

            scores = scores.clone()  # looking ahead, generate asks several times with the same
            for row, ids in enumerate(input_ids[:, len(prompt_ids) :].tolist()):
                scores[row, list(grammar.out_of_order(ids))] -= TRUST_IN_ORDER
                allowed = grammar.allowed(ids)
                if allowed is None:
                    scores[row, list(grammar.forbidden_outside(ids))] = -torch.inf
                else:
                    kept = scores[row, allowed].clone()
                    scores[row] = -torch.inf
                    scores[row, allowed] = kept
            return scores

    return QuoteProcessor()


class QuoteGrammar:
    """What may follow in an answer to one prompt."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", prompt_ids: Sequence[int]) -> None:
        vocabulary = tokenizer.get_vocab()
        self._end = vocabulary[END_OF_CITE]
        self._space = set(tokenizer.encode(" ", add_special_tokens=False))
        self._openings = {
            token_id: int(found[1])
            for token, token_id in vocabulary.items()
            if (found := _OPENING.fullmatch(token))
        }
        prompt = str(tokenizer.decode(list(prompt_ids), skip_special_tokens=False))
        self._lines: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        for number, text in PASSAGE.findall(prompt):  # a passage may come in several pieces
            self._lines[int(number)] += [
                tuple(tokenizer.encode(line, add_special_tokens=False))
                for line in text.split("\n")
                if line.strip()
            ]
        self._best = next(((number, lines[0]) for number, lines in self._lines.items()), None)

    def allowed(self, ids: Sequence[int]) -> list[int] | None:
        """The tokens that may follow inside a quote; None outside one, where nearly all may.

        `ids` is the answer so far.
        """
        opened = next((i for i in reversed(range(len(ids))) if ids[i] in self._openings), None)
        if opened is None or self._end in ids[opened:]:
            return None
        written = tuple(ids[opened + 1 :])
        follow = set()
        for line in self._unsaid(self._openings[ids[opened]], ids[:opened]):
            if line[: len(written)] == written:
                follow.add(line[len(written)] if len(line) > len(written) else self._end)
        return sorted(follow) or [self._end]

    def out_of_order(self, ids: Sequence[int]) -> set[int]:
        """The tokens with which the first quote would be of another line than the first, which
        retrieval holds for the best."""
        if self._best is None or self._end in ids:
            return set()
        number, line = self._best
        opened = next((i for i, token in enumerate(ids) if token in self._openings), None)
        if opened is None:
            return {token for token, other in self._openings.items() if other != number}
        written = tuple(ids[opened + 1 :])
        if self._openings[ids[opened]] != number or line[: len(written)] != written:
            return set()
        return set(self.allowed(ids) or ()) - set(line[len(written) : len(written) + 1])

    def forbidden_outside(self, ids: Sequence[int]) -> set[int]:
        """The tokens that may not follow outside a quote: closing one, and opening one of a passage
        that is not there or has nothing left to say. Where none can be opened, nor can the space
        that leads to one: the model would have to go on from where it never was."""
        quotes = sum(token in self._openings for token in ids)
        closed = {
            token
            for token, number in self._openings.items()
            if quotes >= MOST_QUOTES or not self._unsaid(number, ids)
        }
        nothing_left = len(closed) == len(self._openings)
        return closed | {self._end} | (self._space if nothing_left else set())

    def _unsaid(self, number: int, ids: Sequence[int]) -> list[tuple[int, ...]]:
        """The lines of a passage that the answer has not quoted yet."""
        said = self._said(ids)
        return [line for line in self._lines.get(number, ()) if line not in said]

    def _said(self, ids: Sequence[int]) -> set[tuple[int, ...]]:
        said, start = set[tuple[int, ...]](), None
        for at, token in enumerate(ids):
            if token in self._openings:
                start = at + 1
            elif token == self._end and start is not None:
                said.add(tuple(ids[start:at]))
                start = None
        return said


class MarkerStream:
    """Turns `<cite:2>words</cite>` into `words [2]` while it is being written.

    Between quotes a model writes a voice of its own, held back to the end of a sentence. One that
    goes on copying the passages there has lost the thread, which happens to adapters far from what
    they learned from: `lost` tells so, and nothing is shown from that sentence on. An answer in
    JSON, whose texts are quotes, is no voice.
    """

    def __init__(self, passages: str = "") -> None:
        """`passages` is the text that belongs into quotes."""
        self.lost = False
        self._passages = f" {' '.join(words(passages))} "
        self._held = ""
        self._voice = ""
        self._json: bool | None = None  # not known before the first word
        self._number = ""

    def feed(self, piece: str) -> str:
        """The part that can be shown now; what may be the beginning of a token is held back."""
        text, shown = self._held + piece, ""
        self._held = ""
        while text:
            opening, end = _OPENING.search(text), text.find(END_OF_CITE)
            if opening and (end < 0 or opening.start() < end):
                shown += self._outside(text[: opening.start()], whole=True)
                self._number, text = opening[1], text[opening.end() :]
            elif end >= 0:
                shown += self._written(text[:end], whole=True)
                shown += f" [{self._number}]" if self._number and not self.lost else ""
                self._number, text = "", text[end + len(END_OF_CITE) :]
            else:
                partial = _PARTIAL.search(text)
                cut = partial.start() if partial else len(text)
                shown += self._written(text[:cut], whole=False)
                self._held = text[cut:]
                break
        return shown

    def close(self) -> str:
        """What was held back to the end; a quote cut short keeps its marker."""
        rest = self._written(self._held, whole=True)
        rest += f" [{self._number}]" if self._number and not self.lost else ""
        self._held = self._number = ""
        return rest

    def _written(self, text: str, *, whole: bool) -> str:
        if not self._number:
            return self._outside(text, whole=whole)
        return "" if self.lost else text

    def _outside(self, text: str, *, whole: bool) -> str:
        """What can be shown of a voice: sentences that are complete, or all of it."""
        self._voice += text
        if self._json is None and self._voice.strip():
            self._json = self._voice.lstrip().startswith("{")
        ends = [match.end() for match in _SENTENCE_END.finditer(self._voice)]
        cut = len(self._voice) if whole else max(ends, default=0)
        said, self._voice = self._voice[:cut], self._voice[cut:]
        self.lost = self.lost or (not self._json and self._copies(said))
        return "" if self.lost else said

    def _copies(self, said: str) -> bool:
        run = words(said)
        parts = (run[at : at + COPIED_WORDS] for at in range(len(run) - COPIED_WORDS + 1))
        return any(f" {' '.join(part)} " in self._passages for part in parts)
