"""Courtesies and refusals of a model claim nothing; everything else does."""

import pytest

from assistant.answering.claims import claims, declines
from assistant.models.mini_format import CANNOT_FIND, NO_DOCUMENTS


@pytest.mark.parametrize(
    "sentence",
    (
        "Thanks for asking!",
        "Is there anything else I can help you with?",
        "Happy to help!",
        "Please let us know if you have any more questions.",
        "You're welcome.",
        "I hope this helps.",
    ),
)
def test_courtesies_claim_nothing(sentence):
    assert not claims(sentence) and not declines(sentence)


@pytest.mark.parametrize(
    "sentence",
    (
        CANNOT_FIND,
        NO_DOCUMENTS,
        "I could not find this in the passages.",
        "I'm sorry, I can't answer that from the documents.",
        "The passages do not mention the price of the ticket.",
        "There is no information about dental insurance.",
        "I do not know.",
    ),
)
def test_declining_claims_nothing(sentence):
    assert declines(sentence) and not claims(sentence)


@pytest.mark.parametrize(
    "sentence",
    (
        "Lost property is kept for 90 days.",
        "Yes.",
        "It is 42.",
        "The team cannot be reached after six.",
        "Tickets are free.",
        "You cannot find a seat after six.",
        "Passengers may not find a seat in summer.",
        "No documents are needed to travel between the islands.",
    ),
)
def test_statements_claim_something(sentence):
    assert claims(sentence)
