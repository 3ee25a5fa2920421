"""Settings come from the environment; wrong ones are named in one sentence."""

from dataclasses import fields
from pathlib import Path

import pytest

from assistant.errors import BadInput
from assistant.settings import PREFIX, Settings


def settings(**environment: str) -> Settings:
    return Settings.from_environment({PREFIX + k.upper(): v for k, v in environment.items()})


def test_defaults_hold_where_the_environment_says_nothing():
    assert settings() == Settings(home=Path("~/.openbook").expanduser())
    assert settings(kb="", ocr="  ") == settings()


def test_values_are_read_in_their_kind():
    made = settings(
        home="~/books", kb=" mine ", chunk_words="50", refusal_threshold="0.25", ocr="No"
    )
    assert made.home == Path.home() / "books"
    assert made.kb == "mine"
    assert made.chunk_words == 50
    assert made.refusal_threshold == 0.25
    assert made.ocr is False


def test_given_values_win_over_the_environment(tmp_path):
    environment = {"OPENBOOK_HOME": "/elsewhere", "OPENBOOK_KB": "mine"}
    made = Settings.from_environment(environment, home=tmp_path)
    assert (made.home, made.kb) == (tmp_path, "mine")


def test_home_is_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert settings(home="books").home == tmp_path / "books"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("chunk_words", "many", "OPENBOOK_CHUNK_WORDS is 'many', which is not a whole number."),
        ("chunk_words", "0", "OPENBOOK_CHUNK_WORDS is 0, which is not at least 10."),
        ("page_limit", "-3", "OPENBOOK_PAGE_LIMIT is -3, which is not at least 1."),
        ("ocr", "perhaps", "OPENBOOK_OCR is 'perhaps', which is not yes or no."),
        ("refusal_threshold", "x", "OPENBOOK_REFUSAL_THRESHOLD is 'x', which is not a number."),
        (
            "refusal_threshold",
            "nan",
            "OPENBOOK_REFUSAL_THRESHOLD is nan, which is not from 0 to 1.",
        ),
        ("refusal_threshold", "2", "OPENBOOK_REFUSAL_THRESHOLD is 2, which is not from 0 to 1."),
        ("chunk_overlap", "500", "OPENBOOK_CHUNK_OVERLAP is 500, which must be less than "),
    ],
)
def test_wrong_value_is_named_with_what_it_should_be(name, value, sentence):
    with pytest.raises(BadInput) as refused:
        settings(**{name: value})
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("entry", fields(Settings), ids=lambda entry: entry.name)
def test_every_setting_has_a_sentence_of_help(entry):
    assert entry.metadata["help"].endswith(".")
