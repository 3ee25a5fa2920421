"""Examples on the fine-tuning page: sets, mending, reviewing, checks."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from assistant.training.examples import answer_of, new_example, question_of
from components import training_examples
from store.comparison_records import Batch, BatchState
from store.training_records import (
    Example,
    ExampleState,
    Origin,
    Turn,
)
from tests.pages.conftest import words
from tests.pages.fine_tuning.conftest import open_tab

CSV = "question,answer\nWhat is kept?,Lost property.\nWho asks?,\n<b>How</b> long?,*90* days\n"
TURNS = (Turn("user", "Who is the harbour master?"), Turn("assistant", "Ask jo@example.com."))


def waiting(opened: Any, set_id: str, *turns: Turn) -> Example:
    """A proposed example."""
    example = new_example(set_id, Origin.IMPORTED, turns, state=ExampleState.WAITING)
    opened.store.examples.add([example])
    return example


def upload(session: Any, text: str, name: str = "harbour.csv") -> Any:
    session.file_uploader[0].set_value((name, text.encode(), "text/csv")).run()
    assert not session.exception
    return session


def test_sample_examples_are_a_click_away(page, opened):
    session = page()
    assert "Examples teach a model" in words(session)
    session.button(key="sample_support-voice").click().run()
    assert not session.exception
    assert "200 examples ready" in words(session)
    (made,) = opened.store.examples.sets()
    assert session.query_params["set"] == made.id
    assert "support-voice" in words(page(set=made.id))


def test_row_that_cannot_be_used_is_told_and_mended(page, opened):
    session = upload(page(), CSV)
    assert "2 examples in harbour.csv can be used, 1 row cannot" in words(session).replace("*", "")
    assert "Line 3" in words(session) and "The answer is empty" in words(session)
    next(one for one in session.text_area if one.label == "Answer").set_value("Sailors.").run()
    assert "it can be used now" in words(session)
    session.button(key="make_set").click().run()
    (made,) = opened.store.examples.sets()
    assert made.name == "harbour"
    kept = opened.store.examples.list(made.id)
    assert [answer_of(one) for one in kept] == ["Lost property.", "Sailors.", "*90* days"]
    assert [one.line for one in kept] == [2, 3, 4]


def test_row_that_is_not_mended_is_left_out(page, opened):
    upload(page(), CSV).button(key="make_set").click().run()
    (made,) = opened.store.examples.sets()
    assert len(opened.store.examples.list(made.id)) == 2


def test_file_that_is_none_gets_one_sentence(page):
    assert "no columns question and answer" in words(upload(page(), "a,b\n1,2\n"))


def test_set_needs_a_name_of_its_own(page, opened, sample_set):
    session = page()
    session.button(key="make_set").click().run()
    assert "Give the set a name" in words(session)
    session.text_input(key="new_set_name_").set_value("desk").run()
    session.button(key="make_set").click().run()
    assert "There is a set of examples 'desk' already" in words(session)


def test_set_that_no_longer_exists_is_told(page):
    assert "no longer exists" in words(page(set="nothing"))


def test_edited_cells_change_the_example_and_its_passages_stay(sample_set, opened):
    example = opened.store.examples.list(sample_set.id)[0]
    cells = {"question": "Will it wait?", "answer": " Yes. ", "use": False}
    changed = training_examples.edited(example, cells)
    assert (question_of(changed), answer_of(changed)) == ("Will it wait?", "Yes.")
    assert changed.turns[1].content.startswith(example.turns[1].content[:200])
    assert changed.state is ExampleState.DROPPED
    assert training_examples.edited(example, {"question": "", "answer": None}) == example


def test_example_is_shown_in_full_as_text(page, sample_set, opened):
    session = page(set=sample_set.id)
    example = opened.store.examples.list(sample_set.id)[3]
    session.selectbox(key="example_in_full").set_value(example.id).run()
    assert [one.value for one in session.text] == [turn.content for turn in example.turns]


def test_personal_data_is_marked_and_replaced_before_an_example_counts(page, opened):
    made = opened.store.examples.make_set("desk")
    first, second = waiting(opened, made.id, *TURNS), waiting(opened, made.id, *TURNS)
    session = page(set=made.id)  # a set with nothing but proposals opens with them
    assert ":orange-background[jo@example.com]" in words(session)
    session.button(key=f"scrub_{first.id}").click().run()
    assert answer_of(opened.store.examples.get(first.id)) == "Ask [MAIL]."
    session.button(key=f"Drop_{second.id}").click().run()
    counts = opened.store.examples.counts(made.id)
    assert [counts[state] for state in ExampleState] == [0, 1, 1]
    assert "Nothing waits" in words(session)


def test_names_to_mark_are_replaced_too(page, opened):
    made = opened.store.examples.make_set("desk")
    example = waiting(opened, made.id, Turn("user", "Who?"), Turn("assistant", "Jo Bloggs."))
    session = page(set=made.id)
    assert f"scrub_{example.id}" not in {button.key for button in session.button}
    session.text_area(key="names_to_mark").set_value("jo bloggs").run()
    session.button(key=f"scrub_{example.id}").click().run()
    assert answer_of(opened.store.examples.get(example.id)) == "[NAME]."


def test_proposed_example_is_changed_and_kept(page, opened):
    made = opened.store.examples.make_set("desk")
    example = waiting(opened, made.id, *TURNS)
    session = page(set=made.id)
    session.button(key=f"change_{example.id}").click().run()
    session.text_area(key=f"said_{example.id}").set_value("Ask at the desk.")
    next(one for one in session.button if one.label == "Save and keep").click().run()
    kept = opened.store.examples.get(example.id)
    assert (answer_of(kept), kept.state) == ("Ask at the desk.", ExampleState.READY)


def test_answers_with_a_thumb_up_are_proposed_once(page, app, ask, add, opened):
    add("faq.md")
    message = ask(app(), "Do foot passengers need to book?")
    opened.conversations.set_feedback(message.id, True, "short")
    made = opened.store.examples.make_set("desk")
    session = open_tab(page(set=made.id), made.id, "Add")
    session.button(key="propose_use").click().run()
    (example,) = opened.store.examples.list(made.id)
    assert example.message_id == message.id and example.state is ExampleState.WAITING
    assert "1 example proposed" in words(session)
    session.button(key="propose_use").click().run()
    assert len(opened.store.examples.list(made.id)) == 1


def test_examples_are_proposed_from_documents(page, add, opened):
    add("faq.md")
    made = opened.store.examples.make_set("desk")
    session = open_tab(page(set=made.id), made.id, "Add")
    session.number_input(key="proposal_most").set_value(2).run()
    session.button(key="propose").click().run()
    opened.proposals.wait(made.id)
    assert "2 examples proposed" in words(session.run())
    assert opened.store.examples.counts(made.id)[ExampleState.WAITING] == 2


def test_schema_is_attached_or_refused(page, opened, sample_set):
    session = page(set=sample_set.id)
    for schema, said in (("[", "The schema is not JSON"), ({"type": "object"}, "")):
        session.button(key="JSON schema_set").click().run()
        text = schema if isinstance(schema, str) else json.dumps(schema)
        session.text_area(key="set_schema").set_value(text)
        next(one for one in session.button if one.label == "Save").click().run()
        assert (said in words(session)) if said else not session.error
    assert opened.store.examples.set(sample_set.id).schema == {"type": "object"}


def test_too_few_examples_are_refused_with_the_alternative(page, opened, sample_set):
    ready = opened.store.examples.list(sample_set.id)
    opened.store.examples.remove([one.id for one in ready[12:]])
    session = page(part="Runs")
    session.button(key="start_run").click().run()
    assert "Too few: 12 different examples" in words(session)
    assert "few-shot prompt" in words(session)
    assert not opened.training.runs()
    session = open_tab(page(set=sample_set.id), sample_set.id, "Check")
    assert "Too few: 12 different examples" in words(session)
    assert "few_shot_question" in {box.key for box in session.text_input}


def test_questions_of_an_exam_are_found_and_dropped(page, opened, sample_set):
    leaked = opened.store.examples.list(sample_set.id)[0]
    exam = Batch("b", "exam.csv", "library", datetime.now(UTC), (), (question_of(leaked),))
    opened.store.comparison_batches.add(replace(exam, state=BatchState.DONE))
    session = open_tab(page(set=sample_set.id), sample_set.id, "Check")
    assert "Few: 60 different examples" in words(session)
    assert "an evaluation set asks too" in words(session)
    session.button(key="mend_leak").click().run()
    assert opened.store.examples.get(leaked.id).state is ExampleState.DROPPED
    assert "an evaluation set asks too" not in words(session)


def test_personal_data_of_examples_that_are_ready_is_replaced(page, opened, sample_set):
    first = opened.store.examples.list(sample_set.id)[0]
    said = replace(first, turns=(*first.turns[:-1], Turn("assistant", "Write to jo@example.com.")))
    opened.store.examples.change(said)
    session = open_tab(page(set=sample_set.id), sample_set.id, "Check")
    session.button(key="mend_personal-data").click().run()
    assert answer_of(opened.store.examples.get(first.id)) == "Write to [MAIL]."
    assert "personal data" not in words(session)
