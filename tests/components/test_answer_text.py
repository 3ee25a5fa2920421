"""How an answer's text becomes blocks, chips and verdict marks."""

from components.answer_text import blocks
from store.answer_records import AnswerSentence, Verdict


def sentence(text: str, *citations: int, verdict: Verdict = Verdict.SUPPORTED) -> AnswerSentence:
    return AnswerSentence(text, citations, verdict, "because")


def outline(block: dict) -> list:
    """A block's runs in short: text, a chip's number, or a mark's verdict in brackets."""
    shown = []
    for run in block["runs"]:
        if "chip" in run:
            shown.append(run["chip"])
        else:
            shown.append(run["text"] if "text" in run else [run["mark"]])
    return shown


def test_chips_and_marks_stand_where_the_sentences_end():
    text = "Cars book [1]. People walk [2][3]."
    found = [
        sentence("Cars book.", 1),
        sentence("People walk.", 2, 3, verdict=Verdict.WEAK),
    ]
    (block,) = blocks(text, found)
    assert outline(block) == [
        "Cars book", 1, ".", ["supported"], " ", "People walk", 2, 3, ".", ["weak"],
    ]  # fmt: skip


def test_marker_after_the_full_stop_belongs_to_the_sentence_before_it():
    (block,) = blocks(
        "Cars book. [1] People walk. [2]", [sentence("Cars book."), sentence("People walk.")]
    )
    assert outline(block) == [
        "Cars book.", 1, ["supported"], " ", "People walk.", 2, ["supported"],
    ]  # fmt: skip


def test_every_sentence_gets_exactly_one_mark_even_when_sentences_repeat():
    found = [sentence("Yes.", 1), sentence("Yes.", 1, verdict=Verdict.UNSUPPORTED)]
    (block,) = blocks("Yes [1]. Yes [1].", found)
    assert [one for one in outline(block) if isinstance(one, list)] == [
        ["supported"],
        ["unsupported"],
    ]


def test_sentence_without_a_verdict_has_no_mark():
    (block,) = blocks("Cars book. [1] People wal", [sentence("Cars book.", 1)])
    assert outline(block) == ["Cars book.", 1, ["supported"], " People wal"]
    assert block["runs"][-1]["verdict"] == ""


def test_text_that_does_not_hold_its_sentences_is_drawn_from_the_sentences():
    (block,) = blocks("Something else.", [sentence("Cars book.", 1)])
    assert outline(block) == ["Cars book.", 1, ["supported"]]


def test_lists_tables_headings_and_code_keep_their_shape():
    text = (
        "## Fares\n\n- Adult [1]\n  - Child\n1. First\n\n| a | b |\n|---|---|\n| c [2] | d |\n\n"
        "```\n<b>x</b>\n```"
    )
    kinds = [block["kind"] for block in blocks(text) if block["kind"] != "gap"]
    assert kinds == ["heading", "item", "item", "item", "table", "code"]
    made = [block for block in blocks(text) if block["kind"] == "item"]
    assert [(one["level"], one["bullet"]) for one in made] == [(0, "•"), (1, "•"), (0, "1.")]
    (table,) = [block for block in blocks(text) if block["kind"] == "table"]
    assert len(table["rows"]) == 2
    assert {"chip": 2} in table["rows"][1][0]


def test_bold_italic_and_code_are_styles_not_characters():
    (block,) = blocks("It is **very *far* away** `x*y` 2*3*4.")
    styles = {run["text"]: run["style"] for run in block["runs"]}
    assert styles["very "] == "bold"
    assert styles["far"] == "bold italic"
    assert styles["x*y"] == "code"
    assert " 2*3*4." in styles


def test_html_and_images_stay_characters():
    text = "<img src=x onerror=alert(1)> ![a](https://example.com/a.png) [b](javascript:c)"
    (block,) = blocks(text)
    assert "".join(run["text"] for run in block["runs"]) == text


def test_empty_and_unfinished_texts_are_drawn():
    assert blocks("") == []
    assert blocks("```\nhalf")[0]["text"] == "half"
    assert blocks("| a | b |\n|---|")[0]["kind"] == "table"
    assert outline(blocks("**half")[0]) == ["**half"]


def test_other_scripts_find_their_sentences():
    (block,) = blocks("船は正午に出ます[1]。", [sentence("船は正午に出ます。", 1)])
    assert outline(block) == ["船は正午に出ます", 1, "。", ["supported"]]


def test_heading_copied_into_a_sentence_does_not_shout():
    (block,) = blocks("### Booking [1] Foot passengers never need to. [1]")
    assert block["kind"] == "paragraph"
    assert outline(block)[0] == "Booking"
