"""Sentences and rows by how well they answer: what a table's head and its rows say."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.models.reader_chat import EXPLANATION
from assistant.retrieval.evidence import Evidence, read_evidence
from assistant.retrieval.hits import Hit, ReadHit
from assistant.retrieval.question import Question
from store.records import Block, BlockKind
from tests.passages import hit
from tests.small_library import WordEmbeddings

HEAD = "\t2023\t2024"
PASSENGERS, RELIABILITY = "Passengers\t603,847\t642,115", "Reliability\t94.1\t96.6"
ON_TIME = "On time, of all sailings\t88.7\t92.9"


class Corpus:
    """A library in which all words are as rare."""

    def size(self) -> int:
        return 100

    def frequency(self, stem: str) -> int:
        return 1


def scored(question: str, *tables: Sequence[str]) -> dict[str, Evidence]:
    """The evidence of tables by its text, each given as its head and its rows and on its own page,
    for a reranker that prefers none."""
    pages = [page(number, table) for number, table in enumerate(tables, start=1)]
    on_page = {found.chunk.page: blocks for found, blocks in pages}
    read_by_hit = read_evidence(
        [Question.read(question, Corpus())],
        [found for found, _ in pages],
        lambda chunk: on_page[chunk.page],
        WordEmbeddings(),
    ).by_hit
    assert all(list(its) == sorted(its, key=lambda one: -one.score) for its in read_by_hit)
    return {one.text: one for its in read_by_hit for one in its}


def page(number: int, table: Sequence[str]) -> tuple[Hit, list[Block]]:
    """A page that holds one table: a hit on it, and its blocks."""
    head, *rows = table
    text, blocks = "", list[Block]()
    for line in table:
        start = len(text) + len(line) - len(line.lstrip())
        header = head if line in rows else ""
        blocks.append(Block(start, len(text) + len(line), BlockKind.TABLE_ROW, header))
        text += line + "\n"
    found = hit(text)
    read = ReadHit(0.9, tuple((block.start, 4.0) for block in blocks))
    chunk = replace(found.chunk, page=number)
    return replace(found, chunk=chunk, scores={"dense": 0.5}, read=(read,)), blocks


def test_row_that_says_less_of_the_question_than_another_is_no_part_of_the_answer():
    its = scored("Reliability 2023 2024", (HEAD, PASSENGERS, RELIABILITY))
    assert its[PASSENGERS].score < EXPLANATION.nearly_as_good * its[RELIABILITY].score


def test_row_of_another_page_does_not_count_against_it():
    both = scored("Reliability 2023 2024", (HEAD, PASSENGERS), (HEAD, RELIABILITY))
    alone = scored("Reliability 2023 2024", (HEAD, PASSENGERS))
    assert both[PASSENGERS].score == alone[PASSENGERS].score


def test_where_no_row_says_a_word_of_the_question_all_count():
    its = scored("Punctuality 2024", (HEAD, PASSENGERS, ON_TIME))
    assert its[PASSENGERS].score > EXPLANATION.nearly_as_good * its[ON_TIME].score


def test_row_that_is_named_word_for_word_is_meant_and_no_other_that_says_as_much():
    before, after = "Profit before tax\t1,610\t2,170", "Profit after tax\t1,240\t1,650"
    for question, meant, other in (
        ("What was the profit after tax in 2024?", after, before),
        ("What was the profit before tax in 2024?", before, after),
    ):
        its = scored(question, (HEAD, before, after))
        assert its[other].score < EXPLANATION.nearly_as_good * its[meant].score
    both = scored("Compare profit before tax and profit after tax", (HEAD, before, after))
    neither = scored("How much tax on the profit?", (HEAD, before, after))
    for its in (both, neither):
        assert its[before].score > EXPLANATION.nearly_as_good * its[after].score


def test_rows_that_a_ratio_is_worked_out_from_are_its_answer():
    assets, owed = "Total current assets\t4,310\t6,020", "Total current liabilities\t2,310\t3,890"
    goodwill = "Goodwill\t870\t960"
    its = scored("Has the quick ratio improved in 2024?", (HEAD, assets, goodwill, owed))
    least = EXPLANATION.nearly_as_good * its[assets].score
    assert its[goodwill].score < least < its[owed].score


def test_head_whose_first_column_has_no_name_is_no_evidence():
    assert HEAD.strip() not in scored("Reliability 2024", (HEAD, RELIABILITY))
