"""How a tuned embedding model finds passages against the one before: on the questions kept aside,
and on general ones, for what it forgot."""

import numpy as np

from assistant.models.embedding import SentenceEmbeddings
from assistant.training.embedding_pairs import cited_passages, shown_passages
from assistant.training.embedding_tuning import Searches
from assistant.training.examples import question_of
from assistant.training.general import general_examples
from assistant.training.index_comparison import MAIN, MEASURES
from store.training_records import Guard, Report

MOST_FORGOTTEN = 0.02  # of nDCG@10 on general questions: what chance moves
GENERAL = "nDCG@10, general questions"


def make_report(
    searches: Searches, before: SentenceEmbeddings, after: SentenceEmbeddings
) -> Report:
    """Figures of both models, and what is to be said against the tuned one."""
    old, new = measure(searches, before), measure(searches, after)
    figures = {name: (old[name], new[name]) for name in MEASURES}
    guards = [_finds_better(len(searches.questions), old[MAIN], new[MAIN])]
    general = _general()
    if general.questions:
        was, now = measure(general, before)[MAIN], measure(general, after)[MAIN]
        figures[GENERAL] = (was, now)
        guards.append(_remembers(was, now))
    note = (
        f"Measured on {len(searches.questions):,} questions kept aside, searched for among "
        f"{len(searches.passages):,} passages: those that answer them and those most like these. "
        "Build its index to compare both on the whole knowledge base."
    )
    return Report(figures, tuple(guards), notes=(note,))


def measure(searches: Searches, model: SentenceEmbeddings) -> dict[str, float]:
    """The mean of every measure over the questions."""
    ids, asked = list(searches.passages), list(searches.questions)
    corpus = model.encode([searches.passages[i] for i in ids])
    questions = model.encode([searches.questions[key] for key in asked])
    order = np.argsort(-(questions @ corpus.T), axis=1)[:, : max(k for _, k in MEASURES.values())]
    rankings = {key: [ids[n] for n in row] for key, row in zip(asked, order, strict=True)}
    gains = {key: dict.fromkeys(searches.answers[key], 1.0) for key in asked}
    return {
        name: float(np.mean([of(rankings[key], gains[key], k) for key in asked]))
        for name, (of, k) in MEASURES.items()
    }


def _finds_better(questions: int, before: float, after: float) -> Guard:
    red = after <= before
    words = "does not find better" if red else "finds better"
    text = (
        f"On {questions:,} questions it has never seen it {words}: nDCG@10 is {after:.3f}, "
        f"{before:.3f} before."
    )
    return Guard("finds_better", "Finds better", before, after, "more than before", red, text)


def _remembers(before: float, after: float) -> Guard:
    red = after < before - MOST_FORGOTTEN
    words = "It finds less" if red else "It finds as much"
    text = f"{words} for general questions: nDCG@10 is {after:.3f}, {before:.3f} before."
    limit = f"at most {MOST_FORGOTTEN} less than before"
    return Guard("general", "Forgets nothing", before, after, limit, red, text)


def _general() -> Searches:
    """The general examples whose answers cite, searched for among all their passages."""
    passages, questions = dict[str, str](), dict[str, str]()
    answers: dict[str, frozenset[str]] = {}
    for one in general_examples():
        passages |= {text: text for text in shown_passages(one.example).values()}
        if cited := cited_passages(one.example):
            questions[one.example.id] = question_of(one.example)
            answers[one.example.id] = frozenset(cited)
    return Searches(questions, passages, answers)
