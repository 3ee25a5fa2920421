"""How many tokens examples have for a model, without loading its weights."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import BadInput, ModelUnavailable
from assistant.training.rows import plain_ids, tokenize
from store.training_records import Turn

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

COUNTED = 500  # examples at least, when there are more
ANY = 10**9  # tokens: more than any example has


def counter(source: Path) -> Callable[[Sequence[Turn]], int]:
    """What counts the tokens of an example's turns, for the model in a folder. Raises
    ModelUnavailable."""
    tokenizer = _tokenizer(source)

    def count(turns: Sequence[Turn]) -> int:
        if len(turns) == 1:  # plain text
            return len(plain_ids(tokenizer, turns[0].content))
        try:
            return len(tokenize(tokenizer, turns, ANY).ids)
        except BadInput:  # no example to learn from; checks say so
            return 0

    return count


def total(examples: Sequence[Sequence[Turn]], source: Path) -> int:
    """Tokens of all examples together; of many, some are counted for the others. Raises
    ModelUnavailable."""
    count = counter(source)
    counted = examples[:: max(1, len(examples) // COUNTED)]
    return round(sum(map(count, counted)) * len(examples) / max(1, len(counted)))


@lru_cache(maxsize=4)
def _tokenizer(source: Path) -> "PreTrainedTokenizerBase":
    from transformers import AutoTokenizer

    try:
        loaded: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            source, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"The tokenizer in {source} cannot be loaded.") from error
    return loaded
