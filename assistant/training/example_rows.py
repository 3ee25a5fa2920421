"""One row of a file of examples as the turns of an example, or the reason why it is none.

A row is a chat (`{"messages": [{"role", "content"}, …]}`), an instruction (`instruction`, `input`,
`output`), or a question with its answer (`question`, `answer`, or `prompt`, `completion`). Rows
without a chat are given the prompt that answering writes without passages.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answering.prompt import build_prompt
from assistant.training.examples import ASSISTANT, SYSTEM, USER, turns_of
from store.training_records import Turn

LONGEST = 100_000  # characters of one row
SHOWN = 2_000  # characters of a refused row that are kept to be mended
PAIRS = (("question", "answer"), ("prompt", "completion"))
KEYS = "messages, instruction and output, question and answer, or prompt and completion"


@dataclass(frozen=True)
class Accepted:
    """A row that is an example; `line` counts from 1."""

    line: int
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Refused:
    """A row that is none, with the reason in a sentence. `text` is the row as JSON, or as it was
    where it is none; it can be mended and given to `read_row`."""

    line: int
    reason: str
    text: str


class _Unusable(Exception):
    "Why a row cannot be used."


def read_row(text: str, line: int) -> Accepted | Refused:
    """One row as JSON, for instance a refused one that was mended."""
    if len(text) > LONGEST:
        reason = f"The row has {len(text):,} characters; the most is {LONGEST:,}."
        return Refused(line, reason, text[:SHOWN])
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        reason = f"This is no JSON ({error.msg} at character {error.pos + 1})."
        return Refused(line, reason, text[:SHOWN])
    except (ValueError, RecursionError):  # a number of thousands of digits, or nested too deeply
        return Refused(line, "This is no JSON that can be read.", text[:SHOWN])
    return read_object(row, line, text)


def kind_of(keys: Iterable[Any]) -> str:
    """The key that tells what a row is; "" for none that is known."""
    have = set(keys)
    if "messages" in have:
        return "messages"
    if {"instruction", "output"} <= have:
        return "instruction"
    return next((question for question, answer in PAIRS if {question, answer} <= have), "")


def read_object(row: Any, line: int, text: str) -> Accepted | Refused:
    """A row that was read already; `text` is what it is shown as when it is refused."""
    try:
        turns = _turns(row)
        _check(turns)
    except _Unusable as error:
        return Refused(line, str(error), text[:SHOWN])
    return Accepted(line, turns)


def _turns(row: Any) -> tuple[Turn, ...]:
    if not isinstance(row, dict):
        raise _Unusable(f"The row is no object with the keys {KEYS}.")
    kind = kind_of(row)
    if kind == "messages":
        return _chat(row["messages"])
    if kind == "instruction":
        extra = _text(row.get("input") or "", "The input")
        instruction = _text(row["instruction"], "The instruction")
        asked = f"{instruction}\n\n{extra}" if extra and instruction else instruction
        return _pair(asked, _text(row["output"], "The output"))
    for question, answer in PAIRS:
        if kind == question:
            asked = _text(row[question], f"The {question}")
            return _pair(asked, _text(row[answer], f"The {answer}"))
    found = ", ".join(map(str, row)) or "none"
    raise _Unusable(f"The row needs the keys {KEYS}; it has {found[:200]}.")


def _pair(asked: str, answer: str) -> tuple[Turn, ...]:
    return turns_of(build_prompt(asked, None), answer)


def _chat(messages: Any) -> tuple[Turn, ...]:
    if not isinstance(messages, list) or not messages:
        raise _Unusable("messages is no list of turns.")
    turns = []
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, Mapping) or not {"role", "content"} <= set(message):
            raise _Unusable(f"Turn {number} has no role and content.")
        role, content = message["role"], message["content"]
        if isinstance(content, list) and all(_is_text_part(part) for part in content):
            content = "".join(part["text"] for part in content)
        turns.append(Turn(str(role), _text(content, f"Turn {number}")))
    return tuple(turns)


def _is_text_part(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("text"), str)


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise _Unusable(f"{what} is {_named(value)}, not text.")
    text: str = value.replace("\x00", "").strip()
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _Unusable(f"{what} has half a character in it (a lone surrogate).") from None
    return text


def _named(value: Any) -> str:
    if value is None:
        return "empty"
    kinds: dict[type, str] = {bool: "true or false", dict: "an object", list: "a list"}
    return kinds.get(type(value), "a number")


def _check(turns: Sequence[Turn]) -> None:
    """Raises _Unusable unless user and assistant take turns and the assistant has the last word."""
    for number, turn in enumerate(turns, start=1):
        if turn.role not in (SYSTEM, USER, ASSISTANT):
            raise _Unusable(
                f"Turn {number} has the role {turn.role[:40]!r}; there are system, user and "
                "assistant."
            )
    said = turns[1:] if turns[0].role == SYSTEM else turns
    for number, turn in enumerate(said, start=1):
        wanted = USER if number % 2 else ASSISTANT
        if turn.role != wanted:
            raise _Unusable(
                f"The roles are out of order: {turn.role} stands where {wanted} should; a system "
                "turn may come first, then user and assistant take turns."
            )
        if not turn.content:
            raise _Unusable(f"The {'question' if wanted == USER else 'answer'} is empty.")
    if len(said) % 2 or not said:
        raise _Unusable("There is no answer: the last turn must be the assistant's.")
