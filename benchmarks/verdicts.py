"""How well the verdicts on sentences tell what a passage bears out from what was changed in it.

Sentences that their passage supports (SQuAD's articles word for word, the same lightly rewritten,
people's answers of ClapNQ) are judged as they are, and with one thing changed: a number, a name, a
date, a negation, a unit, or the passage they cite. `DATA` is a folder with `squad` and
`instructions`. The checks are made on the first half of the titles; the second half counts.
"""

import argparse
import random
import time
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from assistant.answering.citations import Cited
from assistant.answering.verification import SUPPORTED, judge
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.hits import Hit
from assistant.retrieval.selection import Passage
from assistant.sentences import count_words, sentence_spans, sentences
from benchmarks.altered_sentences import CHANGES, Chance, names_in, rewritten
from benchmarks.answers import plain, squad
from benchmarks.screening import rows
from pretraining.reranker_pairs import joined
from store.answer_records import Verdict
from store.records import Chunk, Document, Media

SENTENCES = 300  # of SQuAD in a half
FEWEST_WORDS = 6
SHARES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9)


@dataclass(frozen=True)
class Sentence:
    """A sentence that its passage supports; `beside` are other passages of the article."""

    source: str
    text: str
    title: str
    passage: str
    beside: tuple[str, ...] = ()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, default=SENTENCES, help="SQuAD sentences of a half")
    parser.add_argument("--half", choices=("first", "second"), default="second")
    parser.add_argument(
        "--curve", action="store_true", help="also other shares of words that are asked for"
    )
    parser.add_argument("--show", type=int, default=0, help="misjudged sentences shown of a kind")
    given = parser.parse_args()
    supported = list(material(given.data, given.half, given.limit))
    started = time.process_time()
    judged = [(one.source, one, *judged_as(one.text, one.passage, one.title)) for one in supported]
    changed = list(perturbed(supported))
    each = (time.process_time() - started) * 1000 / (len(judged) + len(changed))
    print(f"{given.half} half of the titles; {each:.1f} ms of processor a sentence\n")
    print(
        "| sentences | number | supported | weak | unsupported | AUC |\n|---|---|---|---|---|---|"
    )
    scores = [score for *_, score in judged]
    for source in dict.fromkeys(source for source, *_ in judged):
        mine = [row[2:] for row in judged if row[0] == source]
        against = [row[3] for row in changed if row[1].source == source]
        print(line(f"as they are: {source}", mine, auc([s for _, s in mine], against)))
    for kind in CHANGES | {"wrong passage": None}:
        its = [row[2:] for row in changed if row[0] == kind]
        print(line(f"changed: {kind}", its, auc(scores, [s for _, s in its])))
    everything = [row[2:] for row in changed]
    print(line("changed: all", everything, auc(scores, [s for _, s in everything])))
    if given.curve:
        curve([row[1] for row in judged], [row[1] for row in changed])
    show(judged, changed, given.show)


def curve(supported: Sequence[Sentence], changed: Sequence[Sentence]) -> None:
    """Print what a stricter or laxer share of words costs."""
    print("\n| share of words | supported, called so | changed, called supported |\n|---|---|---|")
    for share in SHARES:
        called = (
            [judged_as(s.text, s.passage, s.title, share)[0] is Verdict.SUPPORTED for s in some]
            for some in (supported, changed)
        )
        print(f"| {share} |", " | ".join(f"{fmean(one):.1%}" for one in called), "|")


