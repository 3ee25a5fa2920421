"""Fine-tuning tiny models: what is kept of it, and that an interruption changes nothing."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from assistant.errors import BadInput
from assistant.models.weights import AdapterFiles, Weights
from assistant.training.finetuning import Tuned, fine_tune
from assistant.training.model_shape import model_shape
from assistant.training.recipe import Way
from assistant.training.rows import Split
from assistant.training.watch import Stopped
from store.training_records import Wish
from tests.training.tiny_training import ADAPTER, RECIPE, Log, example


@pytest.fixture(scope="module")
def whole(base: Path, split: Split, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tuned, Log]:
    """A run that nothing interrupted."""
    log = Log()
    return fine_tune(RECIPE, base, split, tmp_path_factory.mktemp("whole"), log), log


def test_best_step_becomes_an_adapter_that_answers(whole, base: Path):
    tuned, log = whole
    checkpoint = tuned.folder.parent / "checkpoints" / f"checkpoint-{tuned.best_step}"
    assert (tuned.folder / ADAPTER).read_bytes() == (checkpoint / ADAPTER).read_bytes()
    assert tuned.best_step == min(log.validated, key=lambda step: log.validated[step])
    weights = Weights("tiny", base, "fp32")
    with weights.using(AdapterFiles("a", "a", tuned.folder)) as model:
        adapted = {
            name.rsplit(".lora_A")[0] for name, _ in model.named_parameters() if "lora_A" in name
        }
    assert len(adapted) == 2 * 7, "every linear layer of both blocks"
    numbers = sum(tensor.numel() for tensor in load_file(tuned.folder / ADAPTER).values())
    assert numbers == model_shape(base).adapter_parameters(RECIPE.rank)


def test_progress_has_every_step_and_every_validation(whole):
    tuned, log = whole
    assert log.began == [(0, 10)]
    assert [row.step for row in log.rows] == list(range(11))
    assert list(log.validated) == [0, 5, 10]
    assert log.validated[10] < log.validated[0]
    assert [len(row.samples) for row in log.rows if row.samples] == [3, 3, 3]
    assert log.rows[0].samples[0][0] == "What is kept 18?"
    assert all(row.loss and row.learning_rate is not None for row in log.rows[1:])
    assert log.rows[-1].seconds <= tuned.seconds


@pytest.mark.parametrize(
    ("log", "left_at"),
    [
        (Log(3, Wish.PAUSE), 3),
        (Log(5, Wish.PAUSE), 5),
        (Log(8, error=OSError("the machine went away")), 5),
        (Log(2, error=OSError("the machine went away")), 0),
    ],
    ids=["paused", "paused at a validation", "killed", "killed early"],
)
def test_interrupted_run_comes_to_the_same_weights(
    log: Log, left_at: int, whole, base: Path, split: Split, tmp_path: Path
):
    tuned, undisturbed = whole
    with pytest.raises((Stopped, OSError)):
        fine_tune(RECIPE, base, split, tmp_path, log)
    (tmp_path / "checkpoints" / "checkpoint-9").mkdir(parents=True)  # was being written
    rest = Log()
    again = fine_tune(RECIPE, base, split, tmp_path, rest)
    assert rest.began == [(left_at, 10)]
    assert (again.folder / ADAPTER).read_bytes() == (tuned.folder / ADAPTER).read_bytes()
    later = {step: loss for step, loss in undisturbed.validated.items() if step > left_at}
    assert {step: loss for step, loss in rest.validated.items() if step} == later
    assert again.summary == tuned.summary


def test_run_killed_after_its_last_step_is_not_trained_again(whole, base: Path, split: Split):
    tuned, _ = whole
    before = (tuned.folder / ADAPTER).read_bytes()
    shutil.rmtree(tuned.folder)
    log = Log()
    again = fine_tune(RECIPE, base, split, tuned.folder.parent, log)
    assert log.began == []
    assert (again.best_step, again.steps) == (tuned.best_step, tuned.steps)
    assert (again.folder / ADAPTER).read_bytes() == before


def test_cancelled_run_leaves_no_checkpoint(base: Path, split: Split, tmp_path: Path):
    with pytest.raises(Stopped) as stopped:
        fine_tune(RECIPE, base, split, tmp_path, Log(3, Wish.CANCEL))
    assert stopped.value.wish is Wish.CANCEL
    assert list(tmp_path.glob("checkpoints/checkpoint-*")) == []


def test_memorising_is_said_and_stopped_and_the_best_step_kept(base, codes, tmp_path: Path):
    recipe = replace(RECIPE, way=Way.FULL, batch=2, epochs=20, patience=12)
    log = Log()
    tuned = fine_tune(recipe, base, codes, tmp_path, log)
    assert tuned.best_step < tuned.steps < 80
    assert (
        f"rises since step {tuned.best_step}: the model is memorising" in log.warnings["memorising"]
    )
    assert "knows its examples by heart" in log.warnings["recited"]
    assert tuned.summary.startswith(f"Stopped early after step {tuned.steps} of 80")
    assert f"step {tuned.best_step} was kept" in tuned.summary


def test_too_long_examples_are_left_out_and_said(base: Path, split: Split, tmp_path: Path):
    long = example(90, "What is kept? " * 40, "A dog.")
    log = Log(1, Wish.CANCEL)
    with pytest.raises(Stopped):
        fine_tune(RECIPE, base, replace(split, train=(*split.train, long)), tmp_path, log)
    assert log.warnings["too-long"] == "1 example is longer than 64 tokens and was left out."
    assert log.began == [(0, 10)]


def test_examples_that_are_all_too_long_are_refused(base: Path, split: Split, tmp_path: Path):
    with pytest.raises(BadInput, match="longer than 32 tokens"):
        fine_tune(replace(RECIPE, longest=32), base, split, tmp_path, Log())


def test_loss_that_is_no_number_ends_the_run(base: Path, split: Split, tmp_path: Path):
    broken = shutil.copytree(base, tmp_path / "base")
    numbers = load_file(broken / "model.safetensors")
    numbers["lm_head.weight"][:] = float("nan")
    save_file(numbers, broken / "model.safetensors", {"format": "pt"})
    log = Log()
    with pytest.raises(BadInput, match="lower learning rate"):
        fine_tune(RECIPE, broken, split, tmp_path / "run", log)
    assert "broken" in log.warnings
