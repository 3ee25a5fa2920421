"""TRL's SFTTrainer as it is used here: scores answers alone, orders rows by seed, sends nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.models.weights import Weights
from assistant.training.model_shape import LARGE
from assistant.training.recipe import Recipe
from assistant.training.rows import Row

if TYPE_CHECKING:
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

IGNORED = -100  # a label that is not learned
# Lengths are filled up to a multiple of this, so that few shapes occur: oneDNN keeps code for each.
_WIDTH = 16


def make_trainer(
    recipe: Recipe, weights: Weights, train: Sequence[Row], validation: Sequence[Row], folder: Path
) -> "SFTTrainer":
    """A trainer over loaded weights whose checkpoints go to `folder`."""
    _give_padding(weights)
    trainer: SFTTrainer = _class()(
        model=weights.base,
        args=_arguments(recipe, weights, len(train), folder),
        train_dataset=_dataset(train),
        eval_dataset=_dataset(sorted(validation, key=lambda row: len(row.ids))),
        processing_class=weights.tokenizer,
        peft_config=_adapter(recipe) if recipe.way.adapter else None,
    )
    return trainer


def steps_of(recipe: Recipe, rows: int) -> int:
    """Optimizer steps for so many rows, unless training stops early."""
    batches = -(-rows // recipe.batch)
    return recipe.epochs * -(-batches // recipe.accumulate)


def batch_of(trainer: "SFTTrainer", rows: Sequence[Row]) -> dict[str, Any]:
    """Rows as one batch on the model's device."""
    batch = trainer.data_collator([_features(row) for row in rows])
    return {name: value.to(trainer.args.device) for name, value in batch.items()}


@contextmanager
def answers_only(model: Any, inputs: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Inputs to call the model with so that it scores answer tokens alone, one after the other.

    TRL scores every token where it has no Triton kernel for that, which on a processor doubles the
    time of a step.
    """
    following = inputs["labels"][:, 1:]
    learned = following != IGNORED

    def keep(_module: Any, _inputs: Any, output: Any) -> Any:
        output.last_hidden_state = output.last_hidden_state[:, :-1][learned][None]
        return output

    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    hook = base.base_model.register_forward_hook(keep)
    rest = {name: value for name, value in inputs.items() if name != "labels"}
    try:
        yield {**rest, "shift_labels": following[learned][None]}
    finally:
        hook.remove()


@cache
def _class() -> type["SFTTrainer"]:
    """The class, made when it is first needed: its base takes seconds to import."""
    import torch
    from transformers.trainer_pt_utils import LengthGroupedSampler
    from trl.trainer.sft_trainer import SFTTrainer

    class RowSampler(LengthGroupedSampler):
        """Rows of like length beside each other, in an order that seed and epoch alone decide."""

        def __init__(self, batch_size: int, lengths: list[int], seed: int) -> None:
            super().__init__(batch_size, lengths=lengths)
            self._seed = seed
            self.epoch = 0

        def set_epoch(self, epoch: int) -> None:
            self.epoch = epoch

        def __iter__(self) -> Iterator[int]:
            self.generator = torch.Generator().manual_seed(self._seed + self.epoch)
            yield from super().__iter__()  # type: ignore[no-untyped-call]

    class AnswerTrainer(SFTTrainer):
        def compute_loss(self, model: Any, inputs: Any, *given: Any, **named: Any) -> Any:
            with answers_only(model, inputs) as kept:
                loss = super().compute_loss
                return loss(model, kept, *given, **named)  # type: ignore[no-untyped-call]

        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            rows: Any = self.train_dataset if train_dataset is None else train_dataset
            many = self.args.train_batch_size * self.args.gradient_accumulation_steps
            return RowSampler(many, [len(ids) for ids in rows["input_ids"]], self.args.seed)

        def create_model_card(self, *given: Any, **named: Any) -> None:
            "Its card is written elsewhere."

        def _send_telemetry(self) -> None:
            "Nothing leaves the machine."

    return AnswerTrainer


def _give_padding(weights: Weights) -> None:
    """See to it that rows can be filled up; with which token does not matter."""
    words, size = weights.tokenizer, weights.base.get_input_embeddings().num_embeddings
    if words.pad_token_id is None or words.pad_token_id >= size:
        words.pad_token = words.eos_token or words.convert_ids_to_tokens(0)


def _arguments(recipe: Recipe, weights: Weights, rows: int, folder: Path) -> "SFTConfig":
    import torch
    from trl.trainer.sft_config import SFTConfig

    steps = steps_of(recipe, rows)
    between = max(1, round(steps / recipe.epochs / recipe.validations_per_epoch))
    arguments = SFTConfig(
        output_dir=str(folder),
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch,
        per_device_eval_batch_size=recipe.batch,
        gradient_accumulation_steps=recipe.accumulate,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=recipe.warmup,  # below 1 it is a share
        bf16=recipe.precision == "bf16",
        use_cpu=not torch.cuda.is_available(),
        activation_checkpointing=weights.base.num_parameters() > LARGE,
        seed=recipe.seed,
        logging_steps=max(1, steps // 300),
        logging_nan_inf_filter=False,  # a loss that is not a number is to be seen
        eval_strategy="steps",
        eval_steps=between,
        save_strategy="steps",
        save_steps=between,
        save_total_limit=3,
        metric_for_best_model="loss",
        greater_is_better=False,
        pad_to_multiple_of=_WIDTH,
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        dataloader_pin_memory=torch.cuda.is_available(),
        report_to="none",
        disable_tqdm=True,
    )
    arguments._n_gpu = min(1, arguments.n_gpu)  # one is used, however many there are
    return arguments


def _adapter(recipe: Recipe) -> Any:
    from peft import LoraConfig

    # every linear layer, MLPs above all: QLoRA, section 4; Schulman et al., "Which layers"
    return LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def _dataset(rows: Sequence[Row]) -> Any:
    from datasets import Dataset  # type: ignore[import-untyped]

    return Dataset.from_list([_features(row) for row in rows])


def _features(row: Row) -> dict[str, list[int]]:
    hidden = [IGNORED] * row.answer_start
    return {"input_ids": row.ids, "labels": hidden + row.ids[row.answer_start :]}