def material(data: Path, half: str, limit: int) -> Iterator[Sentence]:
    """The supported sentences of a half of the titles."""
    articles: dict[str, dict[str, None]] = defaultdict(dict)
    for row in squad(data / "squad" / "dev-v1.1-A.jsonl.gz"):
        articles[row["title"].replace("_", " ")][row["context"]] = None
    found = [
        Sentence("SQuAD", text, title, passage, tuple(p for p in articles[title] if p != passage))
        for title in half_of(sorted(articles), half)
        for passage in articles[title]
        for text in sentences(passage)
        if count_words(text) >= FEWEST_WORDS and text[0].isupper() and text[-1] in ".!?"
    ]
    draw = random.Random(1)
    drawn = draw.sample(found, min(limit, len(found)))
    yield from drawn
    for one in drawn:
        text = rewritten(one.text, one.title, draw)
        yield Sentence("SQuAD, rewritten", text, one.title, one.passage, one.beside)
    asked = [row for row in rows(data / "instructions" / "clapnq_dev_A.jsonl") if row["answerable"]]
    titles = set(half_of(sorted({row["title"] for row in asked}), half))
    for row in asked:
        if row["title"] in titles:
            for text in dict.fromkeys(s for a in row["answers"] for s in sentences(joined(a))):
                if count_words(text) >= FEWEST_WORDS:
                    yield Sentence("ClapNQ", text, row["title"], joined(row["passage"]))


def half_of(titles: Sequence[str], half: str) -> Sequence[str]:
    middle = len(titles) // 2
    return titles[:middle] if half == "first" else titles[middle:]


def perturbed(supported: Sequence[Sentence]) -> Iterator[tuple[str, Sentence, Verdict, float]]:
    """Every change that each sentence allows, with its verdict and its score."""
    draw = random.Random(2)
    names: dict[str, list[str]] = {one.title: names_in(one.passage) for one in supported}
    for one in supported:
        away = names[draw.choice([title for title in names if title != one.title and names[title]])]
        for kind, change in CHANGES.items():
            text = change(one.text, Chance(draw, one.passage, away))
            if text and plain(text) != plain(one.text):
                said = Sentence(one.source, text, one.title, one.passage)
                yield kind, said, *judged_as(text, one.passage, one.title)
        beside = [p for p in one.beside if plain(one.text) not in plain(p)]
        if beside:
            said = Sentence(one.source, one.text, one.title, draw.choice(beside))
            yield "wrong passage", said, *judged_as(said.text, said.passage, said.title)


def judged_as(
    text: str, passage: str, title: str, share: float = SUPPORTED
) -> tuple[Verdict, float]:
    """The verdict on a sentence that cites this passage of an article, and its score."""
    found = judge(Cited(text, (1,)), [as_passage(passage, title)], supported=share)
    return found.verdict, found.support


def as_passage(text: str, title: str) -> Passage:
    """A passage of an article as a model gets it, every sentence of it as evidence."""
    chunk = Chunk("c", title, 0, 1, None, "", 0, len(text), text, title)
    now = datetime.now(UTC)
    document = Document(title, "library", title, title, "", Media.TEXT, len(text), 1, 1, now)
    evidence = tuple(Evidence(a, b, text[a:b], 0.5) for a, b in sentence_spans(text))
    return Passage(1, Hit(chunk, document, {}, {}), evidence)


def auc(supported: Sequence[float], changed: Sequence[float]) -> float:
    """How often a supported sentence has a better score than a changed one; half for the same."""
    ordered = sorted(supported)
    worse = sum(bisect_left(ordered, s) + bisect_right(ordered, s) for s in changed) / 2
    return 1 - worse / max(1, len(ordered) * len(changed))


def line(name: str, found: Sequence[tuple[Verdict, float]], area: float) -> str:
    verdicts = [verdict for verdict, _ in found]
    shares = " | ".join(f"{verdicts.count(v) / max(1, len(found)):.1%}" for v in Verdict)
    return f"| {name} | {len(found)} | {shares} | {area:.3f} |"


def show(
    judged: Sequence[tuple[str, Sentence, Verdict, float]],
    changed: Sequence[tuple[str, Sentence, Verdict, float]],
    many: int,
) -> None:
    """Print the supported sentences with the worst scores and the changed ones with the best."""
    for rows_of, wrong, sign in ((judged, False, 1), (changed, True, -1)):
        for kind in dict.fromkeys(row[0] for row in rows_of):
            misjudged = [
                r for r in rows_of if r[0] == kind and (r[2] is Verdict.SUPPORTED) == wrong
            ]
            for _, one, verdict, score in sorted(misjudged, key=lambda r: sign * r[3])[:many]:
                print(f"\n{kind}: {verdict} {score:.2f}\n  {one.text}\n  IN {one.passage}")


if __name__ == "__main__":
    main()
