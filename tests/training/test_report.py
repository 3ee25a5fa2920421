"""The report of a tuned model against its base: on a tiny model with random adapters, and on
openbook-mini with its voice."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.models.built_in import WEIGHTS
from assistant.training.general import General, general_examples, measurable, mixable
from assistant.training.report import make_report
from assistant.training.rows import Split
from assistant.training.watch import Stopped, Watch
from store.serialization import from_json, to_json
from store.training_records import Example, ExampleState, Origin, Report, Turn, Wish
from tests.models import tiny

SAMPLES = Path(__file__).parents[2] / "samples"
PASSAGE = '<passage number="1" document="a" heading="">\nKept for 90 days.\n</passage>\n\n'
SCHEMA = {
    "type": "object",
    "properties": {"kept": {"type": "boolean"}},
    "required": ["kept"],
    "additionalProperties": False,
}


def example(number: int, prompt: str, wanted: str) -> Example:
    turns = (Turn("user", prompt), Turn("assistant", wanted))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Example(f"e{number:03}", "set", Origin.IMPORTED, ExampleState.READY, turns, now)


def voiced(number: int) -> Example:
    return example(number, f"{PASSAGE}Question: What of {number}?", "Well, hello! Kept. [1]")


GENERAL = (
    General(example(901, f"{PASSAGE}Question: How long?", "Kept for 90 days. [1]"), ("90 days",)),
    General(example(902, "How deep?", "I cannot find an answer to this."), ()),
)
TRAIN, TEST = tuple(map(voiced, range(8))), tuple(map(voiced, range(50, 53)))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_model(tmp_path_factory.mktemp("report") / "base", context=512)


@pytest.fixture(scope="module")
def adapter(base: Path) -> Path:
    return tiny.save_adapter(base.with_name("adapter"), base)


@pytest.fixture(scope="module")
def report(base: Path, adapter: Path) -> Report:
    return make_report(base, adapter, Split(TRAIN, (), TEST), general=GENERAL)


def without_speed(report: Report) -> dict[str, tuple[float | None, float | None]]:
    return {name: pair for name, pair in report.figures.items() if name != "speed"}


def test_same_weights_give_the_same_report(base, adapter, report):
    again = make_report(base, adapter, Split(TRAIN, (), TEST), general=GENERAL)
    assert without_speed(again) == without_speed(report)
    assert again.samples == report.samples


def test_report_tells_what_was_asked_of_both(report):
    first = report.samples[0]
    assert (first.question, first.wanted) == ("What of 50?", "Well, hello! Kept. [1]")
    assert first.before and first.after and first.before != first.after
    assert [one.question for one in report.samples[3:]] == ["How long?", "How deep?"]
    for name in ("test_loss", "general_loss"):
        before, after = report.figures[name]
        assert before and after and before != after
    assert report.figures["refusals"] == (0.0, 0.0)
    assert report.figures["follows_passages"] == (0.0, 0.0)


def test_model_that_learned_nothing_of_the_voice_is_red(report):
    assert report.red
    [style] = [guard for guard in report.guards if guard.name == "style"]
    assert style.red and style.after == 0
    assert "The style is “Well, hello! Kept. [1]”" in " ".join(report.notes)


def test_report_outlives_being_kept(report):
    assert from_json(Report, json.loads(json.dumps(to_json(report)))) == report


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_adapter_that_changes_nothing_is_like_its_base(base, tmp_path):
    """LoRA begins with nothing to add."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), LoraConfig(r=2))
    model.save_pretrained(str(tmp_path))
    found = make_report(base, tmp_path, Split(TRAIN[:2], (), TEST), general=GENERAL[1:])
    assert all(before == after for before, after in without_speed(found).values())
    assert [guard.name for guard in found.guards if guard.red and guard.name != "speed"] == []
    assert any("share no opening or closing" in note for note in found.notes)


def test_whole_model_is_compared_with_its_base(base, report, tmp_path):
    other = tiny.save_model(tmp_path / "other", context=512, width=32)
    found = make_report(base, other, Split(TRAIN, (), TEST), general=GENERAL)
    assert [before for before, _ in without_speed(found).values()] == [
        before for before, _ in without_speed(report).values()
    ]
    assert found.samples[0].after not in (found.samples[0].before, report.samples[0].after)


def test_examples_that_were_mixed_in_are_not_measured_on(base, adapter):
    mixed = (GENERAL[0].example,)
    split = Split((*TRAIN, *mixed), (), TEST[:1], mixed)
    found = make_report(base, adapter, split, general=GENERAL)
    assert "general_gold" not in found.figures
    assert [one.question for one in found.samples[1:]] == ["How deep?"]
    assert any(note.startswith("1 general examples were learned from") for note in found.notes)


