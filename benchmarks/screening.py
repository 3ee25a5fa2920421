"""How many planted instructions the screening of chunks finds, and how many honest texts it holds
back: strings aimed at assistants, set into ordinary paragraphs, against prose, articles and PDFs.

`DATA` is a folder with `injections`, `prose`, `squad` and `pdfs/northwind`.
"""

import argparse
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from assistant.ingestion.chunking import chunk_pages
from assistant.ingestion.reading import read_file
from assistant.ingestion.screening import screen
from assistant.settings import Settings
from store.records import embedded_text

PLACES = 20  # paragraphs that each string is set into
SQUAD = ("dev-v2.0-A.jsonl.gz", "train-v1.1-44articles.jsonl.gz")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--show", action="store_true", help="print every honest text held back")
    given = parser.parse_args()
    paragraphs = [row["text"] for row in rows(given.data / "prose" / "paragraphs.jsonl.gz")]
    detection(list(rows(given.data / "injections" / "injections.jsonl")), paragraphs)
    contexts = {row["context"] for name in SQUAD for row in rows(given.data / "squad" / name)}
    print("| honest texts | number | held back | share | ms each |\n|---|---|---|---|---|")
    held_back("prose, paragraphs", paragraphs, show=given.show)
    held_back("SQuAD, paragraphs", contexts, show=given.show)
    pdfs = sorted((given.data / "pdfs" / "northwind" / "docs").glob("*.pdf"))
    held_back("northwind PDFs, chunks", chunks(pdfs), show=given.show)


def detection(planted: list[dict[str, Any]], paragraphs: list[str]) -> None:
    """Print per category in how many of the paragraphs it was set into each string was found."""
    chance = random.Random(0)
    honest = [text for text in paragraphs if len(text) > 200 and not screen(text)]
    found, tried = Counter[str](), Counter[str]()
    for row in planted:
        for text in chance.sample(honest, PLACES):
            tried[row["category"]] += 1
            found[row["category"]] += bool(screen(set_into(text, row["text"])))
    print("| planted | number | found |\n|---|---|---|")
    for category, number in tried.items():
        print(f"| {category} | {number} | {found[category] / number:.0%} |")
    print(f"| all | {tried.total()} | {found.total() / tried.total():.0%} |\n")


def set_into(paragraph: str, planted: str) -> str:
    """The paragraph with a sentence put in near its middle, between two of its sentences."""
    half = len(paragraph) // 2
    end = paragraph.find(". ", half)
    at = end + 2 if end >= 0 else len(paragraph)
    return f"{paragraph[:at].rstrip()} {planted} {paragraph[at:]}"


def held_back(name: str, texts: Iterable[str], *, show: bool) -> None:
    """Print how many of these honest texts screening holds back."""
    everything = list(texts)
    started = time.perf_counter()
    reasons = [screen(text) for text in everything]
    each = (time.perf_counter() - started) * 1000 / len(everything)
    count = sum(map(bool, reasons))
    share = count / len(everything)
    print(f"| {name} | {len(everything)} | {count} | {share:.3%} | {each:.2f} |")
    if show:
        for reason, text in zip(reasons, everything, strict=True):
            if reason:
                print(f"  {reason} {' '.join(text.split())[:300]}")


def chunks(paths: Iterable[Path]) -> Iterator[str]:
    """The texts of the chunks of these files, as they are screened when taken in."""
    settings = Settings()
    for path in paths:
        info, pages = read_file(path, name=path.name, settings=settings)
        words, overlap = settings.chunk_words, settings.chunk_overlap
        for chunk in chunk_pages("d", info.title, pages, words=words, overlap=overlap):
            yield embedded_text(chunk)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file, packed or not."""
    unpack = gzip.open if path.suffix == ".gz" else open
    with unpack(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
