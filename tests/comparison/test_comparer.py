"""One question to several contestants: the same evidence, a trace each, stopped, failed, kept."""

import dataclasses
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.comparison.contestants import preset
from assistant.comparison.measures import first_token, waited
from assistant.errors import BadInput, ModelUnavailable
from assistant.workspace import Workspace, open_workspace
from store.answer_records import MessageState, Verdict
from store.comparison_records import Comparison, Contestant
from store.model_records import EndpointModel, HuggingFaceModel
from tests.chat_server import MODELS, serving
from tests.comparison.guide import (
    EVERYONE,
    LOST,
    READER,
    READER_FOUND,
    SCRIPTED,
    SCRIPTED_FOUND,
)
from tests.models import tiny


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def compare(workspace: Workspace, question: str, *contestants: Contestant) -> Comparison:
    running = workspace.comparer.compare(question, contestants, kb="library")
    running.wait(120)
    return workspace.store.comparisons.get(running.id)


def test_every_column_with_retrieval_gets_the_same_evidence_and_no_other_does(ferries: Workspace):
    found = compare(ferries, LOST, *EVERYONE)
    traces = [ferries.traces.get(column.trace_id or "") for column in found.columns]
    assert [trace.model for trace in traces] == ["reader", "reader", "scripted", "scripted"]
    assert traces[1].candidates == traces[3].candidates != ()
    assert traces[1].prompt == traces[3].prompt
    assert traces[0].candidates == traces[2].candidates == ()
    assert "<passage" not in traces[2].prompt[-1]["content"]
    searched = [[s for s in trace.spans if s.name == "dense search"] for trace in traces]
    assert searched[1] == searched[3] != []
    assert searched[0] == searched[2] == []


def test_columns_are_measured_and_kept(ferries: Workspace):
    found = compare(ferries, LOST, READER, SCRIPTED_FOUND)
    assert found.finished_at
    assert found.kb_version == ferries.library.version("library") > 0
    reader, scripted = found.columns
    assert reader.state is scripted.state is MessageState.DONE
    assert "documents only" in reader.text
    assert [s.verdict for s in scripted.sentences] == [Verdict.SUPPORTED, Verdict.UNSUPPORTED]
    assert scripted.citations[0].document == "guide.txt"
    assert set(scripted.milliseconds) == {"retrieval", "first_token", "writing", "total"}
    assert scripted.milliseconds["retrieval"] > 0
    assert reader.milliseconds["retrieval"] == 0
    assert scripted.tokens["prompt"] > reader.tokens["prompt"] > 0
    assert not scripted.counted


def test_question_that_the_library_does_not_answer_is_refused_in_columns_with_retrieval(
    ferries: Workspace,
):
    found = compare(ferries, "Who painted the Mona Lisa?", SCRIPTED, SCRIPTED_FOUND, READER_FOUND)
    assert [column.refused for column in found.columns] == [False, True, True]
    assert found.columns[1].tokens == {}
    assert ferries.traces.get(found.columns[1].trace_id or "").prompt == ()


def test_one_failing_column_leaves_the_others_alone(ferries: Workspace):
    found = compare(ferries, f"fails: {LOST}", SCRIPTED_FOUND, READER_FOUND)
    failed, done = found.columns
    assert failed.state is MessageState.FAILED
    assert failed.error == "The model is not answering; start it and try again."
    assert ferries.traces.get(failed.trace_id or "").error == failed.error
    assert "90 days" in done.text


def test_one_column_is_stopped_while_another_goes_on(ferries: Workspace):
    contestants = (SCRIPTED, SCRIPTED_FOUND)
    running = ferries.comparer.compare(f"slowly: {LOST}", contestants, kb="library")
    stopped, other = running.answers
    next(iter(stopped))
    stopped.stop()
    assert stopped.wait(30).state is MessageState.STOPPED
    next(iter(other))
    assert not other.done
    assert ferries.comparer.running(running.id) is running
    assert ferries.store.comparisons.get(running.id).finished_at is None
    running.stop()
    running.wait(30)
    kept = ferries.store.comparisons.get(running.id)
    assert [column.state for column in kept.columns] == [MessageState.STOPPED] * 2
    assert 0 < len(kept.columns[0].text) < 400
    assert kept.finished_at


def test_finished_comparison_is_running_no_more(ferries: Workspace):
    found = compare(ferries, LOST, READER, READER_FOUND)
    assert ferries.comparer.running(found.id) is None


