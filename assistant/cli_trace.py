"""A trace as plain text: how an answer came about, for people at a terminal."""

from collections.abc import Iterator
from textwrap import indent

from store.answer_records import AnswerSentence, Candidate, Span, Trace
from store.page_names import place


def trace_text(trace: Trace) -> str:
    """The whole trace in the order things happened, each part under its name."""
    parts = [_facts(trace)]
    for name, lines in (
        ("Stages (milliseconds)", [_stage(span) for span in trace.spans]),
        ("Candidates", [_candidate(one) for one in trace.candidates]),
        ("Prompt", [f"{part['role']}:\n{indent(part['content'], '  ')}" for part in trace.prompt]),
        ("Answer", [trace.answer or trace.error]),
        ("Verdicts", [_verdict(sentence) for sentence in trace.sentences]),
        ("Sources", list(_sources(trace))),
        ("Notes", list(trace.notes)),
        ("Settings", [f"{setting}: {value}" for setting, value in trace.settings.items()]),
    ):
        if lines:
            parts.append(f"{name}\n{indent(chr(10).join(lines), '  ')}")
    return "\n\n".join(parts)


def _facts(trace: Trace) -> str:
    outcome = "refused" if trace.refused else str(trace.state)
    facts = {
        "Question": trace.question,
        "Searched for": trace.rewritten,
        "Outcome": f"{outcome}: {trace.error}" if trace.error else outcome,
        "Model": f"{trace.model} + {trace.adapter}" if trace.adapter else trace.model,
        "Knowledge base": f"{trace.kb}, version {trace.kb_version}",
        "Asked": trace.created_at.astimezone().isoformat(" ", "seconds"),
        "Tokens": ", ".join(f"{name} {number:,}" for name, number in trace.tokens.items()),
    }
    return "\n".join(f"{name}: {value}" for name, value in facts.items() if value)


def _stage(span: Span) -> str:
    found = ", ".join(f"{name} {value}" for name, value in span.attributes.items())
    line = f"{span.start_ms:8.1f} +{span.duration_ms:8.1f}  {span.name}"
    return f"{line}: {found}" if found else line


def _candidate(one: Candidate) -> str:
    fate = f"{one.fate} [{one.marker}]" if one.marker else str(one.fate)
    stages = [
        f"{stage} {f'#{one.ranks[stage]} ' if stage in one.ranks else ''}{score:.3g}"
        for stage, score in one.scores.items()
    ]
    line = f"{fate:15}  {place(one.document, one.page, one.label)}: {', '.join(stages)}"
    return f"{line} ({one.reason})" if one.reason else line


def _verdict(sentence: AnswerSentence) -> str:
    markers = "".join(f" [{marker}]" for marker in sentence.citations)
    return f"{sentence.verdict}: {sentence.text}{markers} ({sentence.reason})"


def _sources(trace: Trace) -> Iterator[str]:
    for citation in trace.citations:
        where = place(citation.document, citation.page, citation.label)
        yield f"[{citation.marker}] {where}: “{citation.quote}”"
