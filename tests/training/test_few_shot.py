"""The few-shot prompt: that of answering, with the examples most like the question before it."""

from assistant.answering.prompt import WITH_PASSAGES, WITHOUT_PASSAGES, build_prompt
from assistant.models.scripted_chat import ScriptedChat
from assistant.training.few_shot import few_shot_prompt
from tests.passages import passage
from tests.training.made import example

FARES = example("How much is the fare?", "Gladly! £5.", system="Be kind.")
DOGS = example("May dogs come along?", "Gladly! They may.")
HOURS = example("When does the office open?", "Gladly! At nine.")
READING = example(
    '<passage number="1" document="d" heading="">\nCats pay £1.\n</passage>\n\nQuestion: Do cats '
    "pay?",
    "Gladly! Cats pay £1. [1]",
)
ALL = [FARES, DOGS, HOURS, READING]


def said(prompt) -> list[tuple[str, str]]:
    return [(message.type, str(message.text)) for message in prompt]


def test_the_most_alike_come_last_before_the_question():
    prompt = few_shot_prompt(ALL, "How much is the fare for dogs?", None, condensed=False, shots=2)
    assert said(prompt) == [
        ("system", WITHOUT_PASSAGES),
        ("human", "May dogs come along?"),
        ("ai", "Gladly! They may."),
        ("human", "How much is the fare?"),
        ("ai", "Gladly! £5."),
        ("human", "How much is the fare for dogs?"),
    ]


def test_with_passages_examples_with_passages_are_shown_and_the_rest_is_what_answering_sends():
    found = [passage("Dogs travel free of charge.")]
    prompt = few_shot_prompt(ALL, "Do dogs pay?", found, condensed=True)
    assert said(prompt)[0] == ("system", WITH_PASSAGES)
    assert [kind for kind, _ in said(prompt)] == ["system", "human", "ai", "human"]
    assert said(prompt)[1][1].startswith("<passage")
    plain = build_prompt("Do dogs pay?", found, condensed=True)
    assert prompt[-1] == plain[-1]  # with the evidence it carries beside its text


def test_any_examples_will_do_where_none_fit_and_empty_ones_never():
    empty = example("What?", "")
    prompt = few_shot_prompt([DOGS, empty], "Do dogs pay?", [passage("Free.")], condensed=True)
    assert [text for _, text in said(prompt)[1:3]] == ["May dogs come along?", "Gladly! They may."]
    assert len(few_shot_prompt([empty], "Do dogs pay?", None, condensed=False)) == 2


def test_examples_that_are_too_long_are_left_out():
    long = example("How much is the fare?", "word " * 200)
    prompt = few_shot_prompt([long, DOGS], "The fare?", None, condensed=False, most_tokens=100)
    assert [text for _, text in said(prompt)[1:-1]] == ["May dogs come along?", "Gladly! They may."]


def test_a_chat_model_answers_it():
    model = ScriptedChat(script=[{"match": "fare for dogs", "reply": "Gladly! Nothing."}])
    prompt = few_shot_prompt(ALL, "The fare for dogs?", None, condensed=False)
    assert model.invoke(prompt).text == "Gladly! Nothing."