def test_comparison_deleted_meanwhile_stays_deleted(ferries: Workspace):
    contestants = (SCRIPTED, SCRIPTED_FOUND)
    running = ferries.comparer.compare(f"slowly: {LOST}", contestants, kb="library")
    next(iter(running.answers[0]))
    ferries.store.comparisons.remove(running.id)
    running.stop()
    running.wait(30)
    assert ferries.store.comparisons.list() == []


def test_blind_comparison_has_the_same_contestants_in_an_order_of_its_own(ferries: Workspace):
    orders = set()
    for _ in range(40):
        running = ferries.comparer.compare(LOST, (READER, SCRIPTED), kb="library", blind=True)
        running.wait(30)
        found = ferries.store.comparisons.get(running.id)
        assert found.hidden
        orders.add(tuple(column.contestant for column in found.columns))
    assert orders == {(READER, SCRIPTED), (SCRIPTED, READER)}


def test_comparison_cut_off_by_a_crash_is_ended_at_the_next_start(ferries: Workspace):
    found = compare(ferries, LOST, READER, SCRIPTED_FOUND)
    cut = dataclasses.replace(found.columns[1], state=MessageState.RUNNING)
    ferries.store.comparisons.change(
        found.id,
        lambda kept: dataclasses.replace(kept, columns=(kept.columns[0], cut), finished_at=None),
    )
    settings = ferries.settings
    ferries.close()
    again = open_workspace(settings, role="the tests")
    columns = again.store.comparisons.get(found.id).columns
    again.close()
    assert [column.state for column in columns] == [MessageState.DONE, MessageState.FAILED]
    assert "stopped while" in columns[1].error


@pytest.mark.parametrize(
    ("contestants", "said"),
    [((READER,), "2 to 4"), ((), "2 to 4"), ((READER, READER), "twice")],
)
def test_columns_that_cannot_be_compared_are_named(
    workspace: Workspace, contestants: tuple[Contestant, ...], said: str
):
    with pytest.raises(BadInput, match=said):
        workspace.comparer.compare(LOST, contestants, kb="library")
    assert workspace.store.comparisons.list() == []


def test_unusable_question_and_unknown_model_are_named(workspace: Workspace):
    with pytest.raises(BadInput, match="question"):
        workspace.comparer.compare(" ", (READER, READER_FOUND), kb="library")
    with pytest.raises(ModelUnavailable, match="'gpt'"):
        workspace.comparer.compare(LOST, (READER, Contestant("gpt", True)), kb="library")


def test_tokens_are_counted_by_the_server_and_cost_what_they_cost_there(ferries: Workspace):
    with serving() as server:
        ferries.models.add(
            EndpointModel(
                "harbour",
                "Harbour",
                datetime.now(UTC),
                server.address,
                MODELS[0],
                fine_tuned=MODELS[1],
                prompt_price=2.0,
                answer_price=10.0,
            )
        )
        chosen = preset(ferries.models, "harbour")
        found = compare(ferries, LOST, *chosen)
    tuned = f"harbour+{MODELS[1]}"
    assert [(one.model, one.retrieval) for one in chosen] == [
        ("harbour", False),
        ("harbour", True),
        (tuned, False),
        (tuned, True),
    ]
    assert [body["model"] for body, _ in server.asked].count(MODELS[1]) == 2
    for column in found.columns:
        assert column.counted
        assert column.cost == pytest.approx(
            (2 * column.tokens["prompt"] + 10 * column.tokens["answer"]) / 1e6
        )


def test_base_and_adapter_take_turns_at_one_model_and_waiting_does_not_count(
    ferries: Workspace, tmp_path: Path
):
    folder = tiny.save_model(tmp_path / "tiny", context=1200)
    ferries.models.add(HuggingFaceModel("tiny", "Tiny", datetime.now(UTC), str(folder)))
    adapter = tiny.save_adapter(tmp_path / "voice", folder, seed=1)
    ferries.models.publish(ferries.models.add_adapter(adapter, "tiny", "voice").id)
    chosen = [one for one in preset(ferries.models, "tiny") if one.retrieval]
    running = ferries.comparer.compare(LOST, chosen, kb="library")
    until(lambda: sorted(answer.ahead for answer in running.answers) == [0, 1])
    running.wait(120)
    assert [answer.ahead for answer in running.answers] == [0, 0]
    found = ferries.store.comparisons.get(running.id)
    assert [column.state for column in found.columns] == [MessageState.DONE] * 2
    assert [column.contestant.model for column in found.columns] == ["tiny", "tiny+voice"]
    assert all(column.counted for column in found.columns)
    first, second = sorted(found.columns, key=waited)
    assert 0 < waited(first) < waited(second)
    assert 0 < (first_token(second) or 0) < second.milliseconds["first_token"] - waited(first)