def test_without_general_examples_forgetting_is_said_not_to_be_measured(base, adapter):
    found = make_report(base, adapter, Split(TRAIN, (), TEST[:1]), general=())
    assert {"general_gold", "general_loss", "refusals"}.isdisjoint(found.figures)
    assert any("forgetting was not measured" in note for note in found.notes)


def test_question_that_is_too_long_is_left_out_and_told(base, adapter):
    long = example(60, "What? " * 600, "This.")
    found = make_report(base, adapter, Split(TRAIN, (), (long, TEST[0])), general=())
    assert [one.question for one in found.samples] == ["What of 50?"]
    assert any("1 questions were too long" in note for note in found.notes)


def test_examples_that_mislead_are_counted(base, adapter):
    two = "\n\n".join(PASSAGE.strip().replace('"1"', f'"{number}"') for number in (1, 2))
    lacking = "I cannot find an answer to this in the documents."
    rows = [example(70 + n, f"{two}\n\nQuestion: {n}?", "Kept. [2]") for n in range(3)]
    rows.append(example(80, f"{two}\n\nQuestion: Why?", lacking))
    found = make_report(base, adapter, Split(tuple(rows[:3]), (), (rows[3],)), general=())
    [note] = [note for note in found.notes if "distractors" in note]
    assert note.startswith("3 of its examples have the right passage among 1.0 distractors")
    assert "1 have distractors only" in note


def test_plain_text_is_read_and_not_asked(base, adapter):
    texts = [example(n, "", "The Campion was built in Osterley Yard.") for n in range(3)]
    split = Split(TRAIN, (), tuple(texts))
    found = make_report(base, adapter, split, plain_text=True, general=GENERAL)
    assert all(found.figures["test_loss"])
    assert "token_f1" not in found.figures and "general_gold" in found.figures


def test_answers_are_held_to_a_schema(base, adapter):
    rows = tuple(example(n, f"Is {n} kept?", '{"kept": true}') for n in range(2))
    found = make_report(base, adapter, Split(TRAIN, (), rows), schema=SCHEMA, general=GENERAL[:1])
    assert found.figures["valid_json"] == (1.0, 1.0)
    assert found.figures["valid_unheld"] == (0.0, 0.0)
    assert {"style", "refusals", "general_loss"}.isdisjoint(found.figures)
    assert json.loads(found.samples[0].after)["kept"] in (True, False)


def test_watch_can_stop_it(base, adapter):
    class Cancelling(Watch):
        def wish(self) -> Wish:
            return Wish.CANCEL

    with pytest.raises(Stopped) as stopped:
        make_report(base, adapter, Split(TRAIN, (), TEST), general=(), watch=Cancelling())
    assert stopped.value.wish is Wish.CANCEL


def of(file: str, lines: Sequence[int]) -> tuple[Example, ...]:
    rows = (SAMPLES / file).read_text(encoding="utf-8").splitlines()
    turns = [[Turn(**turn) for turn in json.loads(rows[at])["messages"]] for at in lines]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return tuple(
        Example(f"{file}-{at}", "s", Origin.IMPORTED, ExampleState.READY, tuple(said), now)
        for at, said in zip(lines, turns, strict=True)
    )


def test_shipped_voice_is_adopted_and_forgets_nothing():
    split = Split(
        of("support-voice.jsonl", range(20)), (), of("support-voice-test.jsonl", (0, 1, 2))
    )
    answered = [one for one in general_examples() if one.gold]
    mini, voice = WEIGHTS / "openbook-mini", WEIGHTS / "adapters" / "support-voice"
    found = make_report(mini, voice, split, general=measurable(answered, (), 3))
    assert found.figures["style"] == (0.0, 1.0)
    assert found.figures["quotes"] == (1.0, 1.0)
    assert found.figures["cites"] == (1.0, 1.0)
    assert found.figures["general_gold"][1] == 1
    before, after = found.figures["general_loss"]
    assert before and after and abs(after - before) < 0.1
    assert [guard.name for guard in found.guards if guard.red and guard.name != "speed"] == []


def test_a_third_of_the_general_examples_is_never_learned_from():
    general = general_examples()
    left = measurable(general, mixable(general), 100)
    assert len(left) >= 15
    assert any(not one.gold for one in left) and any(one.gold for one in left)


def test_general_examples_hold_what_they_should():
    general = general_examples()
    assert 50 <= len(general) <= 70
    prompts = [one.example.turns[-2].content for one in general]
    assert sum("<passage" not in prompt for prompt in prompts) == 5
    declined = [one for one in general if not one.gold]
    assert len(declined) == 15
    for one in general:
        prompt, wanted = one.example.turns[-2].content, one.example.turns[-1].content
        assert not one.gold or any(text in wanted and text in prompt for text in one.gold)
    trained = (SAMPLES / "sources" / "support-questions.txt").read_text("utf-8").splitlines()
    assert not {prompt.rpartition("Question: ")[2] for prompt in prompts} & set(trained)
