"""Whether examples show a model enough different things: labels, refusals, questions, answers."""

from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.answering.claims import declines
from assistant.sentences import count_words
from assistant.training.examples import answer_of, question_of
from assistant.training.findings import Finding, Severity, finding, plain, short
from store.training_records import Example

MOST_CLASSES = 20
WORDS_OF_A_CLASS = 5
FEWEST_OF_A_CLASS = 10
LARGEST_CLASS = 0.8  # share of the examples; beyond it a model does well to always say the same
SAME_OPENING = 0.6  # share of questions with the same first words
MOST_REFUSALS = 0.4  # OpenAI's guide warns of 60 %: a model declines as often as its examples do
FEWEST_TO_JUDGE = 20  # examples; below, shares say nothing


def findings(examples: Sequence[Example]) -> list[Finding]:
    """What is out of balance among examples that have a question and an answer."""
    return [*_classes(examples), *_refusals(examples), *_variety(examples)]


def _classes(examples: Sequence[Example]) -> Iterator[Finding]:
    """Whether labels are in balance, when the answers are few and short."""
    labels = Counter(plain(answer_of(example)) for example in examples)
    brief = all(count_words(label) <= WORDS_OF_A_CLASS for label in labels)
    if not brief or not 2 <= len(labels) <= MOST_CLASSES or len(examples) < 3 * len(labels):
        return
    largest, most = labels.most_common(1)[0]
    rare = [label for label, count in labels.items() if count < FEWEST_OF_A_CLASS]
    shares = ", ".join(
        f"{short(label)} {n / len(examples):.0%}" for label, n in labels.most_common(6)
    )
    uneven = most > LARGEST_CLASS * len(examples)
    if uneven or rare:
        reason = (
            f"“{short(largest)}” is {most / len(examples):.0%} of them"
            if uneven
            else f"{len(rare)} of {len(labels)} labels have fewer than {FEWEST_OF_A_CLASS} examples"
        )
        text = f"The labels are out of balance: {reason} ({shares}). Add examples of the rare ones."
        chosen = [example for example in examples if plain(answer_of(example)) in rare]
        yield finding(Severity.WARNING, "balance", text, chosen)
    else:
        yield finding(Severity.NOTE, "balance", f"{len(labels)} labels in balance: {shares}.")


def _refusals(examples: Sequence[Example]) -> Iterator[Finding]:
    refused = [example for example in examples if declines(answer_of(example))]
    if len(examples) >= FEWEST_TO_JUDGE and len(refused) > MOST_REFUSALS * len(examples):
        text = (
            f"{len(refused) / len(examples):.0%} of the answers decline; a model learns to decline "
            "as often. Add questions that have an answer."
        )
        yield finding(Severity.WARNING, "refusals", text, refused)


def _variety(examples: Sequence[Example]) -> Iterator[Finding]:
    if len(examples) < FEWEST_TO_JUDGE:
        return
    openings = Counter(" ".join(plain(question_of(e)).split()[:3]) for e in examples)
    opening, most = openings.most_common(1)[0]
    if most > SAME_OPENING * len(examples):
        text = (
            f"{most / len(examples):.0%} of the questions begin with “{opening}”; people will ask "
            "in other ways too."
        )
        yield finding(Severity.WARNING, "variety", text)
    answers = Counter(plain(answer_of(example)) for example in examples)
    if len(answers) == 1:
        text = "All answers are the same; there is nothing to choose, and a prompt can say that."
        yield finding(Severity.ERROR, "variety", text)
