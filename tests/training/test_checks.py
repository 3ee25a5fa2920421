"""Checks before a run: how many are enough, and what makes examples bad."""

from collections.abc import Sequence

import pytest

from assistant.training.checks import Checks, check
from assistant.training.enough import NEEDS, Verdict
from assistant.training.findings import Finding, Severity
from assistant.training.recipe import Way
from store.training_records import Example
from tests.training.made import example

TOPICS = "ferry harbour ticket bicycle parcel lighthouse island bridge captain timetable".split()
PLACES = "Aldermouth Skarrow Pellan Inchmorrow Tarn Ansell Wick Dunmore Carrow Lisle".split()
OPENINGS = ("Where is the {} of {}", "Who looks after a {} in {}", "When was some {} seen at {}")


def different(many: int) -> list[Example]:
    """Examples that have nothing much in common."""
    made = []
    for n in range(many):
        topic, place = TOPICS[n % 10], PLACES[n // 10 % 10]
        asked = OPENINGS[n % 3].format(topic, place)
        said = (
            f"That {topic} stands {n} steps from {place}, as {PLACES[n % 7]} wrote in {1800 + n}."
        )
        made.append(example(f"{asked} {n}?", said))
    return made


def count_words(turns) -> int:
    return sum(len(turn.content.split()) for turn in turns)


def checked(examples: Sequence[Example], way: Way = Way.LORA, **given) -> Checks:
    return check(examples, way, count_words, given.pop("longest", 1000), **given)


def of_kind(checks: Checks, kind: str) -> Finding:
    (found,) = [one for one in checks.findings if one.kind == kind]
    return found


def test_twelve_examples_are_too_few_with_the_reason_and_what_to_do_instead():
    checks = checked(different(12))
    assert checks.verdict is Verdict.TOO_FEW
    assert checks.text.startswith("Too few: 12 different examples, and LoRA needs at least 50")
    assert NEEDS[Way.LORA].source in checks.text
    assert checks.text.endswith("Use retrieval or a few-shot prompt first.")


@pytest.mark.parametrize(
    ("many", "way", "verdict"),
    [
        (49, Way.LORA, Verdict.TOO_FEW),
        (50, Way.QLORA, Verdict.FEW),
        (200, Way.LORA, Verdict.ENOUGH),
        (200, Way.FULL, Verdict.TOO_FEW),
        (200, Way.CONTINUED, Verdict.FEW),
        (200, Way.EMBEDDING, Verdict.FEW),
    ],
)
def test_ways_need_different_numbers(many, way, verdict):
    assert checked(different(many), way).verdict is verdict


def test_good_examples_have_nothing_against_them():
    checks = checked(different(200))
    assert (checks.findings, checks.different) == ((), 200)
    assert checks.text.startswith("Enough: 200 different examples for LoRA (")


def test_what_says_the_same_again_does_not_count():
    good = different(60)
    shouted = example(f"{good[0].turns[0].content}  ", good[0].turns[1].content.upper())
    words = good[1].turns[1].content.removesuffix(".")
    nearly = example(good[1].turns[0].content, f"{words} too.")
    checks = checked([*good, shouted, nearly])
    assert checks.different == 60
    assert of_kind(checks, "duplicate").examples == (shouted.id,)
    assert of_kind(checks, "near-duplicate").examples == (nearly.id,)
    assert of_kind(checks, "near-duplicate").severity is Severity.NOTE
    assert "nearly the same" in of_kind(checks, "near-duplicate").text


def test_near_duplicates_on_both_sides_of_the_split_are_an_error():
    good = different(60)
    words = good[1].turns[1].content.removesuffix(".")
    nearly = example(good[1].turns[0].content, f"{words} too.")
    checks = checked([*good, nearly], held_out=[good[5].id, nearly.id])
    assert of_kind(checks, "across").examples == (nearly.id,)
    assert checks.findings[0].severity is Severity.ERROR
    apart = checked([*good, nearly], held_out=[good[5].id])
    assert "across" not in {one.kind for one in apart.findings}


def test_questions_of_evaluation_sets_are_leaks():
    good = different(60)
    asked = [
        "Who is the chair of the board?",
        good[3].turns[0].content.upper(),
        f"{good[7].turns[0].content} Please tell.",
    ]
    found = of_kind(checked(good, evaluation_rows=asked), "leak")
    assert set(found.examples) == {good[3].id, good[7].id}
    assert found.severity is Severity.ERROR


def test_a_question_behind_passages_is_compared_without_them():
    passages = '<passage number="1" document="Guide" heading="">\nFares.\n</passage>\n\nQuestion: '
    good = [*different(59), example(f"{passages}How much is a ticket to Skarrow?", "£5. [1]")]
    found = of_kind(checked(good, evaluation_rows=["How much is a ticket to Skarrow?"]), "leak")
    assert found.examples == (good[-1].id,)


def test_examples_without_question_or_answer_and_contradictions():
    good = different(60)
    empty = example("What?", "  ")
    mute = example(" ", "This.")
    other = example(good[0].turns[0].content, "Nobody knows.")
    checks = checked([*good, empty, mute, other])
    assert of_kind(checks, "no-answer").examples == (empty.id, mute.id)
    contradiction = of_kind(checks, "contradiction")
    assert set(contradiction.examples) == {good[0].id, other.id}
    assert contradiction.text.startswith("1 question is answered in different ways")
    assert checks.different == 61


def test_the_same_question_with_other_passages_is_no_contradiction():
    rows = [
        example(f"<passage number={n}>\n{n}\n</passage>\n\nQuestion: How many?", f"{n}. [1]")
        for n in (1, 2)
    ]
    assert "contradiction" not in {one.kind for one in checked([*different(60), *rows]).findings}


def test_passages_that_examples_share_do_not_make_them_alike_and_are_counted():
    fences = "\n\n".join(
        f'<passage number="{n}" document="Guide" heading="">\n{"The same long words. " * 30}\n'
        "</passage>"
        for n in (1, 2, 3)
    )
    rows = [
        example(
            f"{fences}\n\nQuestion: {one.turns[0].content}",
            f"{one.turns[1].content} [1]" if n % 4 else "I cannot find an answer to this.",
        )
        for n, one in enumerate(different(60))
    ]
    checks = checked(rows)
    assert checks.different == 60
    assert of_kind(checks, "passages").text == (
        "60 of 60 examples have passages: 45 answer from them, with 2.0 other passages beside the "
        "right one, and 15 decline."
    )


def test_long_examples_are_counted_by_the_tokens_given():
    good = different(60)
    long = example("Tell me all.", "word " * 500)
    found = of_kind(checked([*good, long], longest=400), "too-long")
    assert found.examples == (long.id,)
    assert "(the longest 503)" in found.text


def test_labels_out_of_balance_are_named():
    labels = ["spam"] * 54 + ["ham"] * 6
    rows = [
        example(one.turns[0].content, label)
        for one, label in zip(different(60), labels, strict=True)
    ]
    found = of_kind(checked(rows), "balance")
    assert found.severity is Severity.WARNING
    assert "“spam” is 90% of them (spam 90%, ham 10%)" in found.text
    assert len(found.examples) == 6
    even = [
        example(one.turns[0].content, "spam" if n % 2 else "ham")
        for n, one in enumerate(different(60))
    ]
    assert of_kind(checked(even), "balance").severity is Severity.NOTE


def test_refusals_and_sameness_are_warned_of():
    rows = different(60)
    refusing = [
        example(one.turns[0].content, "I cannot find that. " + "So " * n)
        for n, one in enumerate(rows[:30])
    ]
    found = of_kind(checked([*rows[30:], *refusing]), "refusals")
    assert found.text.startswith("50% of the answers decline")
    asking = [example(f"What is the {n}?", one.turns[1].content) for n, one in enumerate(rows)]
    assert "begin with “what is the”" in of_kind(checked(asking), "variety").text
    same = [example(one.turns[0].content, "Yes.") for one in rows]
    assert of_kind(checked(same), "variety").severity is Severity.ERROR


def test_personal_data_is_counted_by_kind():
    good = different(58)
    mail = example("Where do I write to?", "To desk@example.com.")
    both = example("Who helps?", "Jo Park, jo@example.com.")
    found = of_kind(checked([*good, mail, both], names=["Jo Park"]), "personal-data")
    assert found.examples == (mail.id, both.id)
    assert "(mail address in 2, name in 1)" in found.text


def test_plain_text_to_read_on_needs_no_question():
    rows = [example("", one.turns[1].content, turns=one.turns[1:]) for one in different(120)]
    checks = checked(rows, Way.CONTINUED)
    assert (checks.findings, checks.verdict) == ((), Verdict.FEW)


def test_the_worst_comes_first_and_no_examples_are_too_few():
    rows = [*different(30), *different(30), example("Q", "")]
    severities = [one.severity for one in checked(rows).findings]
    assert severities == sorted(severities, key=list(Severity).index)
    assert severities[0] is Severity.ERROR
    empty = checked([])
    assert (empty.findings, empty.verdict) == ((), Verdict.TOO_FEW)
