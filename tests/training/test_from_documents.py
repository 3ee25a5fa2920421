"""Questions proposed per passage: by a model where it can, by rules where it cannot."""

import json
from dataclasses import replace
from itertools import islice

import pytest
from langchain_core.language_models import FakeListChatModel

from assistant.answering.line import Line
from assistant.answering.prompt import WITH_PASSAGES
from assistant.errors import ModelUnavailable
from assistant.models.mini_format import PASSAGE
from assistant.models.scripted_chat import ScriptedChat
from assistant.training import from_documents
from assistant.training.examples import answer_of, question_of
from assistant.training.passages import Finder
from assistant.training.question_writer import write_questions
from assistant.workspace import Workspace
from store.training_records import Example, ExampleState, Origin
from tests.documents import parts

TEXT = (
    "Lost property is kept for 90 days at the ticket office in Aldermouth. Dogs travel free of\n"
    "charge on all ferries."
)


def line_of(workspace: Workspace) -> Line:
    return Line(workspace.store, workspace.retriever, workspace.settings)


def proposals(workspace: Workspace, many: int, name: str, **given) -> list[Example]:
    """The first proposals for a new set, kept in it."""
    examples = workspace.store.examples
    made = {one.name: one for one in examples.sets()}
    set_id = made[name].id if name in made else examples.make_set(name).id
    documents = workspace.library.documents()
    given.setdefault("condensed", True)
    found = from_documents.propose(line_of(workspace), documents, set_id, **given)
    kept = list(islice(found, many))
    examples.add(kept)
    return kept


def test_rules_propose_grounded_quotes_with_pages_and_lineage(guides: Workspace):
    found = proposals(guides, 5, "rules")
    documents = {document.id: document for document in guides.library.documents()}
    assert len({question_of(example) for example in found}) == 5
    for example in found:
        assert (example.state, example.origin) == (ExampleState.WAITING, Origin.DOCUMENT)
        assert example.turns[0].content == WITH_PASSAGES
        quote, _, marker = answer_of(example).rpartition(" [")
        shown = PASSAGE.findall(example.turns[1].content)
        assert quote in [
            line for number, text in shown for line in text.split("\n") if number == marker[:-1]
        ]
        assert set(example.documents) <= set(documents)
        assert "the question was written by rules" in example.note
        assert 'page="' in example.turns[1].content
        assert example.note.startswith("From service-guide.pdf, page ")


def test_whole_passages_for_models_that_read_them(guides: Workspace):
    (example,) = proposals(guides, 1, "whole", condensed=False)
    quote, _, marker = answer_of(example).rpartition(" [")
    shown = {
        number: " ".join(text.split()) for number, text in PASSAGE.findall(example.turns[1].content)
    }
    assert set(quote.split()) - set(shown[marker[:-1]].split()) <= set(quote.split(":")[0].split())
    assert len(example.turns[1].content) > 1000


def test_what_a_set_was_proposed_is_not_proposed_again_even_if_dropped(guides: Workspace):
    first = proposals(guides, 2, "again")
    guides.store.examples.set_state([first[0].id], ExampleState.DROPPED)
    second = proposals(guides, 2, "again")
    asked = [question_of(example) for example in (*first, *second)]
    assert len(set(asked)) == 4
    other = proposals(guides, 2, "another")
    assert [question_of(example) for example in other] == asked[:2]


def test_a_model_writes_questions_and_its_answer_counts_if_the_passage_bears_it_out():
    made = parts(TEXT)
    reply = [
        {"question": "For how long is lost property kept?", "quote": "Lost property is kept for "
         "90 days at the ticket office in Aldermouth.", "answer": "It is kept for 90 days."},
        {"question": "Do dogs pay?", "quote": "Dogs travel free of charge on all ferries."},
        {"question": "What does the passage say?", "quote": "Dogs travel free of charge on all"},
        {"question": "Who is the captain?", "quote": "The captain is Ann Lee."},
        {"question": "For how long is lost property kept?", "quote": "Lost property is kept"},
    ]  # fmt: skip
    text = "Sure! ```json\n" + "\n".join(json.dumps(row) for row in reply) + "\n{broken}\n```"
    model = FakeListChatModel(responses=[text])
    first, second = write_questions(model, made.chunks[0], made.document, 3)
    chunk = made.chunks[0].text
    assert (first.question, first.answer) == (reply[0]["question"], "It is kept for 90 days.")
    assert chunk[first.start : first.end] == reply[0]["quote"]
    assert chunk[second.start : second.end] == "Dogs travel free of\ncharge on all ferries."


def test_rules_step_in_where_a_model_writes_nothing_of_use(guides: Workspace):
    class Counting(ScriptedChat):
        "Counts how often it is asked."

        calls: list[int] = []

        def invoke(self, *args, **given):
            self.calls.append(1)
            return super().invoke(*args, **given)

    model = Counting(script=[{"reply": "I was not made for this."}])
    found = proposals(guides, 4, "helpless", model=model)
    assert len(found) == 4
    assert len(model.calls) == from_documents.GIVE_UP
    assert all("written by rules" in example.note for example in found)


def test_a_model_that_cannot_be_reached_is_told_at_once(guides: Workspace):
    model = ScriptedChat(script=[{"error": "It is not answering; start it."}])
    with pytest.raises(ModelUnavailable, match="not answering"):
        proposals(guides, 1, "silent", model=model)


def test_a_models_question_becomes_an_example_with_its_own_words(guides: Workspace):
    asked = {
        "question": "Which kayaks and surfboards go as freight?",
        "quote": "longer ones travel as freight.",
        "answer": "Kayaks and surfboards longer than 3.5 metres travel as freight.",
    }
    model = ScriptedChat(
        script=[{"match": "Kayaks and", "reply": json.dumps(asked)}, {"reply": "Nothing."}]
    )
    document = guides.library.documents()[0]
    (chunk, *_) = [c for c in guides.store.documents.chunks(document.id) if "Kayaks" in c.text]
    pairs = from_documents.by_model(guides.store, model, chunk, document, 1)
    assert [(pair.question, pair.answer) for pair in pairs] == [
        (asked["question"], asked["answer"])
    ]
    assert pairs[0].text.startswith("Kayaks and surfboards up to 3.5 metres travel at the")
    finder = Finder(line_of(guides))
    example = from_documents.grounded(finder, pairs[0], "set", condensed=True)
    assert example is not None
    assert answer_of(example) == f"{asked['answer']} [1]"
    assert "written by a model" in example.note
    invented = replace(pairs[0], answer="Whales travel for £99.")
    example = from_documents.grounded(finder, invented, "set", condensed=True)
    assert example is not None and answer_of(example) == f"{pairs[0].text} [1]"
