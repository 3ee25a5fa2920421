"""An answer in JSON as one block of runs (see answer_text.py), each checked value with its mark;
knows nothing of Streamlit."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.models.json_schema import pointed
from components.answer_text import Block, Run
from store.answer_records import AnswerSentence

INDENT = "  "


def json_block(text: str, sentences: Sequence[AnswerSentence] = ()) -> Block | None:
    """The block of an answer that is a JSON object; None for any other, and for one whose sentences
    were checked as text. What is still being written is drawn as far as it goes."""
    if not text.lstrip().startswith("{") or not all(one.path for one in sentences):
        return None
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return None if sentences else {"kind": "json", "runs": [_plain(text)]}
    by_path = {sentence.path: sentence for sentence in sentences}
    return {"kind": "json", "runs": list(_runs(answer, "", "\n", "", by_path))}


def _runs(
    value: Any, path: str, line: str, end: str, by_path: Mapping[str, AnswerSentence]
) -> Iterator[Run]:
    """A value and what ends it; `line` begins a line as deep as the value stands."""
    if not isinstance(value, dict | list) or not value:
        yield from _value(json.dumps(value, ensure_ascii=False) + end, by_path.get(path))
        return
    named = isinstance(value, dict)
    inner = line + INDENT
    yield _plain("{" if named else "[")
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for number, (key, entry) in enumerate(entries, start=1):
        name = f"{json.dumps(key, ensure_ascii=False)}: " if named else ""
        yield _plain(inner + name)
        comma = "," if number < len(value) else ""
        yield from _runs(entry, f"{path}/{pointed(key)}", inner, comma, by_path)
    yield _plain(line + ("}" if named else "]") + end)


def _value(text: str, sentence: AnswerSentence | None) -> Iterator[Run]:
    if sentence is None:
        yield _plain(text)
        return
    yield {"text": text, "style": "", "verdict": sentence.verdict.value}
    yield from ({"chip": marker} for marker in sentence.citations)
    yield {"mark": sentence.verdict.value, "why": sentence.reason}


def _plain(text: str) -> Run:
    return {"text": text, "style": "", "verdict": ""}
