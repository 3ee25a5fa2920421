"""Fine-tuning tiny models: what is kept of it, and that an interruption changes nothing."""

import random
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from assistant.errors import BadInput
from assistant.models.weights import AdapterFiles, Weights
from assistant.training.finetuning import Tuned, fine_tune
from assistant.training.model_shape import model_shape
from assistant.training.recipe import Recipe, Way
from assistant.training.rows import Split
from assistant.training.watch import Stopped, Watch
from store.training_records import Example, ExampleState, Origin, Progress, Turn, Wish
from tests.models import tiny

ADAPTER = "adapter_model.safetensors"
THINGS = ("lost property", "a parcel", "the ticket", "a bicycle", "the Campion", "a dog")
CONTEXT = 64  # tokens: room for the examples, and for short sample answers
RECIPE = Recipe(
    rank=4,
    alpha=8,
    dropout=0.1,  # so that going on needs the random numbers too
    learning_rate=1e-2,
    epochs=2,
    batch=4,
    longest=CONTEXT,
    validations_per_epoch=1,
)
NO_SYSTEM = (
    "{% for message in messages %}{% if message['role'] == 'system' %}"
    "{{ raise_exception('no system') }}{% endif %}<|{{ message['role'] }}|>{{ message['content'] }}"
    "<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


class Log(Watch):
    """Remembers what it is told. After so many steps it wishes something, or everything breaks."""

    def __init__(self, after: int = 0, wish: Wish = Wish.NONE, error: Exception | None = None):
        self.rows: list[Progress] = []
        self.warnings: dict[str, str] = {}
        self.began: list[tuple[int, int]] = []
        self._after, self._wish, self._error, self._asked = after, wish, error, 0

    def begins(self, step: int, steps: int) -> None:
        self.began.append((step, steps))
        self._asked = step

    def progress(self, measured: Progress) -> None:
        self.rows.append(measured)

    def warn(self, step: int, kind: str, text: str) -> None:
        self.warnings[kind] = text

    def wish(self) -> Wish:
        self._asked += 1
        if self._asked != self._after:
            return Wish.NONE
        if self._error:
            raise self._error
        return self._wish

    @property
    def validated(self) -> dict[int, float]:
        found = ((row.step, row.validation_loss) for row in self.rows)
        return {step: loss for step, loss in found if loss is not None}


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Tiny models gain nothing from more, and wait for each other where others work too."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True, scope="module")
def calls() -> Iterator[list[Any]]:
    """Nothing in this file may look for another machine."""
    made: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI", raising=False)
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        patch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY", False)
        patch.setattr(socket, "getaddrinfo", lambda *a, **_: made.append(a))
        yield made
    assert made == []


def example(number: int, question: str, answer: str) -> Example:
    turns = (Turn("system", "Answer briefly."), Turn("user", question), Turn("assistant", answer))
    now = datetime.now(UTC)
    return Example(f"{number:04}", "set", Origin.IMPORTED, ExampleState.READY, turns, now)


def split_of(examples: list[Example]) -> Split:
    return Split(tuple(examples[:-6]), tuple(examples[-6:-3]), tuple(examples[-3:]))


@pytest.fixture(scope="module")
def split() -> Split:
    """18 to learn from and 3 to validate with, all alike."""
    return split_of(
        [
            example(n, f"What is kept {n}?", f"Thanks! It is {THINGS[n % 6]} that is kept.")
            for n in range(24)
        ]
    )


@pytest.fixture(scope="module")
def codes() -> Split:
    """Answers that cannot be known, only learned by heart."""
    draw = random.Random(1)
    return split_of(
        [
            example(n, f"Code {n}?", "".join(draw.choice("abcdefghijklmnop") for _ in range(12)))
            for n in range(14)
        ]
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_model(tmp_path_factory.mktemp("base") / "tiny", context=CONTEXT)


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


def test_full_fine_tuning_makes_a_model_like_its_base(tmp_path: Path, split: Split):
    import torch

    base = tiny.save_model(tmp_path / "base")
    numbers = load_file(base / "model.safetensors")
    save_file(
        {n: t.bfloat16() for n, t in numbers.items()}, base / "model.safetensors", {"format": "pt"}
    )
    recipe = replace(RECIPE, way=Way.FULL, epochs=1, learning_rate=1e-3)
    tuned = fine_tune(recipe, base, split, tmp_path / "run", Log())
    assert tuned.folder == tmp_path / "run" / "model"
    made = load_file(tuned.folder / "model.safetensors")
    assert made.keys() == numbers.keys()
    assert all(tensor.dtype == torch.bfloat16 for tensor in made.values())
    assert all((tensor.float() != numbers[name]).any() for name, tensor in made.items())
    for name in ("config.json", "generation_config.json", "tokenizer.json", "chat_template.jinja"):
        assert (tuned.folder / name).read_bytes() == (base / name).read_bytes()
    Weights("made", tuned.folder, "fp32")


def test_continued_pretraining_reads_plain_text(base: Path, tmp_path: Path):
    texts = [
        replace(example(n, "", ""), turns=(Turn("user", tiny.SENTENCES[n % 3] * 4),))
        for n in range(12)
    ]
    recipe = replace(RECIPE, way=Way.CONTINUED, longest=64, epochs=1)
    log = Log()
    tuned = fine_tune(recipe, base, split_of(texts), tmp_path, log)
    assert (tuned.folder / ADAPTER).is_file()
    assert log.validated[tuned.steps] < log.validated[0]
    assert not any(row.samples for row in log.rows)


def architectures() -> dict[str, Any]:
    from transformers import Gemma2Config, Gemma3TextConfig, Qwen3Config

    return {
        "qwen3": Qwen3Config,
        "gemma2": Gemma2Config,
        "gemma3": Gemma3TextConfig,
    }


@pytest.mark.parametrize("kind", ["qwen3", "gemma2", "gemma3"])
def test_other_architectures_train(kind: str, split: Split, tmp_path: Path):
    import torch
    from transformers import AutoModelForCausalLM

    words = tiny.tokenizer(template=NO_SYSTEM if "gemma" in kind else tiny.TEMPLATE)
    assert words.pad_token is None
    torch.manual_seed(7)
    config = architectures()[kind](
        vocab_size=len(words),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=256,
        eos_token_id=words.eos_token_id,
        bos_token_id=None,
        pad_token_id=None,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "base")
    words.save_pretrained(tmp_path / "base")
    log = Log()
    recipe = replace(RECIPE, epochs=1, precision="bf16")
    tuned = fine_tune(recipe, tmp_path / "base", split, tmp_path / "run", log)
    assert log.validated[tuned.steps] < log.validated[0]
    weights = Weights(kind, tmp_path / "base", "fp32")
    weights.load_adapter(AdapterFiles("a", "a", tuned.folder))


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
