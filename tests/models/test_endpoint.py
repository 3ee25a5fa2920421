"""Addresses, names of key variables and presets of OpenAI-compatible servers."""

import pytest

from assistant.errors import BadInput
from assistant.models.endpoint import Endpoint, checked_address, checked_key_variable
from assistant.models.presets import PRESETS

KEY = "sk-harbour-0123456789"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" http://127.0.0.1:11434/v1/ ", "http://127.0.0.1:11434/v1"),
        ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
        ("http://box:8000", "http://box:8000"),
        ("http://[::1]:8080/v1/models", "http://[::1]:8080/v1"),
    ],
)
def test_address_is_kept_without_what_was_pasted_along(typed, kept):
    assert checked_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "127.0.0.1:11434",
        "ftp://box/v1",
        "http://",
        f"http://me:{KEY}@box/v1",
        f"http://box/v1?key={KEY}",
    ],
)
def test_address_that_cannot_be_used_is_refused_without_repeating_a_key(typed):
    with pytest.raises(BadInput) as raised:
        checked_address(typed)
    assert KEY not in str(raised.value)


def test_name_of_a_variable_is_taken_and_a_key_is_not():
    assert checked_key_variable(" OPENAI_API_KEY ") == "OPENAI_API_KEY"
    assert checked_key_variable("") == ""
    with pytest.raises(BadInput) as raised:
        checked_key_variable(KEY)
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        ("http://127.0.0.1:11434/v1", True),
        ("http://localhost:8000/v1", True),
        ("http://[::1]/v1", True),
        ("http://192.168.1.5/v1", False),
        ("https://api.openai.com/v1", False),
        ("http://127.0.0.1.example.com/v1", False),
    ],
)
def test_address_tells_whether_it_is_this_machine(address, stays):
    assert Endpoint(address).on_this_machine is stays


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_preset_can_be_kept_as_it_is(preset):
    assert checked_address(preset.address) == preset.address
    assert checked_key_variable(preset.key_variable) == preset.key_variable
    assert Endpoint(preset.address).on_this_machine is (preset.key_variable == "")
