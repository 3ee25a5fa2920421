"""How sizes, dates and durations are put into words, and text made safe for Markdown."""

import re
from datetime import UTC, datetime

from store.records import Document, JobState

_SPECIAL = re.compile(r"([\\`*_\[\]<>~$|&^])")
_AT_START = re.compile(r"^([#+=-]|\d+(?=[.)]))")
_DIRECTIVE = re.compile(r":(?=[\w/+-]+[:\[])")
_WORD_JOINER = "\N{WORD JOINER}"
NO_BREAK = "\N{NO-BREAK SPACE}"


def plain(text: str) -> str:
    """`text` as Markdown that shows exactly these characters: no images, HTML or icons."""
    one_line = _DIRECTIVE.sub(":" + _WORD_JOINER, " ".join(text.split()))
    escaped = _SPECIAL.sub(r"\\\1", one_line)
    start = _AT_START.match(escaped)
    if start is None:
        return escaped
    end = start.end()
    return f"{escaped[:end]}\\{escaped[end:]}" if start[1].isdigit() else f"\\{escaped}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 page", "2 pages"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(number: int) -> str:
    """Bytes in the unit a person would choose."""
    if number < 1000:
        return count(number, "byte")
    value = float(number)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 1000 or unit == "GB":
            break
    return f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}"


def duration(milliseconds: float) -> str:
    """A measured time: "48 ms", "1.3 s", "2 min 5 s"."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def remaining(seconds: float) -> str:
    """An estimate of what is left, no finer than it deserves."""
    if seconds < 5:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5} seconds left"
    return f"about {round(seconds / 60)} minutes left"


def moment(when: datetime) -> str:
    """A date and time of day on the server's clock."""
    local = when.astimezone()
    return f"{local.day} {local:%b %Y, %H:%M}"


def pdf_date(value: str) -> str:
    """A date as PDF files write it ("D:20230307103337"), for people; anything else as it is."""
    found = re.match(r"(?:D:)?(\d{4})(\d{2})(\d{2})", value)
    if not found:
        return value
    year, month, number = map(int, found.groups())
    try:
        return f"{number} {datetime(year, month, number):%b %Y}"
    except ValueError:
        return value


def day(when: datetime, now: datetime | None = None) -> str:
    """Today, Yesterday, This week, or the month: the heading a conversation stands under."""
    local = when.astimezone()
    days = ((now or datetime.now(UTC)).astimezone().date() - local.date()).days
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    return "This week" if days < 7 else f"{local:%B %Y}"


def page_list(pages: tuple[int, ...], limit: int = 8) -> str:
    """Page numbers for a sentence: "2, 5 and 7"; long lists end in "and 12 more"."""
    shown = [str(page) for page in pages[:limit]]
    if len(pages) > limit:
        return ", ".join(shown) + f" and {len(pages) - limit} more"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}"


def marks(document: Document) -> str:
    """What a reader should know about how a document was read; "" when all went well."""
    found = []
    if document.pages_without_text:
        found.append(f"{count(len(document.pages_without_text), 'page')} without text")
    if document.pages_by_ocr:
        found.append(f"{count(len(document.pages_by_ocr), 'page')} by OCR")
    if document.quarantined:
        found.append(f"{count(document.quarantined, 'passage')} held back")
    return ", ".join(found)


STATE_WORDS = {
    JobState.QUEUED: "Waiting",
    JobState.RUNNING: "Working",
    JobState.NEEDS_PASSWORD: "Needs a password",
    JobState.READY: "Ready",
    JobState.DUPLICATE: "Already in the library",
    JobState.FAILED: "Failed",
    JobState.CANCELLED: "Cancelled",
}

STAGE_WORDS = {
    "read": ("Reading", "page"),
    "embed": ("Indexing", "passage"),
    "store": ("Storing", "passage"),
    "compare": ("Comparing", "question"),
}


def stage(name: str, done: int, total: int) -> str:
    """A job's stage in words: "Reading page 12 of 80"."""
    verb, unit = STAGE_WORDS.get(name, ("Waiting", ""))
    if not total or not unit:
        return verb
    return f"{verb}: {unit} {min(done, total):,} of {total:,}"


STEP_WORDS = {
    "rewrite": "Reading the question",
    "embed query": "Understanding the question",
    "dense search": "Searching by meaning",
    "keyword search": "Searching by words",
    "fusion": "Ranking what was found",
    "neighbours": "Looking beside what was found",
    "rerank": "Reading what was found",
    "choose evidence": "Choosing the evidence",
    "write": "Writing the answer",
    "check": "Checking every sentence",
}


def step(name: str) -> str:
    """A stage of answering in words; one without words of its own keeps its name."""
    return STEP_WORDS.get(name, name.capitalize())


def waiting(ahead: int) -> str:
    """That a model writes other answers first."""
    return f"Waiting for its turn, {count(ahead, 'answer')} ahead"
