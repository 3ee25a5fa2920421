"""The shapes of the command line's JSON, and the same as plain text."""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing as Closing
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from assistant.cli_trace import trace_text
from assistant.models.catalog import ModelEntry
from assistant.workspace import Workspace
from store.answer_records import Citation, Message, Trace
from store.errors import NotFound
from store.page_names import place
from store.records import Job, JobState
from store.serialization import from_json, to_json

__all__ = [
    "Closing",
    "answer",
    "as_text",
    "ingested",
    "model",
    "refused",
    "search",
    "stages",
    "stopwatch",
    "unanswered",
]


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Gives a function that returns the seconds passed so far."""
    started = time.perf_counter()
    yield lambda: round(time.perf_counter() - started, 3)


def ingested(workspace: Workspace, job: Job) -> dict[str, Any]:
    """One file of `add`: ready, duplicate or failed (with "password" where one is needed)."""
    status = str(job.state) if job.state in (JobState.READY, JobState.DUPLICATE) else "failed"
    row = {"id": job.document_id, "name": job.name, "status": status, "reason": job.reason or None}
    try:
        document = workspace.library.document(job.document_id)
        counts = _counts(document.pages, document.chunks, document.quarantined)
    except NotFound:
        counts = _counts()
        row["id"] = None
    return {**row, **counts, "needs_password": job.state is JobState.NEEDS_PASSWORD}


def refused(name: str, reason: str) -> dict[str, Any]:
    """A file that was not even queued."""
    return {
        "id": None,
        "name": name,
        "status": "failed",
        "reason": reason,
        **_counts(),
        "needs_password": False,
    }


def _counts(pages: int = 0, chunks: int = 0, quarantined: int = 0) -> dict[str, int]:
    return {"pages": pages, "chunks": chunks, "quarantined": quarantined}


def stages(jobs: Sequence[Job]) -> dict[str, float]:
    """Seconds spent per stage over all jobs."""
    named = {"read": "parse", "chunk": "chunk", "embed": "embed", "store": "store"}
    return {
        shown: round(sum(job.stage_seconds.get(stage, 0.0) for job in jobs), 3)
        for stage, shown in named.items()
    }


def search(
    workspace: Workspace, query: dict[str, Any], given: argparse.Namespace
) -> dict[str, Any]:
    """The hits of one query."""
    started = time.perf_counter()
    kb = given.kb or workspace.settings.kb
    hits = workspace.retriever.search(query["text"], kb=kb, k=given.k)
    return {
        "id": query["id"],
        "query": query["text"],
        "milliseconds": round((time.perf_counter() - started) * 1000, 2),
        "hits": [
            {
                "document": hit.document.name,
                "page": hit.page,
                "chunk": hit.chunk.id,
                "text": hit.chunk.text,
                "score": hit.scores["fused"],
            }
            for hit in hits
        ],
    }


def answer(question: dict[str, Any], message: Message) -> dict[str, Any]:
    """One answered question."""
    return {
        "id": question["id"],
        "question": question["text"],
        "answer": message.text,
        "refused": message.refused,
        "sentences": [
            {"text": s.text, "verdict": str(s.verdict), "citations": list(s.citations)}
            for s in message.sentences
        ],
        "citations": [_citation(c) for c in message.citations],
        "fit": to_json(message.fit) if message.fit else None,
        "trace": message.trace_id,
        "model": message.model,
        "milliseconds": {
            name: message.milliseconds.get(name) for name in ("retrieval", "first_token", "total")
        },
        "error": message.error or None,
    }


def unanswered(question: dict[str, Any], reason: str) -> dict[str, Any]:
    """A question that was not even asked."""
    nothing = Message("", "", "assistant", "", datetime.now(UTC), error=reason)
    return answer(question, nothing)


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "marker": citation.marker,
        "document": citation.document,
        "page": citation.page,
        "label": citation.label,
        "quote": citation.quote,
    }


def model(entry: ModelEntry) -> dict[str, Any]:
    """One model of the catalogue."""
    return {"name": entry.name, "kind": entry.kind, "base": entry.base, "status": entry.status}


def as_text(result: dict[str, Any]) -> str:
    """A result for people: answers and traces as prose, everything else as a plain list."""
    if "answers" in result:
        return "\n\n".join(_answer_text(a) for a in result["answers"])
    if "report" in result:
        return _ladder_text(result["report"])
    if "candidates" in result:
        return trace_text(from_json(Trace, result))
    lines: list[str] = []
    for name, value in result.items():
        if name == "error":
            continue
        if isinstance(value, list):
            lines += [_line(entry) for entry in value] or [f"no {name}"]
        else:
            lines.append(f"{name}: {value}")
    return "\n".join(lines)


def _ladder_text(report: dict[str, Any]) -> str:
    """A row for each way of searching: means with their 95 % intervals, and milliseconds."""
    rungs = report["retrieval"]
    rows = [["search", *rungs[0]["figures"], "ms"]]
    for rung in rungs:
        figures = (
            f"{f['mean']:.3f} ({f['low']:.2f}-{f['high']:.2f})" for f in rung["figures"].values()
        )
        rows.append([rung["name"], *figures, f"{rung['milliseconds']:.0f}"])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    told = f"{report['questions']} questions"
    if report["left_out"]:
        told += f"; {report['left_out']} left out, whose answers are not in the library"
    return "\n".join([told, *("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)])


def _answer_text(answer: dict[str, Any]) -> str:
    lines = [answer["error"] or answer["answer"]]
    for c in answer["citations"]:
        where = place(c["document"], c["page"], c["label"])
        lines.append(f"[{c['marker']}] {where}: “{c['quote']}”")
    if answer["trace"]:
        lines.append(f"trace: {answer['trace']}")
    return "\n".join(lines)


def _line(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    if "hits" in entry:
        hits = [
            f"{n}. {h['document']}{', page ' + str(h['page']) if h['page'] else ''}: {h['text']}"
            for n, h in enumerate(entry["hits"], start=1)
        ]
        return "\n".join([entry["query"], *hits])
    shown = (
        *("id", "name", "status", "pages", "chunks", "reason", "kind", "ok", "found"),
        *("step", "loss", "before", "after"),
    )
    parts = [f"{key}={entry[key]}" for key in shown if entry.get(key) not in (None, "")]
    if entry.get("quarantined"):
        parts.append(f"held back={entry['quarantined']}")
    return "  ".join(parts)
