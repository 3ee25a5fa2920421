"""Looks at examples before a run: are there enough, and are they any good?

Ends in a verdict in words. How many are needed stands in enough.py.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from assistant.near_duplicates import groups, pairs
from assistant.training import balance, personal_data
from assistant.training.enough import Verdict, in_words, verdict
from assistant.training.examples import answer_of, question_of
from assistant.training.findings import Finding, Severity, finding, many, plain, short
from assistant.training.recipe import Way
from assistant.training.shown_passages import shown
from store.training_records import Example, Turn

ALIKE_QUESTIONS = 0.6  # of runs of words: questions are short, and a word more changes many of them
MOST_ALIKE = 0.3  # share of near-duplicates from which on a set has little variety


@dataclass(frozen=True)
class Checks:
    """What was found, the worst first, and the verdict: one word, and a text with its reason.

    `different` counts the examples without those that say the same again or cannot be learned.
    """

    findings: tuple[Finding, ...]
    verdict: Verdict
    text: str
    different: int


def check(
    examples: Sequence[Example],
    way: Way,
    count_tokens: Callable[[Sequence[Turn]], int],
    longest: int,
    evaluation_rows: Sequence[str] = (),
    *,
    held_out: Collection[str] = (),
    names: Sequence[str] = (),
) -> Checks:
    """Check examples for a way of training.

    `count_tokens` counts those of an example, of which `longest` may be; `evaluation_rows` are the
    questions of evaluation sets, `held_out` the ids of examples kept for validation or test if it
    is known which, and `names` those that count as personal data.
    """
    asks = way is not Way.CONTINUED
    answered = [example for example in examples if _has_answer(example, asks=asks)]
    findings = [*_without_answer(examples, answered)]
    if asks:
        findings += [*_contradictions(answered), *_leaks(answered, evaluation_rows)]
        findings += [*balance.findings(answered), *_passages(answered)]
    findings += [*_too_long(answered, count_tokens, longest), *_personal(answered, names)]
    again = _again(answered)
    findings += [*again.findings, *_across(answered, held_out)]
    different = len(answered) - again.superfluous
    order = list(Severity)
    return Checks(
        findings=tuple(sorted(findings, key=lambda finding: order.index(finding.severity))),
        verdict=verdict(different, way),
        text=in_words(different, way),
        different=different,
    )


def _has_answer(example: Example, *, asks: bool) -> bool:
    if not asks:
        return bool(example.turns and example.turns[-1].content.strip())
    return bool(answer_of(example).strip() and question_of(example).strip())


def _without_answer(examples: Sequence[Example], answered: Sequence[Example]) -> Iterator[Finding]:
    good = {example.id for example in answered}
    if bad := [example for example in examples if example.id not in good]:
        text = f"{many(bad)} no question or no answer and cannot be learned from."
        yield finding(Severity.ERROR, "no-answer", text, bad)


def _contradictions(examples: Sequence[Example]) -> Iterator[Finding]:
    """The same prompt, passages and all, with different answers."""
    by_prompt: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_prompt[plain("\n".join(turn.content for turn in example.turns[:-1]))].append(example)
    found = [
        group
        for group in by_prompt.values()
        if len({plain(answer_of(example)) for example in group}) > 1
    ]
    if found:
        which = "1 question is" if len(found) == 1 else f"{len(found):,} questions are"
        text = (
            f"{which} answered in different ways, for instance "
            f"“{short(question_of(found[0][0]))}”; a model cannot learn both."
        )
        yield finding(Severity.WARNING, "contradiction", text, sum(found, []))


def _leaks(examples: Sequence[Example], evaluation: Sequence[str]) -> Iterator[Finding]:
    """Questions that evaluation sets ask too, word for word or nearly so."""
    if not evaluation:
        return
    questions = [question_of(example) for example in examples]
    exact = {plain(question) for question in evaluation}
    alike = {
        first
        for first, second in pairs([*questions, *evaluation], ALIKE_QUESTIONS)
        if first < len(questions) <= second
    }
    leaked = [
        example
        for place, example in enumerate(examples)
        if place in alike or plain(questions[place]) in exact
    ]
    if leaked:
        text = (
            f"{many(leaked)} a question that an evaluation set asks too; its figures would "
            "tell what was learned by heart."
        )
        yield finding(Severity.ERROR, "leak", text, leaked)


def _passages(examples: Sequence[Example]) -> Iterator[Finding]:
    found = shown(examples)
    if found.rows:
        text = (
            f"{found.rows:,} of {len(examples):,} examples have passages: {found.with_right:,} "
            f"answer from them, with {found.distractors:.1f} other passages beside the right one, "
            f"and {found.without:,} decline."
        )
        yield finding(Severity.NOTE, "passages", text)


def _too_long(
    examples: Sequence[Example], count: Callable[[Sequence[Turn]], int], longest: int
) -> Iterator[Finding]:
    sizes = {example.id: count(example.turns) for example in examples}
    if bad := [example for example in examples if sizes[example.id] > longest]:
        text = (
            f"{many(bad)} more than {longest:,} tokens (the longest {max(sizes.values()):,}) "
            "and will be left out; shorten the passages or raise the longest example."
        )
        yield finding(Severity.WARNING, "too-long", text, bad)


def _personal(examples: Sequence[Example], names: Sequence[str]) -> Iterator[Finding]:
    kinds: Counter[personal_data.Kind] = Counter()
    marked = []
    for example in examples:
        if found := personal_data.kinds_in(example, names):
            kinds.update(found)
            marked.append(example)
    if marked:
        which = ", ".join(f"{kind.label} in {count:,}" for kind, count in kinds.most_common())
        text = f"{many(marked)} what seems personal data ({which}); a model may repeat it."
        yield finding(Severity.WARNING, "personal-data", text, marked)


@dataclass(frozen=True)
class _Again:
    findings: tuple[Finding, ...]
    superfluous: int


def _again(examples: Sequence[Example]) -> _Again:
    """Duplicates and near-duplicates; `superfluous` are those but the first of each group."""
    first: dict[str, Example] = {}
    same = [e for e in examples if first.setdefault(plain(_said(e)), e) is not e]
    findings = []
    if same:
        text = f"{many(same, 'is', 'are')} exactly like an earlier one; drop them."
        findings.append(finding(Severity.WARNING, "duplicate", text, same))
    near = [example for group in _alike(list(first.values())) for example in group[1:]]
    if near:
        wide = len(near) > MOST_ALIKE * len(examples)
        text = (
            f"{many(near, 'is', 'are')} nearly the same as another one; near-duplicates are kept "
            "on one side when examples are set aside to check with"
        ) + ("; there is little variety." if wide else ".")
        severity = Severity.WARNING if wide else Severity.NOTE
        findings.append(finding(severity, "near-duplicate", text, near))
    return _Again(tuple(findings), len(same) + len(near))


def _across(examples: Sequence[Example], held_out: Collection[str]) -> Iterator[Finding]:
    """Those to check with that are nearly the same as one that is learned."""
    found = [
        example
        for group in (_alike(examples) if held_out else ())
        if not {e.id for e in group} <= set(held_out)
        for example in group
        if example.id in held_out
    ]
    if found:
        text = (
            f"{many(found)} been kept to check with and a near-duplicate among those to learn "
            "from; the figures will look too good."
        )
        yield finding(Severity.ERROR, "across", text, found)


def _alike(examples: Sequence[Example]) -> Iterator[list[Example]]:
    """Groups that ask nearly the same and answer nearly the same; passages they share are not what
    makes them alike."""
    for places in groups([question_of(example) for example in examples], ALIKE_QUESTIONS):
        asked_alike = [examples[place] for place in places]
        if len(places) > 1:
            for group in groups([answer_of(example) for example in asked_alike]):
                if len(group) > 1:
                    yield [asked_alike[place] for place in group]


def _said(example: Example) -> str:
    """What makes an example what it is: all it says but its instructions."""
    return "\n".join(turn.content for turn in example.turns if turn.role != "system")
