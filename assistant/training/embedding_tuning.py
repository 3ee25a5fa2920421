"""Tunes an embedding model with SentenceTransformerTrainer: questions move towards the passages
that answer them and away from all others of their batch, hard negatives among them.

Losses: MultipleNegativesRankingLoss (Henderson et al. 2017, arXiv 1705.00652), for large batches by
GradCache (Gao et al. 2021, arXiv 2101.06983); MatryoshkaLoss (Kusupati et al. 2022, arXiv
2205.13147) where vectors are to be cut short.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.training.checkpoints import checkpoint_folder, finish, last_checkpoint
from assistant.training.finetuning import Tuned
from assistant.training.recipe import Recipe
from assistant.training.watch import Stopped, Watch
from store.training_records import Progress, Wish

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer

MINI_BATCH = 16  # rows computed at a time, for memory; larger batches are put together from such
SHORTEST_CUT = 16  # numbers
CHECKPOINTS, MODEL = "checkpoints", "model"
METRIC = "eval_validation_cosine_ndcg@10"


@dataclass(frozen=True)
class Triple:
    """A question, a passage that answers it, and as many that do not in every triple."""

    question: str
    answer: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Searches:
    """Questions to be searched for among passages: their texts by id, and for each question the ids
    of the passages that answer it."""

    questions: Mapping[str, str]
    passages: Mapping[str, str]
    answers: Mapping[str, frozenset[str]]


def tune(
    recipe: Recipe,
    source: str,
    train: Sequence[Triple],
    validation: Sequence[Triple],
    searches: Searches,
    folder: Path,
    watch: Watch,
) -> Tuned:
    """Train the model in the folder `source`, and write folder/model.

    The step that finds best in `searches` is kept. Checkpoints are kept in folder/checkpoints; a
    call with the same arguments goes on from the last one. Raises Stopped when the watch wishes it.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    watch.stage("preparing")
    torch.set_num_threads(recipe.threads)
    model = SentenceTransformer(source, device=_device())
    model.max_seq_length = min(recipe.longest, model.max_seq_length or recipe.longest)
    evaluator = _evaluator(searches)
    before = float(evaluator(model)[METRIC.removeprefix("eval_")])
    watch.stage("training")
    checkpoints = folder / CHECKPOINTS
    last = last_checkpoint(checkpoints)
    teller = _teller_class()(watch, last.seconds if last else 0.0)
    trainer = _trainer(recipe, model, train, validation, evaluator, checkpoints, teller)
    trainer.train(resume_from_checkpoint=str(last.folder) if last else None)
    if teller.wish is not Wish.NONE:
        raise Stopped(teller.wish)
    model.save_pretrained(str(folder / MODEL), create_model_card=False)
    state = trainer.state
    return Tuned(
        folder=folder / MODEL,
        best_step=int(state.best_global_step or state.global_step),
        steps=int(state.global_step),
        seconds=teller.seconds,
        summary=_summary(state, before),
    )


