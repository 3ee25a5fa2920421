"""Answers in JSON by decoding: only what can still become JSON of a schema is written.

The grammar is llguidance's. Looking ahead, as prompt lookup does, asks for one place several times
and for continuations that come to nothing; the grammar goes back as far as it has to.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from assistant.errors import ModelUnavailable
from assistant.models.json_schema import Schema, grammar

if TYPE_CHECKING:
    from llguidance import LLTokenizer
    from transformers import LogitsProcessor, PreTrainedTokenizerBase

# A vocabulary of 150,000 tokens takes a second to prepare.
_prepared: "WeakKeyDictionary[PreTrainedTokenizerBase, LLTokenizer]" = WeakKeyDictionary()


def schema_processor(
    tokenizer: "PreTrainedTokenizerBase", schema: Schema, *, start: int, ends: Sequence[int]
) -> "LogitsProcessor":
    """Allows, of all answers, those that fit the schema; `start` is the length of the prompt and
    `ends` are the tokens that end an answer. Raises ModelUnavailable."""
    from transformers import LogitsProcessor

    held = SchemaGrammar(tokenizer, schema, ends)

    class SchemaProcessor(LogitsProcessor):
        def __call__(self, input_ids: Any, scores: Any) -> Any:
            import torch

            scores = scores.clone()  # looking ahead, generate asks several times with the same
            for row, ids in enumerate(input_ids[:, start:].tolist()):
                if (allowed := held.allowed(ids)) is not None:
                    bias = torch.frombuffer(bytearray(allowed), dtype=torch.uint8)
                    forbidden = torch.ones(scores.shape[-1], dtype=torch.bool)
                    forbidden[: len(bias)] = bias[: len(forbidden)] == 0
                    scores[row, forbidden.to(scores.device)] = -torch.inf
            return scores

    return SchemaProcessor()


class SchemaGrammar:
    """What may follow in an answer that is to fit a schema."""

    def __init__(
        self, tokenizer: "PreTrainedTokenizerBase", schema: Schema, ends: Sequence[int]
    ) -> None:
        from llguidance import LLMatcher

        self._matcher = LLMatcher(_prepare(tokenizer, ends), grammar(schema), log_level=0)
        self._read: list[int] = []
        if self._matcher.is_error():
            raise ModelUnavailable(
                f"Answers cannot be held to the JSON schema ({self._matcher.get_error()})."
            )

    def allowed(self, ids: Sequence[int]) -> bytes | None:
        """A byte for every token, 0 where it may not follow; None when what was written until now
        fits no answer anyway. `ids` is the answer so far."""
        pairs = zip(self._read, ids, strict=False)
        same = next((at for at, (a, b) in enumerate(pairs) if a != b), None)
        same = min(len(self._read), len(ids)) if same is None else same
        self._matcher.rollback(len(self._read) - same)
        new = list(ids[same:])
        taken = self._matcher.try_consume_tokens(new)
        self._read = [*ids[: same + taken]]
        return self._matcher.compute_logit_bias() if taken == len(new) else None


def _prepare(tokenizer: "PreTrainedTokenizerBase", ends: Sequence[int]) -> "LLTokenizer":
    if (known := _prepared.get(tokenizer)) is not None:
        return known
    from llguidance.hf import from_tokenizer
    from transformers import PreTrainedTokenizerFast

    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise ModelUnavailable(
            "Answers of this model cannot be held to a JSON schema: its tokenizer has no fast form."
        )
    made = _prepared[tokenizer] = from_tokenizer(tokenizer, eos_token=list(ends) or None)
    return made
