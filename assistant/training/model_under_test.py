"""A model whose answers are measured: it reads and writes through the functions that answering
uses, always the likeliest token, so that the same weights give the same figures.

One thread alone has it, so nothing waits in line as in models/local_model.py.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.models.generation import Request, generate, prompt_ids
from assistant.models.model_folder import ADAPTER_CONFIG, check_adapter, check_model
from assistant.models.weights import AdapterFiles, Weights
from assistant.training.rows import answer_ids, ending, plain_ids
from store.training_records import Turn

# Bytes of weights up to which one core is used: openbook-mini writes hardly faster on two, and ten
# times slower where somebody else is on one of them, because cores wait for each other.
SMALL = 200_000_000


@dataclass(frozen=True)
class Said:
    """An answer, its tokens with the one that ends it, and the seconds it took."""

    text: str
    tokens: int
    seconds: float


class ModelUnderTest:
    """Loaded weights, with an adapter over them or as they are."""

    def __init__(
        self, weights: Weights, adapter: AdapterFiles | None = None, *, tuned: bool
    ) -> None:
        self.tuned = tuned
        self._weights = weights
        self._adapter = adapter

    def answer(
        self,
        prompt: Sequence[Turn],
        most_tokens: int,
        schema: Mapping[str, Any] | None = None,
    ) -> Said:
        """What it says to a prompt, held to a JSON schema if one is given. Raises PromptTooLong."""
        request = Request(as_messages(prompt), self._adapter, 0.0, most_tokens, schema)
        pieces: list[str] = []
        begun = time.perf_counter()
        usage = generate(self._weights, request, pieces.append, lambda: False)
        return Said("".join(pieces), usage.answer, time.perf_counter() - begun)

    def count_tokens(self, text: str) -> int:
        return len(plain_ids(self._weights.tokenizer, text))

    def loss(
        self, prompt: Sequence[Turn], wanted: str, *, opening: str = "", closing: str = ""
    ) -> float:
        """Mean surprise, in nats per token, at the wanted answer to a prompt, in which it stands
        between `opening` and `closing`; these, and the end, are not counted. Without a prompt the
        wanted text is read as it is, from its second token."""
        tokenizer = self._weights.tokenizer
        if not prompt:
            ids = plain_ids(tokenizer, wanted)
            return self._surprise(ids, 1, len(ids))
        question, end = prompt[-1].content, len(ending(tokenizer))

        def pieces(*texts: str) -> list[int]:
            ids = answer_ids(tokenizer, question, " ".join(filter(None, texts)))
            return ids[: len(ids) - end]

        head = prompt_ids(tokenizer, as_messages(prompt))
        start = len(head) + (len(pieces(opening)) if opening else 0)
        stop = len(head) + len(pieces(opening, wanted))
        return self._surprise(head + pieces(opening, wanted, closing), start, stop)

    def _surprise(self, ids: list[int], start: int, stop: int) -> float:
        """Mean loss of the tokens from `start` to before `stop`, each foretold by those before; as
        many of the last ones as the model can read."""
        import torch

        cut = max(0, len(ids) - self._weights.context)
        ids, start, stop = ids[cut:], max(1, start - cut), stop - cut
        if stop <= start:
            return float("nan")
        with self._weights.using(self._adapter) as model, torch.no_grad():
            read = torch.tensor([ids], device=model.device)
            # the head over a large vocabulary takes more memory than all the rest
            kept = len(ids) - start + 1
            logits = model(input_ids=read, logits_to_keep=kept).logits[0].float()
            wanted = read[0, start:stop]
            return float(torch.nn.functional.cross_entropy(logits[: stop - start], wanted))


def both(source: Path, tuned: Path, precision: str) -> Iterator[ModelUnderTest]:
    """The base in the folder `source`, then the tuned one: an adapter, or a whole model, for which
    the base is let go first. Raises ModelUnavailable."""
    import torch

    check_model(source)
    weights = Weights(source.name, source, precision)
    threads = torch.get_num_threads()
    if weights.memory() < SMALL:
        torch.set_num_threads(1)
    try:
        yield ModelUnderTest(weights, tuned=False)
        if (tuned / ADAPTER_CONFIG).is_file():
            check_adapter(tuned)
            yield ModelUnderTest(weights, AdapterFiles("tuned", tuned.name, tuned), tuned=True)
        else:
            check_model(tuned)
            weights.free()
            weights = Weights(tuned.name, tuned, precision)
            yield ModelUnderTest(weights, tuned=True)
    finally:
        torch.set_num_threads(threads)
        weights.free()


def as_messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    return [{"role": turn.role, "content": turn.content} for turn in turns]
