"""Examples of answers in JSON over the sample documents: `python -m pretraining.json_format`.

Writes samples/json-format.jsonl and json-format-test.jsonl like pretraining/support_voice.py; the
answers fit samples/json-format.schema.json.
"""

import json
from collections.abc import Sequence

from assistant.answering.condensing import evidence_lines
from assistant.retrieval.selection import Passage
from pretraining.support_voice import write

EVERY = 10  # so often the passages are another question's, and so often there are none


def main() -> None:
    write("json-format", structured, every=EVERY)


def structured(_question: str, passages: Sequence[Passage] | None, found: bool) -> str:
    """The best line with the number of its passage, or that nothing was found."""
    marker, line = evidence_lines(passages or ())[0] if found else (None, "")
    return json.dumps({"answer": line, "passage": marker, "found": found}, ensure_ascii=False)


if __name__ == "__main__":
    main()
