"""Finds sentences and words in text; knows nothing of pages, chunks or languages' grammar."""

import re
from collections.abc import Iterator

ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sr jr st no nos vs etc eg ie cf al inc ltd co corp dept est fig figs eq "
    "sec ch vol pp p ed eds rev gen col lt sgt capt gov sen rep hon jan feb mar apr jun jul aug "
    "sep sept oct nov dec approx ca u.s u.k e.g i.e a.m p.m ph.d".split()
)
_END = re.compile(
    r"""(?:(?<![.!?…])[.!?…]++["'”’)\]]*+   # Latin end, quotes,
          (?:\[[^\[\]\n]{1,30}\]|:\d+(?:[,–-]\ ?\d+)*+)*+(?=\s)  # footnotes, pages, then space
        |[。！？]["'”’」』）]*+           # CJK end needs no space
        |\n++)""",
    re.VERBOSE,
)
_LIST_NUMBER = re.compile(r"\d{1,3}|[ivxlc]{1,4}|\w", re.I)
_LAST_WORD = re.compile(r"[\w.]+$")
_LONGEST_WORD = 20  # characters before a full stop that are looked at
_CJK = "぀-ヿ㐀-䶿一-鿿豈-﫿가-힯"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['’.,/:-][^\W_{_CJK}]+)*")


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of a text, without surrounding space; a newline ends one too."""
    start = 0
    for match in _END.finditer(text):
        if _ends_sentence(text, start, match):
            yield from _trimmed(text, start, match.end())
            start = match.end()
    yield from _trimmed(text, start, len(text))


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in sentence_spans(text)]


def unwrapped(block: str) -> str:
    """The text of one block with its line breaks as spaces; every character keeps its place."""
    return block.replace("\n", " ")


def words(text: str) -> list[str]:
    """The words of a text in lower case; every CJK character counts as one."""
    return [match.group().lower() for match in _WORD.finditer(text)]


def count_words(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))


def shorten(text: str, limit: int) -> str:
    """The beginning of `text` in one line, at most `limit` characters; “…” where it is cut."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    cut = text[:limit].rsplit(" ", 1)[0] or text[:limit]
    return cut.rstrip(",;:.") + "…"


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    mark = match.group()
    if mark[0] in "\n。！？":
        return True
    follows = text[match.end() : match.end() + 8].lstrip()[:1]
    if follows.islower():
        return False
    if not mark.startswith(".") or mark.startswith(".."):
        return True
    before = _LAST_WORD.search(text, max(start, match.start() - _LONGEST_WORD), match.start())
    word = before.group() if before else ""
    if mark.strip(".)"):  # a quotation ends with it, or a footnote follows
        return True
    if word.lower().rstrip(".") in ABBREVIATIONS or (len(word) == 1 and word.isupper()):
        return text[match.end()] == "\n"
    # "1." or "iv." at the start of a sentence is a list number, not a sentence
    number = _LIST_NUMBER.fullmatch(word)
    return not number or bool(text[start : match.start() - len(word)].strip())


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
