"""How a model is to be fine-tuned: every choice in one record, with defaults by size of the model.

Where the defaults come from stands beside them. Names used there:
- LoRA: Hu et al. 2021, arXiv 2106.09685
- QLoRA: Dettmers et al. 2023, arXiv 2305.14314
- Biderman et al. 2024, LoRA Learns Less and Forgets Less, arXiv 2405.09673
- Schulman et al. 2025, LoRA Without Regret, thinkingmachines.ai/blog/lora, whose formulas stand in
  tinker_cookbook/hyperparam_utils.py
"""

import math
import os
from dataclasses import Field, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant.errors import BadInput, ModelUnavailable
from assistant.training.model_shape import ModelShape, model_shape


class Way(StrEnum):
    """A kind of training."""

    LORA = "lora"
    QLORA = "qlora"
    FULL = "full"
    CONTINUED = "continued"
    EMBEDDING = "embedding"

    @property
    def label(self) -> str:
        return _WAYS[self][0]

    @property
    def help(self) -> str:
        return _WAYS[self][1]

    @property
    def adapter(self) -> bool:
        """Whether what comes of it is an adapter rather than a whole model."""
        return self in (Way.LORA, Way.QLORA, Way.CONTINUED)


_WAYS = {
    Way.LORA: (
        "LoRA",
        "Learns a small adapter over the model from examples or instructions; the model itself "
        "stays as it is. The right choice nearly always.",
    ),
    Way.QLORA: (
        "QLoRA",
        "LoRA over a model held in 4 bits: a quarter of the memory, for large models. Needs "
        "the package bitsandbytes.",
    ),
    Way.FULL: (
        "Full fine-tuning",
        "Changes every weight and makes a whole new model. Needs far more memory and forgets more; "
        "for many thousands of examples.",
    ),
    Way.CONTINUED: (
        "Continued pre-training",
        "Reads plain text of documents to learn their language, not to answer from them: for "
        "questions about documents, retrieval does better.",
    ),
    Way.EMBEDDING: (
        "Embedding model",
        "Teaches the embedding model, which finds passages, from questions and the passages that "
        "answer them.",
    ),
}

ADAPTERS = (Way.LORA, Way.QLORA, Way.CONTINUED)
LANGUAGE = (Way.LORA, Way.QLORA, Way.FULL, Way.CONTINUED)
FROM_EXAMPLES = (Way.LORA, Way.QLORA, Way.FULL)
ALL = tuple(Way)
PRECISIONS = ("bf16", "fp32")
SMALL = 512  # width below which a model is trained as openbook-mini is


def _choice(
    default: Any,
    title: str,
    help: str,
    least: float | None = None,
    most: float = math.inf,
    ways: tuple[Way, ...] = ALL,
    choices: tuple[str, ...] = (),
) -> Any:
    known = {"title": title, "help": help, "least": least, "most": most}
    return field(default=default, metadata={**known, "ways": ways, "choices": choices})


@dataclass(frozen=True)
class Recipe:
    """How to train. The metadata of a field has its title, help, limits (`least`, `most`), the ways
    it counts for (`ways`) and, where only some words will do, these (`choices`)."""

    way: Way = Way.LORA
    rank: int = _choice(
        16, "Rank", "Size of the adapter: higher holds more and takes more.", 1, 512, ADAPTERS
    )
    alpha: int = _choice(
        32, "Alpha", "Weight of the adapter: alpha / rank scales what it adds.", 1, 1024, ADAPTERS
    )
    dropout: float = _choice(
        0.0,
        "Dropout",
        "Share of the adapter left out at random against memorising.",
        0,
        0.5,
        ADAPTERS,
    )
    learning_rate: float = _choice(
        2e-4, "Learning rate", "Size of a step at its largest.", 1e-7, 1e-1
    )
    warmup: float = _choice(
        0.05, "Warm-up", "Share of the steps in which the learning rate rises.", 0, 0.5
    )
    epochs: int = _choice(
        3, "Epochs", "How often every example is seen, unless training stops early.", 1, 100
    )
    batch: int = _choice(4, "Batch", "Examples looked at together.", 1, 256)
    accumulate: int = _choice(
        1, "Batches a step", "Batches summed for one step, where memory is short.", 1, 256, LANGUAGE
    )
    longest: int = _choice(
        1024, "Longest example", "In tokens; longer ones are left out.", 32, 131_072
    )
    validation: float = _choice(
        0.1, "Validation share", "Examples kept aside to see when to stop.", 0.02, 0.5
    )
    test: float = _choice(
        0.1, "Test share", "Examples kept aside to the end, for the report.", 0.02, 0.5
    )
    validations_per_epoch: int = _choice(
        2,
        "Validations an epoch",
        "How often the examples kept aside are looked at.",
        1,
        20,
    )
    patience: int = _choice(
        3,
        "Patience",
        "Validations without a better result after which training stops; 0 to never stop early.",
        0,
        100,
    )
    general: float = _choice(
        0.0,
        "General examples",
        "Share of general examples mixed in against forgetting.",
        0,
        0.5,
        FROM_EXAMPLES,
    )
    precision: str = _choice(
        "fp32", "Precision", "Numbers computed with; bf16 is faster where the machine has it.",
        choices=PRECISIONS,
    )  # fmt: skip
    negatives: int = _choice(
        1,
        "Hard negatives",
        "Passages beside each answer that the search takes for one although they are none.",
        0,
        10,
        (Way.EMBEDDING,),
    )
    made_up: int = _choice(
        1000,
        "Made-up questions",
        "At most so many are made by rule of passages nobody asked about; 0 for none.",
        0,
        100_000,
        (Way.EMBEDDING,),
    )
    shortest: int = _choice(
        0,
        "Shortest vector",
        "Numbers to which vectors can be cut for a smaller index (Matryoshka); 0 for whole ones.",
        0,
        4096,
        (Way.EMBEDDING,),
    )
    threads: int = _choice(2, "Threads", "Processor cores that training may use.", 1, 1024)
    seed: int = _choice(1, "Seed", "The same seed gives the same run again.", 0, 2**31 - 1)

    @classmethod
    def defaults(cls, way: Way, source: Path) -> "Recipe":
        """What to begin with for the model in this folder. Raises ModelUnavailable."""
        cores = os.cpu_count() or 1
        own = cls(way=way, threads=cores if cores <= 2 else cores - 1, precision=_precision())
        if way is Way.EMBEDDING:
            # what sentence-transformers trains with in its examples, with a batch of 32 for more
            # passages to tell apart
            return replace(own, learning_rate=2e-5, warmup=0.1, epochs=2, batch=32, longest=256)
        return _for_size(own, model_shape(source))


