"""The extractive reader copies the best evidence, in reading order, with its markers."""

from langchain_core.messages import HumanMessage

from assistant.answering.prompt import build_prompt
from assistant.models.reader_chat import NO_DOCUMENTS, ReaderChat
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.selection import Passage
from tests.passages import hit, passage


def answer(*passages: Passage) -> str:
    return str(ReaderChat().invoke(build_prompt("What?", passages)).text)


def test_best_sentences_come_in_reading_order_with_markers():
    text = "First of all it rains. Then it is something else. Last of all it snows."
    found = (
        Evidence(51, 76, "Last of all it snows.", 0.95),
        Evidence(0, 22, "First of all it rains.", 0.9),
        Evidence(23, 49, "Then it is something else.", 0.1),
    )
    made = Passage(4, hit(text), found)
    assert answer(made) == "First of all it rains. [4] Last of all it snows. [4]"


def test_sentence_that_stands_in_two_passages_is_said_once():
    twice = [passage("It sails at nine.", marker=1), passage("It sails at nine.", marker=2)]
    assert answer(*twice) == "It sails at nine. [1]"


def test_table_row_is_read_with_its_header():
    row = "Tern 200\t1,450 euros\t3 years"
    found = (Evidence(0, len(row), row, 0.9, header="Model\tPrice\tWarranty"),)
    assert answer(Passage(1, hit(row), found)) == (
        "Model: Tern 200; Price: 1,450 euros; Warranty: 3 years. [1]"
    )


def test_streamed_text_equals_the_invoked_one():
    prompt = build_prompt("What?", [passage("It sails at nine. It returns at five.")])
    streamed = "".join(str(chunk.text) for chunk in ReaderChat().stream(prompt))
    assert streamed == ReaderChat().invoke(prompt).text


def test_without_evidence_it_says_that_it_has_no_documents():
    assert ReaderChat().invoke([HumanMessage("What?")]).text == NO_DOCUMENTS
