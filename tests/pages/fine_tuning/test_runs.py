"""Runs on the fine-tuning page, and what they made."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from assistant.models.built_in import MINI
from assistant.training.recipe import Way
from components import training_state
from store.model_records import AdapterState
from store.training_records import (
    Guard,
    Progress,
    RunState,
    Warning,
)
from tests.pages.conftest import words

FORGETS = Guard("general", "Forgetting", 0.95, 0.5, "at most 5 points lost", True, "Half is gone.")
QUOTES = Guard("quotes", "Exact quotes", 0.98, 0.99, "", False, "99% stand word for word.")


def state_of(opened: Any) -> AdapterState:
    return next(one for one in opened.models.adapters(MINI) if one.name == "voice").state


def test_runs_need_examples(page):
    session = page(part="Runs")
    assert "there is none that is ready yet" in words(session)
    session.button(key="to_examples").click().run()
    assert "Examples teach a model" in words(session)


def test_recipe_is_filled_in_for_the_way(page, sample_set):
    session = page(part="Runs")
    epochs = next(one for one in session.number_input if one.label == "Epochs")
    assert epochs.value == 3 and "Rank" in {one.label for one in session.number_input}
    session.segmented_control(key="run_way").set_value(Way.FULL).run()
    assert "Rank" not in {one.label for one in session.number_input}
    assert not session.exception


def test_run_tells_its_curve_its_warnings_and_its_end(page, opened, keep_run):
    rises = "Validation loss rises since step 2: memorising; step 2 will be kept."
    run = keep_run(
        RunState.DONE, best_step=2, summary="Stopped early.", warnings=(Warning(4, "rise", rises),)
    )
    for step, loss in ((2, 0.5), (4, 0.7)):
        opened.store.training_runs.add_progress(
            Progress(
                run.id,
                step,
                datetime.now(UTC),
                step / 2,
                loss=loss - 0.1,
                validation_loss=loss,
                samples=(("What is kept?", f"<b>At step {step}</b>"),),
            )
        )
    session = page(part="Runs", run=run.id)
    assert rises in words(session) and "Stopped early." in session.success[0].value
    assert "<b>At step 4</b>" in words(session)
    session.selectbox(key=f"samples_{run.id}").set_value(2).run()
    assert "<b>At step 2</b>" in words(session)
    (chart,) = session.get("vega_lite_chart")
    assert (
        "Validation loss from 0.500 at step 2 to 0.700 at step 4; step 2 is kept" in chart.proto.alt
    )
    session.button(key="see_result").click().run()
    assert session.query_params["result"] == run.id


def test_run_that_failed_says_why_and_can_be_deleted(page, opened, keep_run):
    run = keep_run(RunState.FAILED, reason="There is not enough memory.")
    session = page(part="Runs")
    assert "There is not enough memory." in words(session)
    session.button(key=f"Delete_{run.id}").click().run()
    session.button(key="confirm").click().run()
    assert not session.exception
    assert opened.training.runs() == []


def test_time_left_is_told_by_the_latest_steps(keep_run):
    run = keep_run(RunState.PAUSED, step=4, steps=10)
    begun = Progress(run.id, 0, datetime.now(UTC), 0.0, validation_loss=2.0, seconds=90.0)
    rows = [begun, *(replace(begun, step=step, seconds=90.0 + 5 * step) for step in range(1, 5))]
    assert training_state.seconds_left(run, rows) == 6 * 5
    assert training_state.seconds_left(run, rows[:1]) is None


def test_paused_run_is_cancelled(page, opened, keep_run):
    run = keep_run(RunState.PAUSED, step=3, steps=9)
    session = page(part="Runs", run=run.id)
    session.button(key=f"Cancel_{run.id}").click().run()
    assert opened.training.get(run.id).state is RunState.CANCELLED
    assert "Cancelled" in words(session)


def test_result_in_order_is_published_and_rolled_back(page, opened, tuned):
    run = tuned(QUOTES)
    before = opened.models.fine_tuned(MINI)
    session = page(part="Results", result=run.id)
    assert "All 1 checks are in order" in session.success[0].value
    assert "Base said <b>." in words(session) and "Tuned said *that*." in words(session)
    session.button(key="publish").click().run()
    assert opened.models.fine_tuned(MINI).name == f"{MINI}+voice"
    session.button(key="roll_back").click().run()
    after = opened.models.fine_tuned(MINI)
    assert (after and after.name) == (before and before.name)


def test_result_with_a_warning_is_published_with_a_reason_only(page, opened, tuned):
    run = tuned(QUOTES, FORGETS)
    session = page(part="Results", result=run.id)
    assert "1 check of 2 warns" in words(session)
    assert words(session).index("Half is gone") < words(session).index("99% stand")
    session.button(key="publish").click().run()
    session.button(key="confirm").click().run()
    assert "give a reason" in words(session)
    assert state_of(opened) is AdapterState.CANDIDATE
    session.text_area(key="publish_reason").set_value("For the demonstration.").run()
    session.button(key="confirm").click().run()
    assert state_of(opened) is AdapterState.PUBLISHED
    assert "For the demonstration." in words(session)


def test_published_result_answers_in_a_new_conversation(page, opened, tuned):
    run = tuned(QUOTES)
    session = page(part="Results", result=run.id)
    session.button(key="publish").click().run()
    session.button(key="ask_it").click().run()
    assert not session.exception
    assert session.selectbox(key="model").value == MINI
    assert session.segmented_control(key="fine_tuned").value is True


def test_results_are_listed(page, tuned):
    assert "Nothing has been trained yet" in words(page(part="Results"))
    tuned(QUOTES, FORGETS)
    (table,) = page(part="Results").dataframe
    assert list(table.value["checks"]) == ["1 warning"]
    assert list(table.value["state"]) == ["Candidate"]
    assert list(table.value["set"]) == ["desk, version 1"]
