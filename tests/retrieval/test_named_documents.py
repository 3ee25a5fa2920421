"""Which documents a question names."""

import pytest

from assistant.retrieval.named_documents import named

TITLES = {
    "express": "United Ferries Company – UNITEDFERRIES 2022 10K",
    "annual": "FJORD LINES INC. – FJORDLINES 2023 10K",
    "quarter": "FJORD LINES INC. – FJORDLINES 2024Q2 10Q",
}


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("What was the largest liability of United Ferries?", "express"),
        ("How many ships does UNITEDFERRIES have?", "express"),
        ("Did revenue of Fjord Lines grow in FY2023?", "annual"),
        ("Did revenue of Fjord Lines grow in FY23?", "annual"),
        ("What did Fjord Lines earn in Q2 of 2024?", "quarter"),
        ("Was there a drop in Q22024 for Fjord's ferries?", "quarter"),
    ],
)
def test_names_years_and_quarters_tell_documents_apart(question, document):
    found = named(question, TITLES)
    assert found[document] == 1.0
    assert all(share < 1.0 for key, share in found.items() if key != document)


def test_name_in_one_word_counts_as_much_as_in_two():
    titles = {"one": "BESTFISH 2023", "two": "Best Fish – BESTFISH 2023", "other": "Bakery 2023"}
    found = named("What did Best Fish sell in 2023?", titles)
    assert found == {"one": 1.0, "two": 1.0, "other": 0.0}


def test_question_that_names_none_leaves_them_alike():
    assert set(named("How long is lost property kept?", TITLES).values()) == {0.0}
    assert named("How long is lost property kept?", {}) == {}


def test_what_all_titles_have_tells_nothing():
    alike = {"a": "Handbook 2024", "b": "Handbook 2025"}
    assert named("What does the handbook say?", alike) == {"a": 0.0, "b": 0.0}
    assert named("anything of the guide", {"only": "Guide"}) == {"only": 0.0}