def _for_size(recipe: Recipe, shape: ModelShape) -> Recipe:
    """The recipe with what depends on the size and family of the model."""
    # Rank 16 and rank 256 learn alike from little data (Schulman et al.); LoRA found 4 to 8 enough.
    rank = 16 if shape.hidden >= SMALL else 8
    recipe = replace(
        recipe,
        rank=rank,
        alpha=2 * rank,  # 32 at rank 16, as Schulman et al. have it; PEFT's examples scale by 2
        learning_rate=learning_rate(recipe.way, shape),
        longest=min(shape.context, 2048),
        # LoRA takes large batches worse than full training does (Schulman et al.); on openbook-mini
        # 4 learns in one epoch what 8 learns in two
        batch=1 if shape.large else 4,
        accumulate=4 if shape.large else 1,
    )
    if recipe.way is Way.FULL:
        return replace(recipe, epochs=2)
    if recipe.way is Way.CONTINUED:
        # reading takes more room than a new manner does: Biderman et al. needed rank 256
        rank = 64 if shape.hidden >= SMALL else 32
        return replace(recipe, rank=rank, alpha=rank, epochs=1, patience=2)
    return recipe


def learning_rate(way: Way, shape: ModelShape) -> float:
    """The peak that suits a model of this width and family.

    5e-5 * 10 for adapters * (2000 / width) ** p, p = 0.781 for Llama and 0.0775 for Qwen (Schulman
    et al.); other families are treated as Qwen, which moves less. That is 2.9e-4 for Llama 8B and
    5.3e-4 for Qwen 0.5B; QLoRA had 2e-4 for 7B. Short trainings bear 15 instead of 10 (the same),
    and small models have no others: openbook-mini, a Llama of width 256, gets 3.7e-3, and learned
    faster at 4e-3 than at 3e-3 or 2e-3.
    """
    power = 0.781 if shape.kind == "llama" else 0.0775
    rate = 5e-5 * (2000 / shape.hidden) ** power
    if way.adapter:
        rate *= 10 if shape.hidden >= SMALL else 15
    if way is Way.CONTINUED:
        rate /= 2  # a whole language moves further than a manner: gently, against forgetting
    return float(f"{min(rate, 5e-3):.2g}")


def check(recipe: Recipe) -> None:
    """Whether the recipe can be followed on this machine. Raises BadInput."""
    for entry in fields(recipe):
        if entry.metadata and recipe.way in entry.metadata["ways"]:
            _check_field(entry, getattr(recipe, entry.name))
    if recipe.validation + recipe.test > 0.6:
        raise BadInput(
            f"Validation share and test share are {recipe.validation:.0%} and {recipe.test:.0%}; "
            "together they may be 60% at most, so that enough is left to learn from."
        )
    if recipe.way is Way.QLORA:
        from assistant.models.weights import check_precision

        try:
            check_precision("4-bit")
        except ModelUnavailable as error:
            reason = str(error).replace("choose bf16 or fp32", "choose LoRA")
            raise BadInput(f"QLoRA cannot be used here: {reason}") from error


def _check_field(entry: Field[Any], value: Any) -> None:
    known = entry.metadata
    if known["choices"]:
        if value not in known["choices"]:
            raise BadInput(
                f"{known['title']} is {value!r}; choose one of: {', '.join(known['choices'])}."
            )
    elif not known["least"] <= value <= known["most"]:
        raise BadInput(
            f"{known['title']} is {value:g}, which is not from {known['least']:g} to "
            f"{known['most']:g}."
        )


def _precision() -> str:
    """bf16 where the graphics card or the processor computes with it, else fp32."""
    import torch

    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    able = torch.cpu.get_capabilities()
    return "bf16" if any(able.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16")) else "fp32"