def cuts(dimension: int, shortest: int) -> tuple[int, ...]:
    """How short vectors of so many numbers can be cut: to halves of halves, down to the shortest;
    none when that is 0 or no less than all."""
    found = []
    while shortest and dimension > shortest:
        dimension = max(dimension // 2, shortest)
        found.append(dimension)
    return tuple(found)


def _summary(state: Any, before: float) -> str:
    after = float(state.best_metric or 0.0)
    words = (
        f"Step {state.best_global_step} of {state.max_steps} was kept: nDCG@10 of the questions "
        f"kept aside is {after:.3f}; it was {before:.3f} before."
    )
    return words if after > before else f"{words} Training brought nothing."


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _evaluator(searches: Searches) -> Any:
    from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

    return InformationRetrievalEvaluator(
        dict(searches.questions),
        dict(searches.passages),
        {question: set(answers) for question, answers in searches.answers.items()},
        name="validation",
        write_csv=False,
        mrr_at_k=[10],
        ndcg_at_k=[10],
        accuracy_at_k=[10],
        precision_recall_at_k=[5, 10],
        map_at_k=[10],
    )


def _trainer(
    recipe: Recipe,
    model: "SentenceTransformer",
    train: Sequence[Triple],
    validation: Sequence[Triple],
    evaluator: Any,
    folder: Path,
    teller: Any,
) -> "SentenceTransformerTrainer":
    from transformers import EarlyStoppingCallback, PrinterCallback

    steps = math.ceil(len(train) / recipe.batch) * recipe.epochs
    trainer: SentenceTransformerTrainer = _trainer_class()(
        model=model,
        args=_arguments(recipe, steps, folder),
        train_dataset=_dataset(train),
        eval_dataset=_dataset(validation),
        loss=_loss(recipe, model),
        evaluator=evaluator,
        callbacks=[teller],
    )
    trainer.remove_callback(PrinterCallback)
    if recipe.patience:
        trainer.add_callback(EarlyStoppingCallback(recipe.patience))
    return trainer


def _arguments(recipe: Recipe, steps: int, folder: Path) -> Any:
    import torch
    from sentence_transformers import SentenceTransformerTrainingArguments
    from sentence_transformers.sentence_transformer.training_args import BatchSamplers

    between = max(1, round(steps / recipe.epochs / recipe.validations_per_epoch))
    return SentenceTransformerTrainingArguments(
        output_dir=str(folder),
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch,
        per_device_eval_batch_size=recipe.batch,
        learning_rate=recipe.learning_rate,
        warmup_steps=recipe.warmup,  # below 1 it is a share
        bf16=recipe.precision == "bf16",
        use_cpu=not torch.cuda.is_available(),
        seed=recipe.seed,
        # an answer that stands in a batch twice would count as wrong for one of its questions
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        logging_steps=max(1, steps // 300),
        logging_nan_inf_filter=False,
        eval_strategy="steps",
        eval_steps=between,
        save_strategy="steps",
        save_steps=between,
        save_total_limit=3,
        load_best_model_at_end=True,
        restore_callback_states_from_checkpoint=True,  # how long patience has lasted
        metric_for_best_model=METRIC,
        greater_is_better=True,
        dataloader_pin_memory=torch.cuda.is_available(),
        report_to="none",
        disable_tqdm=True,
    )


def _loss(recipe: Recipe, model: "SentenceTransformer") -> Any:
    from sentence_transformers.sentence_transformer import losses

    loss: Any
    if recipe.batch > MINI_BATCH:
        loss = losses.CachedMultipleNegativesRankingLoss(model, mini_batch_size=MINI_BATCH)
    else:
        loss = losses.MultipleNegativesRankingLoss(model)
    dimension = model.get_embedding_dimension() or 0
    shorter = cuts(dimension, recipe.shortest)
    return losses.MatryoshkaLoss(model, loss, [dimension, *shorter]) if shorter else loss


def _dataset(triples: Sequence[Triple]) -> Any:
    """Columns in the order in which the loss reads them."""
    from datasets import Dataset  # type: ignore[import-untyped]

    columns = {
        "question": [triple.question for triple in triples],
        "answer": [triple.answer for triple in triples],
    }
    for number, others in enumerate(zip(*(triple.others for triple in triples), strict=True)):
        columns[f"other_{number}"] = list(others)
    return Dataset.from_dict(columns)


@cache
def _trainer_class() -> type["SentenceTransformerTrainer"]:
    """The class, made when it is first needed: its base takes seconds to import."""
    import torch
    from sentence_transformers import SentenceTransformerTrainer

    class Trainer(SentenceTransformerTrainer):
        def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
            """Write a checkpoint without a card, which would hold rows of the examples."""
            folder = Path(output_dir or str(self.args.output_dir))
            self.model.save_pretrained(str(folder), create_model_card=False)
            torch.save(self.args, folder / "training_args.bin")

        def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
            "No card is written, so nothing has to be counted for it."

    return Trainer


@cache
def _teller_class() -> Any:
    from transformers import TrainerCallback

    class Teller(TrainerCallback):
        """Tells the watch what is measured, and stops when it wishes so."""

        def __init__(self, watch: Watch, seconds: float) -> None:
            """So many `seconds` were trained before."""
            self.wish = Wish.NONE
            self._watch = watch
            self._begun = time.monotonic() - seconds
            self._best: int | None = None

        @property
        def seconds(self) -> float:
            return time.monotonic() - self._begun

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self._watch.begins(state.global_step, state.max_steps)

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if "loss" not in logs and "eval_loss" not in logs:
                return
            self._watch.progress(
                Progress(
                    run_id="",
                    step=state.global_step,
                    at=datetime.now(UTC),
                    epoch=float(state.epoch or 0.0),
                    loss=logs.get("loss", _loss_at(state, state.global_step)),
                    validation_loss=logs.get("eval_loss"),
                    learning_rate=logs.get("learning_rate"),
                    seconds=self.seconds,
                )
            )

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.wish = self._watch.wish()
            if self.wish is Wish.CANCEL:
                raise Stopped(self.wish)
            if self.wish is Wish.PAUSE:
                control.should_save = control.should_training_stop = True

        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            finish(checkpoint_folder(Path(args.output_dir), state.global_step), self.seconds, ())
            if state.best_global_step and state.best_global_step != self._best:
                self._best = state.best_global_step
                self._watch.best(state.best_global_step)

    return Teller


def _loss_at(state: Any, step: int) -> float | None:
    """The training loss that was logged at this step, before it was validated."""
    logged = (row["loss"] for row in state.log_history if row["step"] == step and "loss" in row)
    return next(logged, None)
